/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public state of an auction: what its type shows to nobody in particular, as the API's JSON. */
#pragma once

#include "core/engine/nb-catalogue.h"

G_BEGIN_DECLS

/* The newest bid that everyone may see. */
typedef struct
{
  gint64 seq; /* 0: there is none */
  gint64 bidder;
  const char *nickname; /* (nullable) until it is looked up */
  NbMoney amount;       /* as others see it */
  gint64 at;
} NbLastBid;

/* What a state is made of. @quote and @view are for the viewer 0; nothing that they hide is used. */
typedef struct
{
  const NbAuction *auction;
  const NbQuote *quote;
  const NbView *view;
  const char *leader_nickname; /* (nullable) */
  gint64 winner;
  const char *winner_nickname; /* (nullable) */
  NbMoney winning_price;
  NbLastBid last_bid;
} NbPublicParts;

/* Returns: (transfer full) */
NbAuctionState *nb_public_state_new (const NbPublicParts *parts);
/* Returns: (transfer full): from an auction as the viewer 0 sees it */
NbAuctionState *nb_public_state_from_view (const NbAuctionView *view, const NbLastBid *last_bid);

gboolean nb_auction_type_is_live (NbAuctionType *type);

/* The newest visible bids of several auctions, read together. */
typedef struct _NbLastBids NbLastBids;

/* @auctions: a rowset of one column, the ids. Returns: (transfer full) (nullable) */
NbLastBids *nb_last_bids_load (NbTransaction *transaction, const NbRowset *auctions, GError **error);
void nb_last_bids_free (NbLastBids *self);
/* Its texts live as long as @self. */
NbLastBid nb_last_bids_get (const NbLastBids *self, gint64 auction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbLastBids, nb_last_bids_free)

G_END_DECLS
