/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of the ascending auction: pure functions of the auction, the bid and the time. */
#include "core/plugin/nb-english-terms.h"

#include <neighborbid/nb-english-type.h>
#include <neighborbid/nb-error.h>

#include <glib/gi18n.h>

/* Where the seller names a window and no total, an auction is extended by at most this much. */
#define DEFAULT_EXTENSION_S 3600

G_DEFINE_ABSTRACT_TYPE (NbEnglishType, nb_english_type, NB_TYPE_AUCTION_TYPE)

static NbMoney
step_at (const NbAuction *auction, NbMoney price)
{
  NbMoney step = nb_auction_get_term_int (auction, "step", 0);

  return step > 0 ? step : nb_english_ladder_step (price);
}

/* With a fixed step only the start price plus whole steps can be bid: the next such amount from @amount up. */
static NbMoney
round_up (const NbAuction *auction, NbMoney amount)
{
  NbMoney step = nb_auction_get_term_int (auction, "step", 0);
  NbMoney above = amount - nb_auction_get_term_int (auction, "start_price", 1);

  return step > 0 && above % step != 0 ? amount + step - above % step : amount;
}

static NbMoney
get_min_next (const NbAuction *auction)
{
  NbMoney price = nb_auction_get_price (auction);

  if (price == 0)
    return nb_auction_get_term_int (auction, "start_price", 1);
  return round_up (auction, price + step_at (auction, price));
}

/* What the leader would pay at most: the whole of the hold. It is kept in the state, not read from the hold, so that
 * the rules depend on the bid log alone. */
static NbMoney
get_leader_max (const NbAuction *auction)
{
  GVariant *state = nb_auction_get_state (auction);

  return state != NULL ? g_variant_get_int64 (state) : 0;
}

/* The reserve counts like a bid of the seller's: a maximum that reaches it stands at it, no lower. */
static NbMoney
with_reserve (const NbAuction *auction, NbMoney price, NbMoney max)
{
  NbMoney reserve = nb_auction_get_term_int (auction, "reserve_price", 0);

  return max >= reserve ? MAX (price, reserve) : price;
}

static GError *
too_low (const NbAuction *auction, NbMoney min_next)
{
  g_autofree char *minimum = nb_money_format (min_next);
  GError *error = nb_error_new (NB_ERROR_BID_TOO_LOW, N_ ("the least that can be bid now is {minimum}"), "minimum",
                                minimum, NULL);

  nb_error_set_field (error, "amount");
  nb_error_set_prices (error, min_next, nb_auction_get_price (auction));
  return error;
}

static GError *
not_a_multiple (const NbAuction *auction, NbMoney step)
{
  g_autofree char *start = nb_money_format (nb_auction_get_term_int (auction, "start_price", 1));
  g_autofree char *unit = nb_money_format (step);
  GError *error
      = nb_error_new (NB_ERROR_NOT_A_MULTIPLE_OF_STEP, N_ ("a bid must be {start} plus whole steps of {step}"), "start",
                      start, "step", unit, NULL);

  nb_error_set_field (error, "amount");
  nb_error_set_prices (error, get_min_next (auction), nb_auction_get_price (auction));
  return error;
}

static GError *
check_amount (const NbAuction *auction, const NbBid *bid, gboolean is_leader)
{
  NbMoney amount = nb_bid_get_amount (bid);
  NbMoney step = nb_auction_get_term_int (auction, "step", 0);
  NbMoney min_next = get_min_next (auction);

  if (is_leader)
    min_next = round_up (auction, MAX (min_next, get_leader_max (auction) + 1));
  if (amount < min_next)
    return too_low (auction, min_next);
  if (step > 0 && (amount - nb_auction_get_term_int (auction, "start_price", 1)) % step != 0)
    return not_a_multiple (auction, step);
  return NULL;
}

/* Soft close: a change of price or leader inside the last window moves the end. */
static void
extend (const NbAuction *auction, gint64 now, NbDecision *decision)
{
  gint64 window = nb_auction_get_term_int (auction, "extend_window_s", 0) * G_USEC_PER_SEC;
  gint64 most = nb_auction_get_term_int (auction, "extend_max_s", DEFAULT_EXTENSION_S) * G_USEC_PER_SEC;
  gint64 end = MIN (now + window, nb_auction_get_original_ends_at (auction) + most);

  if (nb_auction_get_ends_at (auction) - now < window && end > nb_auction_get_ends_at (auction))
    nb_decision_set_end (decision, end);
}

static NbDecision *
lead (const NbAuction *auction, const NbBid *bid, gint64 now, NbMoney price)
{
  g_autoptr (NbDecision) decision = nb_decision_new ();
  gint64 person = nb_bid_get_person (bid), leader = nb_auction_get_leader (auction);

  nb_decision_set_standing (decision, NB_STANDING_LEADING);
  nb_decision_set_state (decision, g_variant_new_int64 (nb_bid_get_amount (bid)));
  nb_decision_set_price (decision, price);
  if (leader != 0 && leader != person)
    nb_decision_hold (decision, leader, 0);
  nb_decision_set_leader (decision, person);
  nb_decision_hold (decision, person, nb_bid_get_amount (bid));
  if (price != nb_auction_get_price (auction) || leader != person)
    extend (auction, now, decision);
  else
    nb_decision_set_shown_amount (decision, -1);
  return g_steal_pointer (&decision);
}

/* The leader's own bid only raises the own maximum, and the price no further than to a reserve that is now reached. */
static NbDecision *
raise_own (const NbAuction *auction, const NbBid *bid, gint64 now)
{
  return lead (auction, bid, now, with_reserve (auction, nb_auction_get_price (auction), nb_bid_get_amount (bid)));
}

