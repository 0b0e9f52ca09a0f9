/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people do with their webhooks, for the API and for the pages alike. */
#pragma once

#include "nb-webhook-desk.h"

G_BEGIN_DECLS

typedef struct _NbWebhookCall NbWebhookCall;

/* Answers the request. @call: (transfer full); @error: (nullable): why it was not done */
typedef void (*NbWebhookCallFunc) (NbWebhookCall *call, const GError *error);

/* A request that waits for its answer. */
struct _NbWebhookCall
{
  NbWebhookDesk *desk;
  NbRequest *request;
  NbWebhookCallFunc done;
  gpointer user_data; /* of whoever answers */

  /* What is asked for. */
  gint64 id;
  guint limit;
  gint64 after;
  char *url;   /* (nullable): NULL leaves it as it is; likewise the two below */
  char *kinds; /* (nullable) */
  gboolean sets_enabled;
  gboolean is_enabled;

  /* What came of it. */
  NbWebhook *hook;  /* (nullable) */
  GPtrArray *hooks; /* (nullable): of NbWebhook */
  NbHookAnswer answer;
};

NbWebhookCall *nb_webhook_call_new (NbWebhookDesk *desk, NbRequest *request, NbWebhookCallFunc done);
void nb_webhook_call_free (NbWebhookCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbWebhookCall, nb_webhook_call_free)

/* Takes the address and the kinds out of a body that was checked, where they are there. */
gboolean nb_webhook_call_take_body (NbWebhookCall *self, JsonObject *body, GError **error);

/* Each takes over @self and calls `done` later. Only webhooks of whoever asks are found. */
void nb_webhook_call_list (NbWebhookCall *self);
void nb_webhook_call_load (NbWebhookCall *self);
void nb_webhook_call_add (NbWebhookCall *self);
void nb_webhook_call_change (NbWebhookCall *self);
/* Gives it a new secret. */
void nb_webhook_call_renew (NbWebhookCall *self);
void nb_webhook_call_delete (NbWebhookCall *self);
/* Sends an event of the type `test` now, and fills `answer`. */
void nb_webhook_call_test (NbWebhookCall *self);

G_END_DECLS
