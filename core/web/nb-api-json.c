/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shapes of api.md. */
#include "core/web/nb-api-json.h"

#include "core/domain/nb-json-text.h"

#include <neighborbid/nb-request.h>

static const char *const standing_names[] = {
  [NB_STANDING_ACCEPTED] = "accepted",
  [NB_STANDING_LEADING] = "leading",
  [NB_STANDING_OUTBID] = "outbid",
};

void
nb_json_set_id (JsonObject *object, const char *name, gint64 id)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, id);
  json_object_set_string_member (object, name, text);
}

void
nb_json_set_time (JsonObject *object, const char *name, gint64 at)
{
  g_autofree char *text = at != 0 ? nb_time_to_json (at) : NULL;

  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

static void
set_money (JsonObject *object, const char *name, gboolean is_known, NbMoney amount)
{
  if (is_known)
    json_object_set_int_member (object, name, amount);
  else
    json_object_set_null_member (object, name);
}

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL && *text != '\0')
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

static JsonObject *
make_person (gint64 id, const char *nickname)
{
  JsonObject *person = json_object_new ();

  nb_json_set_id (person, "id", id);
  json_object_set_string_member (person, "nickname", nickname != NULL ? nickname : "");
  return person;
}

static void
set_person (JsonObject *object, const char *name, gint64 id, const char *nickname)
{
  if (id != 0)
    json_object_set_object_member (object, name, make_person (id, nickname));
  else
    json_object_set_null_member (object, name);
}

static void
set_texts (JsonObject *object, const NbAuctionView *view)
{
  nb_json_set_id (object, "id", nb_auction_get_id (view->auction));
  json_object_set_string_member (object, "type", nb_auction_get_type_name (view->auction));
  json_object_set_string_member (object, "title", view->title);
  json_object_set_string_member (object, "description", view->description);
  set_text (object, "category", view->category);
  set_text (object, "condition", view->condition);
  set_text (object, "region", nb_auction_get_place (view->auction)->region);
  set_text (object, "region_name", view->region_name);
  set_person (object, "seller", nb_auction_get_seller (view->auction), view->seller_nickname);
}

static void
set_prices (JsonObject *object, const NbAuctionView *view)
{
  const NbAuction *auction = view->auction;
  NbMoney price = nb_auction_get_price (auction);
  NbMoney start_price = nb_auction_get_term_int (auction, "start_price", 0);

  set_money (object, "start_price", start_price > 0, start_price);
  set_money (object, "price", view->view.price && price > 0, price);
  json_object_set_int_member (object, "min_next", view->quote.min_next);
  json_object_set_int_member (object, "step", view->quote.step);
  set_money (object, "buy_now_price", view->quote.buy_now > 0, view->quote.buy_now);
  if (view->quote.reserve_met >= 0)
    json_object_set_boolean_member (object, "reserve_met", view->quote.reserve_met != 0);
  else
    json_object_set_null_member (object, "reserve_met");
}

static void
set_standing (JsonObject *object, const NbAuctionView *view)
{
  const NbAuction *auction = view->auction;

  set_person (object, "leader", view->view.leader ? nb_auction_get_leader (auction) : 0, view->leader_nickname);
  set_money (object, "bid_count", view->view.bid_count, nb_auction_get_bid_count (auction));
  set_person (object, "winner", view->winner, view->winner_nickname);
  set_money (object, "winning_price", view->winner != 0, view->winning_price);
  set_text (object, "pause_reason", view->pause_reason);
  set_text (object, "unsold_reason", view->unsold_reason);
}

static void
set_times (JsonObject *object, const NbAuctionView *view)
{
  nb_json_set_time (object, "starts_at", nb_auction_get_starts_at (view->auction));
  nb_json_set_time (object, "ends_at", nb_auction_get_ends_at (view->auction));
  nb_json_set_time (object, "original_ends_at", nb_auction_get_original_ends_at (view->auction));
  nb_json_set_time (object, "created_at", view->created_at);
  nb_json_set_time (object, "closed_at", view->closed_at);
  if (view->quote.next_change_at != 0)
    nb_json_set_time (object, "next_change_at", view->quote.next_change_at);
}

