/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An auction as it lies in the database: the columns that every reader takes, and their way into memory and back. */
#pragma once

#include "core/domain/nb-auction-private.h"

#include <neighborbid/nb-rows.h>

G_BEGIN_DECLS

/* The columns of table `auctions AS a`, left-joined with its region `r`, in the order that nb_auction_from_row()
 * expects. */
#define NB_AUCTION_COLUMNS                                                                                             \
  "a.id, a.type, a.seller_id, a.status, a.seq, a.price, a.leader_id, a.bid_count, a.quantity, a.starts_at, "           \
  "a.ends_at, a.original_ends_at, a.region, r.latitude, r.longitude, a.terms, a.state"
#define NB_AUCTION_LETTERS "xsxsxxxxxxxxsxxss"
#define NB_AUCTION_N_COLUMNS 17

/* Returns: (transfer full) (nullable): the auction of @row without holds; NULL when what is stored can't be read */
NbAuction *nb_auction_from_row (const NbRows *rows, gsize row, GError **error);

/* Terms and state are kept in GVariant's text format, which gives back exactly what went in. */
char *nb_variant_to_text (GVariant *variant);
GVariant *nb_variant_from_text (const char *text, const GVariantType *type, GError **error);

/* An id that any process gives the same auction each time, so that ties and hidden ends can be computed again. */
guint64 nb_auction_seed (gint64 auction, gint64 created_at);

const char *nb_bid_kind_name (NbBidKind kind);
gboolean nb_bid_kind_from_name (const char *name, NbBidKind *kind);

G_END_DECLS
