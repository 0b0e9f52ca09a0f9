/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The webhooks of whoever asks, over HTTP. */
#pragma once

#include "nb-webhook-desk.h"

G_BEGIN_DECLS

/* @desk must live for as long as the routes are there. */
gboolean nb_webhook_api_add_routes (NbContext *context, NbWebhookDesk *desk, GError **error);

G_END_DECLS
