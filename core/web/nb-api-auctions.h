/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes of the API about auctions. */
#pragma once

#include "core/web/nb-site.h"

G_BEGIN_DECLS

gboolean nb_api_auctions_register (NbSite *site, GError **error);

/* The two halves: reading, and what changes something. */
gboolean nb_api_auctions_register_reads (NbSite *site, GError **error);
gboolean nb_api_auctions_register_writes (NbSite *site, GError **error);

G_END_DECLS
