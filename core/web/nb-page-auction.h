/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of one auction, also when a form on it was refused. */
#pragma once

#include "core/web/nb-request-private.h"

G_BEGIN_DECLS

/* Answers with the page of @auction. @refused: (nullable): why what was sent was not done; @amount and @max:
 * (nullable): what the fields hold */
void nb_page_auction_show (NbSite *site, NbRequest *request, gint64 auction, const GError *refused, const char *amount,
                           const char *max);

/* What the page is made from. */
typedef struct
{
  NbSite *site;
  NbRequest *request;
  NbAuctionView *view;
  NbHistoryPage *history;
  NbBalance balance;
  gboolean has_balance;
} NbAuctionFacts;

/* Returns: (transfer full): the model of `auction.mustache` */
JsonObject *nb_page_auction_make_model (const NbAuctionFacts *facts);
/* Whether it has a live room now: its type asks for one, somebody keeps them, and it is not over. */
gboolean nb_page_auction_has_room (const NbAuctionFacts *facts);
/* Sets `states` of @model: the banner that tells the viewer where they stand; in a live room all that may yet come. */
void nb_page_auction_set_states (const NbAuctionFacts *facts, JsonObject *model, NbAuctionStatus status);
/* Registers the forms of the page. */
gboolean nb_page_bid_register (NbSite *site, GError **error);

G_END_DECLS
