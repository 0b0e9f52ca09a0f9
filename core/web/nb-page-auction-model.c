/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the model of an auction's page. */
#include "core/web/nb-page-auction.h"

#include "core/web/nb-page-card.h"
#include "core/web/nb-page-form.h"
#include "core/web/nb-page-regions.h"

#include "core/engine/nb-categories.h"
#include <glib/gi18n.h>
#include <neighborbid/nb-wallet.h>
#include <string.h>

#define CHART_WIDTH 640
#define CHART_TOP 30
#define CHART_BOTTOM 170

static gboolean
is_seller (const NbAuctionFacts *facts)
{
  gint64 person = nb_request_get_person (facts->request);

  return person != 0 && nb_auction_get_seller (facts->view->auction) == person;
}

gboolean
nb_page_auction_has_room (const NbAuctionFacts *facts)
{
  return facts->view->closed_at == 0
         && nb_page_find_live (facts->site, nb_auction_get_type_name (facts->view->auction)) != NULL;
}

static void
add_quick_bids (JsonObject *model, const NbQuote *quote, NbMoney price)
{
  static const int steps[] = { 0, 2, 5 };
  JsonArray *list = json_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      JsonObject *item = json_object_new ();
      NbMoney amount = quote->min_next + steps[i] * quote->step;

      json_object_set_int_member (item, "amount", amount);
      json_object_set_int_member (item, "above", amount - (price > 0 ? price : quote->min_next));
      json_object_set_boolean_member (item, "is_first", i == 0);
      json_array_add_object_element (list, item);
    }
  json_object_set_array_member (model, "quick", list);
}

static void
set_bidding (const NbAuctionFacts *facts, JsonObject *model, NbAuctionStatus status)
{
  const NbAuctionView *view = facts->view;
  gint64 person = nb_request_get_person (facts->request);
  gboolean is_open = status == NB_AUCTION_OPEN;
  /* In a live room the forms are there before the start, for the moment when it opens. */
  gboolean has_forms = is_open || nb_page_auction_has_room (facts);

  json_object_set_int_member (model, "min_next", view->quote.min_next);
  json_object_set_boolean_member (model, "can_bid", has_forms && person != 0 && !is_seller (facts));
  json_object_set_boolean_member (model, "invites", has_forms && person == 0);
  json_object_set_boolean_member (model, "confirms", view->own_max == 0);
  json_object_set_boolean_member (model, "takes_max", TRUE);
  json_object_set_boolean_member (model, "can_cancel",
                                  is_seller (facts) && nb_auction_get_bid_count (view->auction) == 0
                                      && (is_open || status == NB_AUCTION_SCHEDULED || status == NB_AUCTION_PAUSED));
  if (has_forms && view->quote.buy_now > 0)
    json_object_set_int_member (model, "buy_now", view->quote.buy_now);
  if (has_forms)
    add_quick_bids (model, &view->quote, view->view.price ? nb_auction_get_price (view->auction) : 0);
  json_object_set_boolean_member (model, "has_reserve", is_open && view->quote.reserve_met >= 0);
  json_object_set_boolean_member (model, "reserve_met", view->quote.reserve_met == 1);
}

/* The hold of the one who leads by a maximum is the maximum; nobody else sees it. Where the leader is sealed, not even
 * the one who leads is told so. */
static void
set_money (const NbAuctionFacts *facts, JsonObject *model)
{
  gint64 person = nb_request_get_person (facts->request);
  gboolean leads = person != 0 && facts->view->view.leader && nb_auction_get_leader (facts->view->auction) == person;
  NbMoney hold = leads && facts->view->closed_at == 0 ? facts->view->own_max : 0;
  NbMoney spendable = facts->balance.available;

  json_object_set_int_member (model, "my_hold", hold);
  json_object_set_boolean_member (model, "shows_hold",
                                  hold > 0 || (nb_page_auction_has_room (facts) && person != 0 && !is_seller (facts)));
  json_object_set_boolean_member (model, "has_balance", facts->has_balance);
  if (facts->has_balance && nb_money_add (spendable, hold, &spendable))
    json_object_set_int_member (model, "spendable", spendable);
}

