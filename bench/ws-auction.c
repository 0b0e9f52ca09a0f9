/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rings of bounded size: states by their text, moments by their seq. */
#include "bench/ws-auction.h"

#include <string.h>

const WsMoment *
ws_auction_recall (const WsAuction *self, WsValue text)
{
  for (guint i = 0; i < WS_RECALLED; i++)
    {
      const WsState *state = &self->recalled[(self->next_recalled + WS_RECALLED - 1 - i) % WS_RECALLED];

      if (state->length == text.length && memcmp (state->text, text.at, text.length) == 0)
        return &state->moment;
    }
  return NULL;
}

WsMoment *
ws_auction_find_moment (WsAuction *self, gint64 seq)
{
  WsMoment *moment = &self->moments[seq % WS_MOMENTS];

  if (moment->seq > seq)
    return NULL;
  if (moment->seq < seq)
    *moment = (WsMoment){ .seq = seq };
  return moment;
}

void
ws_auction_remember (WsAuction *self, WsValue text, const WsMoment *moment)
{
  WsState *state = &self->recalled[self->next_recalled];

  if (text.length > WS_STATE_MAX)
    return;
  state->moment = *moment;
  state->length = text.length;
  memcpy (state->text, text.at, text.length);
  self->next_recalled = (self->next_recalled + 1) % WS_RECALLED;
}

void
ws_auction_see_min_next (WsAuction *self, gint64 min_next)
{
  self->min_next = MAX (self->min_next, min_next);
}

void
ws_auction_see_seq (WsAuction *self, gint64 seq)
{
  self->newest = MAX (self->newest, seq);
}

gint64
ws_auction_choose_amount (WsAuction *self, gboolean is_rising)
{
  gint64 amount = self->min_next;

  if (is_rising)
    amount = MAX (amount, self->last_amount + self->step);
  self->last_amount = amount;
  return amount;
}
