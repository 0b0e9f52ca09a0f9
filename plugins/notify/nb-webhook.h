/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channels that send messages to webhooks: those of people, and the site's own. */
#pragma once

#include "nb-webhook-desk.h"

G_BEGIN_DECLS

#define NB_TYPE_WEBHOOK_CHANNEL (nb_webhook_channel_get_type ())
G_DECLARE_FINAL_TYPE (NbWebhookChannel, nb_webhook_channel, NB, WEBHOOK_CHANNEL, GObject)

/* Returns: (transfer full): the channel `webhook` */
NbNotifier *nb_webhook_new (NbWebhookDesk *desk);
/* Returns: (transfer full): the channel `site-webhook`, which gets what everybody is told. @url, @secret: checked */
NbNotifier *nb_webhook_new_for_site (NbWebhookDesk *desk, const char *url, const char *secret);

G_END_DECLS