static void
set_people (const NbAuctionFacts *facts, JsonObject *model)
{
  const NbAuctionView *view = facts->view;
  g_autofree char *region
      = nb_page_region_full_name (facts->site, facts->request, nb_auction_get_place (view->auction)->region);

  json_object_set_string_member (model, "seller", view->seller_nickname);
  json_object_set_string_member (model, "region_name", region != NULL ? region : "");
  json_object_set_int_member (model, "created_at", view->created_at);
  if (view->winner_nickname != NULL)
    json_object_set_string_member (model, "winner", view->winner_nickname);
  else if (view->view.leader && view->leader_nickname != NULL)
    json_object_set_string_member (model, "leader", view->leader_nickname);
}

static void
set_words (const NbAuctionFacts *facts, JsonObject *model)
{
  const NbAuctionView *view = facts->view;
  const char *language = nb_request_get_language (facts->request);
  const char *type_name = nb_auction_get_type_name (view->auction);
  g_autoptr (NbAuctionType) type = nb_registry_ref_auction_type (facts->site->registry, type_name);
  NbTypeDescription *description = type != NULL ? nb_auction_type_describe (type) : NULL;
  const char *category_id = view->category != NULL ? view->category : "";
  const char *condition_id = view->condition != NULL ? view->condition : "";
  const NbChoice *category = nb_choice_find (nb_categories, category_id);
  const NbChoice *condition = nb_choice_find (nb_conditions, condition_id);

  json_object_set_string_member (
      model, "type_title", description != NULL ? nb_type_description_get_title (description, language) : type_name);
  json_object_set_string_member (model, "type_rule",
                                 description != NULL ? nb_type_description_get_rule (description, language) : "");
  g_clear_pointer (&description, nb_type_description_free);
  json_object_set_string_member (model, "description", view->description);
  json_object_set_string_member (model, "category", category_id);
  json_object_set_string_member (model, "category_name",
                                 category != NULL ? nb_choice_get_name (category, language) : category_id);
  json_object_set_string_member (model, "condition_name",
                                 condition != NULL ? nb_choice_get_name (condition, language) : condition_id);
}

static char *
minutes_text (NbRequest *request, gint64 seconds)
{
  g_autofree char *n = g_strdup_printf ("%" G_GINT64_FORMAT, seconds % 60 == 0 ? seconds / 60 : seconds);

  return seconds % 60 == 0 ? nb_page_text (request, N_ ("{n} min"), "n", n, NULL)
                           : nb_page_text (request, N_ ("{n} s"), "n", n, NULL);
}

static void
set_extension (const NbAuctionFacts *facts, JsonObject *model)
{
  gint64 window = nb_auction_get_term_int (facts->view->auction, "extend_window_s", 0);
  gint64 total = nb_auction_get_term_int (facts->view->auction, "extend_max_s", 0);
  g_autofree char *window_text = minutes_text (facts->request, window);
  g_autofree char *total_text = minutes_text (facts->request, total);
  g_autofree char *text = NULL;

  if (window <= 0 || total <= 0)
    return;
  text = nb_page_text (facts->request,
                       N_ ("a bid in the last {window} moves the end to {window} after it, by {total} at most in all."),
                       "window", window_text, "total", total_text, NULL);
  json_object_set_string_member (model, "extends", text);
}

static void
set_times (const NbAuctionFacts *facts, JsonObject *model, NbAuctionStatus status)
{
  const NbAuction *auction = facts->view->auction;
  gboolean is_scheduled = status == NB_AUCTION_SCHEDULED;
  gboolean is_open = status == NB_AUCTION_OPEN;

  json_object_set_boolean_member (model, "is_scheduled", is_scheduled);
  json_object_set_boolean_member (
      model, "is_extended", is_open && nb_auction_get_ends_at (auction) > nb_auction_get_original_ends_at (auction));
  json_object_set_boolean_member (model, "is_running", is_open || is_scheduled);
  json_object_set_boolean_member (model, "has_clock", is_open || is_scheduled || nb_page_auction_has_room (facts));
  json_object_set_boolean_member (model, "is_seller", is_seller (facts));
  json_object_set_boolean_member (model, "is_closed", facts->view->closed_at != 0);
  json_object_set_int_member (model, "starts_at", nb_auction_get_starts_at (auction));
  json_object_set_int_member (model, "counts_to",
                              is_scheduled ? nb_auction_get_starts_at (auction) : nb_auction_get_ends_at (auction));
}

