/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The service by which plugins reach the host's auctions. */
#pragma once

#include "core/web/nb-site.h"

#include <neighborbid/nb-market.h>

G_BEGIN_DECLS

NbMarket *nb_market_new (NbStore *store, NbRegistry *registry, NbBidEngine *engine);
/* Offers the service, with the owner "core". */
gboolean nb_market_register (NbSite *site, GError **error);

G_END_DECLS
