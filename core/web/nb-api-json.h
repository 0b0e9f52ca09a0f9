/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auctions, bids and terms as JSON of the API. */
#pragma once

#include "core/engine/nb-bid-engine.h"
#include "core/engine/nb-catalogue.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): the auction as @viewer (0: signed out) may see it at @now */
JsonObject *nb_auction_view_to_json (const NbAuctionView *view, gint64 viewer, gint64 now);
JsonObject *nb_bid_result_to_json (const NbBidResult *result);
/* Returns: (transfer full): the text of the same object, made without one */
char *nb_bid_result_to_text (const NbBidResult *result);
JsonObject *nb_history_item_to_json (const NbHistoryItem *item);
JsonObject *nb_auction_type_to_json (const char *name, NbAuctionType *type, const char *language);

/* Returns: (transfer floating) (nullable): an `a{sv}` with integers as `x`, texts as `s`, yes or no as `b`; NULL with
 * the field `terms.NAME` at fault. With @is_form the texts are read as the type's schema says, and empty ones are left
 * out. */
GVariant *nb_terms_from_json (JsonObject *terms, NbAuctionType *type, gboolean is_form, GError **error);

void nb_json_set_id (JsonObject *object, const char *name, gint64 id);
/* 0 becomes null. */
void nb_json_set_time (JsonObject *object, const char *name, gint64 at);

G_END_DECLS