/* What is nobody else's business. */
static void
set_own (JsonObject *object, const NbAuctionView *view, gint64 viewer)
{
  NbMoney reserve = nb_auction_get_term_int (view->auction, "reserve_price", 0);

  if (viewer == 0)
    return;
  if (viewer == nb_auction_get_seller (view->auction) && reserve > 0)
    json_object_set_int_member (object, "reserve_price", reserve);
  if (view->own_max > 0)
    json_object_set_int_member (object, "my_max", view->own_max);
}

JsonObject *
nb_auction_view_to_json (const NbAuctionView *view, gint64 viewer, gint64 now)
{
  JsonObject *object = json_object_new ();

  set_texts (object, view);
  json_object_set_string_member (object, "status", nb_auction_status_name (nb_auction_view_get_status (view, now)));
  json_object_set_int_member (object, "seq", nb_auction_get_seq (view->auction));
  json_object_set_int_member (object, "quantity", nb_auction_get_quantity (view->auction));
  set_prices (object, view);
  set_standing (object, view);
  set_times (object, view);
  json_object_set_array_member (object, "images", json_array_new ());
  set_own (object, view, viewer);
  return object;
}

JsonObject *
nb_bid_result_to_json (const NbBidResult *result)
{
  JsonObject *object = json_object_new ();

  nb_json_set_id (object, "bid_id", result->bid);
  nb_json_set_id (object, "auction_id", result->auction);
  json_object_set_int_member (object, "seq", result->seq);
  json_object_set_string_member (object, "status", standing_names[result->standing]);
  json_object_set_int_member (object, "amount", result->amount);
  set_money (object, "price", result->price > 0, result->price);
  json_object_set_int_member (object, "min_next", result->min_next);
  nb_json_set_time (object, "ends_at", result->ends_at);
  json_object_set_int_member (object, "hold", result->hold);
  return object;
}

static void
append_number (GString *out, const char *before, gint64 number)
{
  g_string_append (out, before);
  nb_json_text_append_int (out, number);
}

char *
nb_bid_result_to_text (const NbBidResult *result)
{
  g_autoptr (GString) out = g_string_sized_new (256);

  g_string_append (out, "{\"bid_id\":");
  nb_json_text_append_id (out, result->bid);
  g_string_append (out, ",\"auction_id\":");
  nb_json_text_append_id (out, result->auction);
  append_number (out, ",\"seq\":", result->seq);
  g_string_append (out, ",\"status\":");
  nb_json_text_append_string (out, standing_names[result->standing]);
  append_number (out, ",\"amount\":", result->amount);
  if (result->price > 0)
    append_number (out, ",\"price\":", result->price);
  else
    g_string_append (out, ",\"price\":null");
  append_number (out, ",\"min_next\":", result->min_next);
  g_string_append (out, ",\"ends_at\":");
  nb_json_text_append_time (out, result->ends_at);
  append_number (out, ",\"hold\":", result->hold);
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

JsonObject *
nb_history_item_to_json (const NbHistoryItem *item)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "seq", item->seq);
  set_person (object, "bidder", item->bidder, item->nickname);
  json_object_set_int_member (object, "amount", item->amount);
  nb_json_set_time (object, "at", item->at);
  if (item->is_own)
    json_object_set_boolean_member (object, "own", TRUE);
  return object;
}

JsonObject *
nb_auction_type_to_json (const char *name, NbAuctionType *type, const char *language)
{
  static const struct
  {
    NbCapabilities flag;
    const char *name;
  } known[] = {
    { NB_CAPABILITY_LIVE, "live" },
    { NB_CAPABILITY_SEALED, "sealed" },
    { NB_CAPABILITY_REGIONAL, "regional" },
    { NB_CAPABILITY_QUANTITY, "quantity" },
  };
  NbTypeDescription *description = nb_auction_type_describe (type);
  JsonObject *object = json_object_new ();
  JsonArray *capabilities = json_array_new ();
  JsonNode *schema = json_from_string (nb_type_description_get_terms_schema (description), NULL);

  json_object_set_string_member (object, "id", name);
  json_object_set_string_member (object, "title", nb_type_description_get_title (description, language));
  json_object_set_string_member (object, "rule", nb_type_description_get_rule (description, language));
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if ((nb_type_description_get_capabilities (description) & known[i].flag) != 0)
      json_array_add_string_element (capabilities, known[i].name);
  json_object_set_array_member (object, "capabilities", capabilities);
  json_object_set_member (object, "terms_schema", schema != NULL ? schema : json_node_new (JSON_NODE_NULL));
  nb_type_description_free (description);
  return object;
}
