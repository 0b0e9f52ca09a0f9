/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* States are most of what comes: the same bytes on every socket of a room, so each text is read once. */
#include "bench/ws-messages.h"
#include "bench/ws-bidder.h"

#include <stdio.h>

/* Returns: (nullable): the bid that made the state, if it is one of ours */
static const WsBid *
find_last_bid (const WsLoad *load, WsValue last, const WsBidder **bidder)
{
  gint64 amount = ws_json_get_int (last, "amount", 0);
  gint64 person = ws_json_get_int (last, "bidder", 0);
  WsValue who;

  if (ws_json_find (last, "bidder", &who) && who.at[0] == '{')
    person = ws_json_get_int (who, "id", 0);
  return ws_bidders_find_bid (load, person, amount, bidder);
}

/* Fills @moment for a state that no socket showed before. */
static void
learn (WsLoad *load, WsAuction *auction, WsValue text, WsMoment *moment)
{
  const WsBidder *bidder = NULL;
  const WsBid *bid;
  WsValue last;

  moment->price = ws_json_get_int (text, "price", 0);
  moment->first_at = load->clock.now;
  ws_auction_see_seq (auction, moment->seq);
  ws_auction_see_min_next (auction, ws_json_get_int (text, "min_next", 0));
  if (!ws_json_find (text, "last_bid", &last) || last.at[0] != '{')
    return;
  moment->last_bid = ws_json_get_int (last, "seq", 0);
  bid = find_last_bid (load, last, &bidder);
  if (bid == NULL)
    {
      load->counts.unmatched++;
      return;
    }
  moment->sent_at = bid->at;
  moment->address = bidder->peer->address;
}

/* Returns: what the state says; of one that newer ones have pushed out of memory not when it was sent */
static WsMoment
read_state (WsLoad *load, WsAuction *auction, WsValue text)
{
  gint64 seq = MAX (ws_json_get_int (text, "seq", 0), 0), price = ws_json_get_int (text, "price", 0);
  WsMoment *moment = ws_auction_find_moment (auction, seq);

  if (moment == NULL)
    {
      load->counts.unmatched++;
      return (WsMoment){ .seq = seq, .price = price };
    }
  if (moment->first_at == 0)
    learn (load, auction, text, moment);
  else if (moment->price != price)
    ws_load_fault (load, "two prices of seq %" G_GINT64_FORMAT " of auction %s: %.*s", seq, auction->id,
                   (int)MIN (text.length, 300), text.at);
  ws_auction_remember (auction, text, moment);
  return *moment;
}

static void
measure (WsLoad *load, const WsPeer *self, const WsMoment *moment)
{
  if (moment->last_bid <= self->last_bid || moment->sent_at == 0)
    return;
  ws_latency_add (&load->fan_out, &load->clock, moment->sent_at);
  if (moment->address != self->address)
    ws_latency_add (&load->across, &load->clock, moment->sent_at);
  ws_latency_add (&load->spread, &load->clock, moment->first_at);
}

/* A room may send the state that `hello` told already, once. */
static void
check (WsLoad *load, const WsPeer *self, const WsMoment *moment)
{
  if (moment->seq < self->seq || (self->is_shown && moment->seq == self->seq))
    ws_load_fault (load, "a socket was shown seq %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT, moment->seq, self->seq);
  if (moment->price < self->price)
    ws_load_fault (load, "the price fell from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, self->price, moment->price);
}

static void
show (WsLoad *load, WsPeer *self, const WsMoment *moment, gsize bytes)
{
  load->counts.deliveries++;
  load->counts.state_bytes += bytes;
  check (load, self, moment);
  measure (load, self, moment);
  self->is_shown = TRUE;
  self->seq = moment->seq;
  self->price = moment->price;
  self->last_bid = MAX (self->last_bid, moment->last_bid);
}

static void
greet (WsLoad *load, WsPeer *self, WsAuction *auction, WsValue text)
{
  WsValue listing, you;

  if (self->phase != WS_PEER_GREETED || !ws_json_find (text, "auction", &listing))
    {
      ws_load_fault (load, "a second hello, or one without its auction");
      return;
    }
  if (self->bidder != NULL && (!ws_json_find (text, "you", &you) || you.at[0] != '{'))
    ws_load_fault (load, "hello doesn't know the bidder %" G_GINT64_FORMAT, self->bidder->person);
  self->phase = WS_PEER_OPEN;
  self->seq = ws_json_get_int (text, "seq", 0);
  self->price = ws_json_get_int (listing, "price", 0);
  auction->step = MAX (ws_json_get_int (listing, "step", 1), 1);
  ws_auction_see_seq (auction, self->seq);
  ws_auction_see_min_next (auction, ws_json_get_int (listing, "min_next", 0));
  load->n_connecting--;
  load->n_open++;
}

static void
take_message (WsLoad *load, WsPeer *self, WsAuction *auction, WsValue text)
{
  char code[48];

  if (ws_json_is (text, "type", "bid_result") && self->bidder != NULL)
    ws_bidder_on_result (load, self->bidder, text);
  else if (ws_json_is (text, "type", "hello"))
    greet (load, self, auction, text);
  else if (ws_json_is (text, "type", "ended"))
    auction->is_over = TRUE;
  else if (ws_json_is (text, "type", "error"))
    {
      ws_json_copy (text, "code", code, sizeof code);
      ws_names_count (&load->errors, code);
    }
}

static void
take_text (WsLoad *load, WsPeer *self, const WsFrame *frame)
{
  WsAuction *auction = &load->auctions[self->auction];
  WsValue text = { frame->payload, frame->length };
  const WsMoment *known = ws_auction_recall (auction, text);
  WsMoment read;

  if (known == NULL && ws_json_is (text, "type", "state"))
    {
      read = read_state (load, auction, text);
      known = &read;
    }
  if (known != NULL)
    show (load, self, known, frame->whole);
  else
    take_message (load, self, auction, text);
}

void
ws_messages_take (WsLoad *load, WsPeer *self, const WsFrame *frame)
{
  char why[48];

  if (self->phase == WS_PEER_GREETED && frame->opcode == WS_TEXT
      && !ws_json_is ((WsValue){ frame->payload, frame->length }, "type", "hello"))
    ws_load_fault (load, "the first message isn't hello: %.*s", (int)MIN (frame->length, 300), frame->payload);
  if (frame->opcode == WS_TEXT)
    take_text (load, self, frame);
  else if (frame->opcode == WS_PING)
    ws_peer_send (load, self, WS_PONG, frame->payload, MIN (frame->length, 125));
  else if (frame->opcode == WS_CLOSE)
    {
      snprintf (why, sizeof why, "%u", ws_wire_get_close_code (frame));
      ws_peer_close (load, self, why);
    }
}
