/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the plugin share, from `start` to `stop`. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_NOTIFY_ID "notify"

typedef struct _NbHerald NbHerald;
typedef struct _NbCourier NbCourier;
typedef struct _NbInboxPush NbInboxPush;
typedef struct _NbMail NbMail;
typedef struct _NbWebhookDesk NbWebhookDesk;
typedef struct _NbWire NbWire;

typedef struct
{
  NbContext *context;
  NbStore *store;
  NbComposer *composer;    /* (nullable): none where a command runs */
  NbWire *wire;            /* (nullable): does the transfers to the outside; none where a command runs */
  NbWebhookDesk *webhooks; /* what the parts of the webhooks share */
  NbMail *mail;            /* (nullable): the channel; none where a command runs */
  NbHerald *herald;        /* turns events into messages */
  NbCourier *courier;      /* hands messages to channels */
  NbInboxPush *push;       /* tells open pages of new messages */
  gint64 retention;        /* of messages, in microseconds */
  gint64 ending_soon;      /* how long before its end an auction is told of, in microseconds; 0: never */
} NbNotify;

G_END_DECLS
