/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model of one listing, as cards, rows and its own page show it. */
#pragma once

#include "core/web/nb-request-private.h"
#include <neighborbid/nb-live.h>

G_BEGIN_DECLS

/* Returns: (transfer full): for `card.mustache`, `listing-row.mustache` and `cover.mustache` */
JsonObject *nb_page_make_card (NbSite *site, NbRequest *request, const NbAuctionView *view);
/* Returns: (transfer full) (element-type NbAuctionView): their cards */
JsonArray *nb_page_make_cards (NbSite *site, NbRequest *request, GPtrArray *views);
/* Returns: (transfer none) (nullable): who keeps the live rooms of auctions of this type; NULL when it has none, does
 * not run, or nobody offers rooms */
NbLive *nb_page_find_live (NbSite *site, const char *type_name);
/* Returns: (transfer none): an English msgid for @status */
const char *nb_page_status_label (NbAuctionStatus status);

G_END_DECLS
