/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading auctions for their viewers, inside a transaction. */
#pragma once

#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-catalogue.h"

G_BEGIN_DECLS

/* What follows SELECT, and the columns' letters, for nb_auction_view_from_row(). Filters may be added after
 * NB_VIEW_FROM. */
#define NB_VIEW_SELECT                                                                                                 \
  "SELECT " NB_AUCTION_COLUMNS ", a.title, a.description, a.category, a.item_condition, r.name, r2.name, r3.name, "    \
  "s.nickname, l.nickname, a.winner_id, w.nickname, a.winning_price, a.closed_at, a.created_at, a.pause_reason, "      \
  "a.close_reason "
#define NB_VIEW_FROM                                                                                                   \
  "FROM auctions AS a JOIN people AS s ON s.id = a.seller_id LEFT JOIN regions AS r ON r.code = a.region "             \
  "LEFT JOIN regions AS r2 ON r2.code = r.parent LEFT JOIN regions AS r3 ON r3.code = r2.parent "                      \
  "LEFT JOIN people AS l ON l.id = a.leader_id LEFT JOIN people AS w ON w.id = a.winner_id "
#define NB_VIEW_LETTERS NB_AUCTION_LETTERS "sssssssssxsxxxss"

NbAuctionView *nb_auction_view_from_row (const NbRows *rows, gsize row, NbRegistry *registry, gint64 viewer, gint64 now,
                                         GError **error);
/* As below, and the same auction as the viewer 0 sees it, which may be the same object. */
gboolean nb_auction_view_load_pair (NbTransaction *transaction, NbRegistry *registry, gint64 auction, gint64 viewer,
                                    NbAuctionView **own, NbAuctionView **anyone, GError **error);
/* Returns: (transfer full) (nullable): the auction as @viewer may see it; NULL with `not_found` */
NbAuctionView *nb_auction_view_load (NbTransaction *transaction, NbRegistry *registry, gint64 auction, gint64 viewer,
                                     GError **error);

G_END_DECLS
