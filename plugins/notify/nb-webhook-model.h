/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the page of webhooks shows. */
#pragma once

#include "nb-webhook-call.h"

G_BEGIN_DECLS

/* A form that was refused, or a secret that is shown this once; all NULL for neither. */
typedef struct
{
  const char *url;     /* (nullable): as it was typed */
  JsonArray *kinds;    /* (nullable): as they were ticked */
  const GError *fault; /* (nullable) */
  const char *secret;  /* (nullable) */
  const char *secret_url;
} NbWebhookModelExtra;

/* @hooks: of NbWebhook. Returns: (transfer full): for webhooks.mustache */
JsonObject *nb_webhook_model_new (NbRequest *request, GPtrArray *hooks, const NbWebhookModelExtra *extra);
/* Returns: (transfer full): what became of a test, in a sentence */
char *nb_webhook_model_dup_test (NbRequest *request, const NbHookAnswer *answer);

G_END_DECLS