/* What a live room's script starts from. */
static void
set_room (const NbAuctionFacts *facts, JsonObject *model, NbAuctionStatus status)
{
  const NbAuctionView *view = facts->view;
  gint64 id = nb_auction_get_id (view->auction);
  NbLive *live = nb_page_find_live (facts->site, nb_auction_get_type_name (view->auction));
  g_autofree char *path = NULL;

  if (live == NULL || !nb_page_auction_has_room (facts))
    return;
  path = nb_live_dup_path (live, id);
  json_object_set_string_member (model, "room", path);
  json_object_set_string_member (model, "status", nb_auction_status_name (status));
  json_object_set_int_member (model, "seq", nb_auction_get_seq (view->auction));
  json_object_set_int_member (model, "step", view->quote.step);
  json_object_set_boolean_member (model, "has_bid", view->own_max > 0);
}

static void
set_history (const NbAuctionFacts *facts, JsonObject *model)
{
  JsonArray *list = json_array_new ();
  GPtrArray *items = facts->history->items;

  for (guint i = 0; i < items->len; i++)
    {
      const NbHistoryItem *bid = items->pdata[i];
      JsonObject *item = json_object_new ();

      json_object_set_int_member (item, "seq", bid->seq);
      json_object_set_string_member (item, "bidder", bid->nickname != NULL ? bid->nickname : "");
      json_object_set_int_member (item, "amount", bid->amount);
      json_object_set_int_member (item, "at", bid->at);
      json_object_set_boolean_member (item, "is_own", bid->is_own);
      json_array_add_object_element (list, item);
    }
  json_object_set_array_member (model, "history", list);
  json_object_set_boolean_member (model, "has_history", items->len > 0);
  json_object_set_boolean_member (model, "has_more", facts->history->next_cursor != NULL);
}

static void
find_range (GPtrArray *items, NbMoney *low, NbMoney *high)
{
  *low = G_MAXINT64;
  *high = 0;
  for (guint i = 0; i < items->len; i++)
    {
      const NbHistoryItem *bid = items->pdata[i];

      *low = MIN (*low, bid->amount);
      *high = MAX (*high, bid->amount);
    }
}

/* The price as a staircase from the oldest bid to the newest, a bid at each step. */
static void
set_chart (const NbAuctionFacts *facts, JsonObject *model)
{
  GPtrArray *items = facts->history->items;
  GString *path = g_string_new (NULL);
  JsonObject *chart = json_object_new ();
  g_autofree char *area = NULL;
  NbMoney low, high;
  gint64 last = CHART_BOTTOM;

  find_range (items, &low, &high);
  for (guint i = 0; i < items->len; i++)
    {
      const NbHistoryItem *bid = items->pdata[items->len - 1 - i];
      gint64 x = (gint64)i * CHART_WIDTH / items->len;
      gint64 y
          = CHART_BOTTOM - (gint64)((double)(bid->amount - low) / (double)(high - low) * (CHART_BOTTOM - CHART_TOP));

      g_string_append_printf (path,
                              "%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ",%" G_GINT64_FORMAT " ", x,
                              i == 0 ? y : last, x, y);
      last = y;
    }
  g_string_append_printf (path, "%d,%" G_GINT64_FORMAT, CHART_WIDTH, last);
  area = g_strdup_printf ("%s %d,%d 0,%d", path->str, CHART_WIDTH, CHART_BOTTOM, CHART_BOTTOM);
  json_object_set_int_member (chart, "low", low);
  json_object_set_int_member (chart, "high", high);
  json_object_set_string_member (chart, "path", path->str);
  json_object_set_string_member (chart, "area", area);
  json_object_set_object_member (model, "chart", chart);
  g_string_free (path, TRUE);
}

static gboolean
has_rise (GPtrArray *items)
{
  NbMoney low, high;

  find_range (items, &low, &high);
  return items->len > 1 && high > low;
}

JsonObject *
nb_page_auction_make_model (const NbAuctionFacts *facts)
{
  JsonObject *model = nb_page_make_card (facts->site, facts->request, facts->view);
  NbAuctionStatus status = nb_auction_view_get_status (facts->view, nb_store_now (facts->site->store));

  set_words (facts, model);
  set_people (facts, model);
  set_times (facts, model, status);
  set_room (facts, model, status);
  nb_page_auction_set_states (facts, model, status);
  set_bidding (facts, model, status);
  set_money (facts, model);
  set_extension (facts, model);
  set_history (facts, model);
  if (has_rise (facts->history->items))
    set_chart (facts, model);
  return model;
}