/* A standing maximum is above the bid, or came first with the same: it answers with one step more, or all it has. */
static NbDecision *
be_outbid (const NbAuction *auction, const NbBid *bid, gint64 now)
{
  g_autoptr (NbDecision) decision = nb_decision_new ();
  NbMoney amount = nb_bid_get_amount (bid);
  NbMoney price = MIN (amount + step_at (auction, amount), get_leader_max (auction));

  nb_decision_set_standing (decision, NB_STANDING_OUTBID);
  nb_decision_require_cover (decision, amount);
  nb_decision_set_price (decision, price);
  if (nb_bid_get_kind (bid) == NB_BID_AMOUNT)
    nb_decision_set_shown_amount (decision, amount);
  extend (auction, now, decision);
  return g_steal_pointer (&decision);
}

static NbDecision *
take_lead (const NbAuction *auction, const NbBid *bid, gint64 now)
{
  NbMoney amount = nb_bid_get_amount (bid);
  NbMoney leader_max = get_leader_max (auction);
  NbMoney price = nb_auction_get_term_int (auction, "start_price", 1);

  if (nb_bid_get_kind (bid) == NB_BID_AMOUNT)
    return lead (auction, bid, now, amount);
  if (nb_auction_get_leader (auction) != 0)
    price = MIN (leader_max + step_at (auction, leader_max), amount);
  return lead (auction, bid, now, with_reserve (auction, price, amount));
}

static gboolean
is_buy_now_offered (const NbAuction *auction)
{
  return nb_auction_get_price (auction) < nb_auction_get_term_int (auction, "buy_now_price", 0);
}

static NbDecision *
buy_now (const NbAuction *auction, const NbBid *bid, GError **error)
{
  g_autoptr (NbDecision) decision = nb_decision_new ();
  NbMoney price = nb_auction_get_term_int (auction, "buy_now_price", 0);
  gint64 person = nb_bid_get_person (bid), leader = nb_auction_get_leader (auction);

  if (!is_buy_now_offered (auction))
    {
      nb_set_error (error, NB_ERROR_BUY_NOW_GONE, N_ ("this can't be bought at once any more"), NULL);
      return NULL;
    }
  if (nb_bid_get_amount (bid) != price)
    {
      nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("the price to buy at once is another one now"), NULL);
      return NULL;
    }
  nb_decision_set_standing (decision, NB_STANDING_LEADING);
  nb_decision_set_state (decision, g_variant_new_int64 (price));
  nb_decision_set_price (decision, price);
  if (leader != 0 && leader != person)
    nb_decision_hold (decision, leader, 0);
  nb_decision_set_leader (decision, person);
  nb_decision_hold (decision, person, price);
  nb_decision_close_now (decision);
  return g_steal_pointer (&decision);
}

static NbDecision *
english_on_bid (NbAuctionType *type, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  gboolean is_leader = nb_auction_get_leader (auction) == nb_bid_get_person (bid);
  GError *fault;

  if (nb_bid_get_kind (bid) == NB_BID_BUY_NOW)
    return buy_now (auction, bid, error);
  fault = check_amount (auction, bid, is_leader);
  if (fault != NULL)
    {
      g_propagate_error (error, fault);
      return NULL;
    }
  if (is_leader)
    return raise_own (auction, bid, now);
  if (nb_auction_get_leader (auction) != 0 && nb_bid_get_amount (bid) <= get_leader_max (auction))
    return be_outbid (auction, bid, now);
  return take_lead (auction, bid, now);
}

static gboolean
english_validate_terms (NbAuctionType *type, GVariant *terms, gint64 starts_at, gint64 ends_at, GError **error)
{
  return nb_english_terms_check (terms, error);
}

static void
english_quote (NbAuctionType *type, const NbAuction *auction, gint64 viewer, gint64 now, NbQuote *quote)
{
  NbMoney reserve = nb_auction_get_term_int (auction, "reserve_price", 0);
  NbMoney price = nb_auction_get_price (auction);

  quote->min_next = get_min_next (auction);
  quote->step = step_at (auction, MAX (price, nb_auction_get_term_int (auction, "start_price", 1)));
  quote->buy_now = is_buy_now_offered (auction) ? nb_auction_get_term_int (auction, "buy_now_price", 0) : 0;
  if (reserve > 0)
    quote->reserve_met = price >= reserve;
}

static NbResolution *
english_resolve (NbAuctionType *type, const NbAuction *auction, gint64 now, guint64 seed, GError **error)
{
  NbResolution *resolution;

  if (nb_auction_get_leader (auction) == 0)
    return nb_resolution_new_unsold ("no_bids");
  if (nb_auction_get_price (auction) < nb_auction_get_term_int (auction, "reserve_price", 0))
    return nb_resolution_new_unsold ("reserve_not_met");
  resolution = nb_resolution_new_sold ();
  nb_resolution_add_winner (resolution, nb_auction_get_leader (auction), 1, nb_auction_get_price (auction));
  return resolution;
}

static void
nb_english_type_class_init (NbEnglishTypeClass *klass)
{
  NbAuctionTypeClass *type_class = NB_AUCTION_TYPE_CLASS (klass);

  type_class->validate_terms = english_validate_terms;
  type_class->quote = english_quote;
  type_class->on_bid = english_on_bid;
  type_class->resolve = english_resolve;
}

static void
nb_english_type_init (NbEnglishType *self)
{
}
