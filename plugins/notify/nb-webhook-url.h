/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether an address that someone gave can be a webhook's. */
#pragma once

#include "nb-webhook-address.h"

G_BEGIN_DECLS

#define NB_WEBHOOK_URL_MAX 2048

/* Strict on purpose: what two programs may read in two ways is refused. Where a name leads to is looked at with each
 * connection, not here. Returns: (transfer full) (nullable): the address as it will be asked; NULL with
 * `validation_failed` and the field `url` set */
char *nb_webhook_url_read (const char *text, const NbNetworks *allowed, GError **error);

/* Whether @url, one that was read, goes without TLS, which only allowed networks are sent. */
gboolean nb_webhook_url_is_plain (const char *url);

G_END_DECLS
