/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A person who bids: the bids under way, and whether each is answered once. */
#pragma once

#include "bench/ws-load.h"

#define WS_BIDS 64 /* of one bidder, under way or lately answered */

typedef struct
{
  guint64 serial; /* from 1; 0: no bid */
  gint64 amount;
  gint64 at; /* when it was sent; in an open loop, when it was due */
  gboolean is_waiting;
} WsBid;

struct _WsBidder
{
  WsPeer *peer;
  gint64 person;
  char token[96];
  guint64 n_sent;
  WsBid bids[WS_BIDS];
};

/* Reads as many bidders as are wanted from lines `id username token`. */
gboolean ws_bidders_read (WsLoad *load, const char *path, GError **error);

/* Sends the bidder's next bid, unless its auction is over or it can't.
 * @at: from when its answer's time is counted */
void ws_bidder_bid (WsLoad *load, WsBidder *self, gint64 at);
void ws_bidder_on_result (WsLoad *load, WsBidder *self, WsValue message);
/* The socket is gone: what waited has no answer any more. */
void ws_bidder_on_closed (WsLoad *load, WsBidder *self);

/* Returns: (nullable): the latest bid of @person with @amount, and who sent it */
const WsBid *ws_bidders_find_bid (const WsLoad *load, gint64 person, gint64 amount, const WsBidder **bidder);
