/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes public states as text: one is made for each commit that changes a live auction. */
#include "core/engine/nb-public-state.h"

#include "core/domain/nb-auction-private.h"
#include "core/domain/nb-json-text.h"

static void
add_name (GString *out, const char *name)
{
  g_string_append (out, out->len > 1 ? ",\"" : "\"");
  g_string_append (out, name);
  g_string_append (out, "\":");
}

static void
add_int (GString *out, const char *name, gboolean is_known, gint64 value)
{
  add_name (out, name);
  if (is_known)
    nb_json_text_append_int (out, value);
  else
    g_string_append (out, "null");
}

static void
add_time (GString *out, const char *name, gint64 at)
{
  add_name (out, name);
  nb_json_text_append_time (out, at);
}

static void
add_text (GString *out, const char *name, const char *text)
{
  add_name (out, name);
  nb_json_text_append_string (out, text);
}

static void
add_person (GString *out, const char *name, gint64 person, const char *nickname)
{
  add_name (out, name);
  if (person == 0)
    {
      g_string_append (out, "null");
      return;
    }
  g_string_append (out, "{\"id\":");
  nb_json_text_append_id (out, person);
  g_string_append (out, ",\"nickname\":");
  nb_json_text_append_string (out, nickname != NULL ? nickname : "");
  g_string_append_c (out, '}');
}

static void
add_last_bid (GString *out, const NbLastBid *bid)
{
  g_autoptr (GString) inner = NULL;

  add_name (out, "last_bid");
  if (bid->seq == 0)
    {
      g_string_append (out, "null");
      return;
    }
  inner = g_string_new ("{");
  add_int (inner, "seq", TRUE, bid->seq);
  add_person (inner, "bidder", bid->bidder, bid->nickname);
  add_int (inner, "amount", TRUE, bid->amount);
  add_time (inner, "at", bid->at);
  g_string_append_c (inner, '}');
  g_string_append_len (out, inner->str, (gssize)inner->len);
}

static void
add_reserve (GString *out, int reserve_met)
{
  add_name (out, "reserve_met");
  g_string_append (out, reserve_met < 0 ? "null" : reserve_met > 0 ? "true" : "false");
}

static char *
make_state (const NbPublicParts *parts)
{
  const NbAuction *auction = parts->auction;
  const NbQuote *quote = parts->quote;
  const NbView *view = parts->view;
  g_autoptr (GString) out = g_string_sized_new (512);

  g_string_append_c (out, '{');
  add_int (out, "seq", TRUE, auction->seq);
  add_int (out, "price", view->price && auction->price > 0, auction->price);
  add_int (out, "min_next", TRUE, quote->min_next);
  add_int (out, "step", TRUE, quote->step);
  add_int (out, "buy_now_price", quote->buy_now > 0, quote->buy_now);
  add_person (out, "leader", view->leader ? auction->leader : 0, parts->leader_nickname);
  add_int (out, "bid_count", view->bid_count, auction->bid_count);
  add_time (out, "ends_at", auction->ends_at);
  add_text (out, "status", nb_auction_status_name (auction->status));
  add_reserve (out, quote->reserve_met);
  if (quote->next_change_at != 0)
    add_time (out, "next_change_at", quote->next_change_at);
  add_last_bid (out, &parts->last_bid);
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
is_over (const NbAuction *auction)
{
  return auction->status == NB_AUCTION_SOLD || auction->status == NB_AUCTION_UNSOLD
         || auction->status == NB_AUCTION_CANCELLED;
}

static char *
make_ended (const NbPublicParts *parts)
{
  g_autoptr (GString) out = NULL;

  if (!is_over (parts->auction))
    return NULL;
  out = g_string_new ("{");
  add_int (out, "seq", TRUE, parts->auction->seq);
  add_text (out, "status", nb_auction_status_name (parts->auction->status));
  add_person (out, "winner", parts->winner, parts->winner_nickname);
  add_int (out, "price", parts->winner != 0, parts->winning_price);
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

NbAuctionState *
nb_public_state_new (const NbPublicParts *parts)
{
  const NbAuction *auction = parts->auction;
  g_autofree char *state = make_state (parts);
  g_autofree char *ended = make_ended (parts);
  NbAuctionState fields = {
    .auction = auction->id,
    .seq = auction->seq,
    .status = auction->status,
    .price = parts->view->price ? auction->price : 0,
    .leader = parts->view->leader ? auction->leader : 0,
    .bid_count = parts->view->bid_count ? auction->bid_count : 0,
    .ends_at = auction->ends_at,
    .state = state,
    .ended = ended,
  };

  return nb_auction_state_new (&fields);
}

NbAuctionState *
nb_public_state_from_view (const NbAuctionView *view, const NbLastBid *last_bid)
{
  NbPublicParts parts = {
    .auction = view->auction,
    .quote = &view->quote,
    .view = &view->view,
    .leader_nickname = view->leader_nickname,
    .winner = view->winner,
    .winner_nickname = view->winner_nickname,
    .winning_price = view->winning_price,
    .last_bid = *last_bid,
  };

  return nb_public_state_new (&parts);
}

gboolean
nb_auction_type_is_live (NbAuctionType *type)
{
  NbTypeDescription *description = nb_auction_type_describe (type);
  gboolean is_live = (nb_type_description_get_capabilities (description) & NB_CAPABILITY_LIVE) != 0;

  nb_type_description_free (description);
  return is_live;
}
