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
/* Registers the forms of the page. */
gboolean nb_page_bid_register (NbSite *site, GError **error);

G_END_DECLS
