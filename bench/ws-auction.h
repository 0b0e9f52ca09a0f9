/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the load knows of one auction: the states it was shown, when each was shown first, and what to bid next. */
#pragma once

#include "bench/ws-json.h"

#define WS_RECALLED 8     /* the texts of this many states are remembered */
#define WS_STATE_MAX 2048 /* if they aren't longer than this */
#define WS_MOMENTS 65536  /* the times of this many */

typedef struct
{
  gint64 seq;
  gint64 price;    /* 0: none */
  gint64 last_bid; /* its seq, 0: none */
  gint64 sent_at;  /* when that bid was sent; 0 when it is none of ours */
  gint64 first_at; /* when any socket showed this state first */
  guint address;   /* where that bid was sent */
} WsMoment;

typedef struct
{
  WsMoment moment;
  gsize length;
  char text[WS_STATE_MAX];
} WsState;

typedef struct
{
  char id[24];
  gint64 step;
  gint64 min_next;
  gint64 last_amount; /* that was sent */
  gint64 newest;      /* the highest seq that a state or an answer named */
  gboolean is_over;
  guint next_recalled;
  WsState recalled[WS_RECALLED];
  WsMoment moments[WS_MOMENTS];
} WsAuction;

/* A room gets the same bytes on every socket, so the text was mostly read before.
 * Returns: (nullable): what it said */
const WsMoment *ws_auction_recall (const WsAuction *self, WsValue text);

/* Returns: where to keep what a state with @seq tells: its own place when it was there before, else one with nothing
 * but the @seq in it; (nullable): NULL when newer states have taken the place */
WsMoment *ws_auction_find_moment (WsAuction *self, gint64 seq);
void ws_auction_remember (WsAuction *self, WsValue text, const WsMoment *moment);

void ws_auction_see_min_next (WsAuction *self, gint64 min_next);
void ws_auction_see_seq (WsAuction *self, gint64 seq);
gint64 ws_auction_choose_amount (WsAuction *self, gboolean is_rising);
