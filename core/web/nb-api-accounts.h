/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls under /api/v1 about people and their sessions. */
#pragma once

#include "core/web/nb-site.h"

G_BEGIN_DECLS

gboolean nb_api_accounts_register (NbSite *site, GError **error);

/* Returns: (transfer full): @account as the API tells it */
JsonObject *nb_api_account_to_json (const NbAccount *account);

G_END_DECLS
