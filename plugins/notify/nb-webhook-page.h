/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page where people look after their webhooks. */
#pragma once

#include "nb-webhook-desk.h"

G_BEGIN_DECLS

#define NB_WEBHOOK_PAGE "/inbox/webhooks"

/* @desk must live for as long as the routes are there. */
gboolean nb_webhook_page_add_routes (NbContext *context, NbWebhookDesk *desk, GError **error);

G_END_DECLS
