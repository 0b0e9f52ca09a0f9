/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets and signatures as Standard Webhooks 1.0.0 describes them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NB_WEBHOOK_SECRET_PREFIX "whsec_"

/* Returns: (transfer full): `whsec_` and 32 random bytes in base64 */
char *nb_webhook_secret_new (void);
/* Returns: whether @secret is `whsec_` and 24 to 64 bytes in base64; no error quotes it */
gboolean nb_webhook_secret_check (const char *secret, GError **error);

/* @secret: one that was checked; @id: the message's, without a dot; @timestamp: of this try, in seconds. Returns:
 * (transfer full): such as `v1,g0hM9SsE…` */
char *nb_webhook_sign (const char *secret, const char *id, gint64 timestamp, const char *body);

G_END_DECLS
