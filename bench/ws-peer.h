/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One WebSocket of the load: its handshake, what it reads, and whether what it is shown can be true. */
#pragma once

#include "bench/ws-load.h"
#include "bench/ws-wire.h"

typedef enum
{
  WS_PEER_NEW,
  WS_PEER_CONNECTING,
  WS_PEER_SHAKING, /* the request is sent */
  WS_PEER_GREETED, /* the handshake is done, `hello` isn't here yet */
  WS_PEER_OPEN,
  WS_PEER_DEAF, /* open, and never read from again */
  WS_PEER_CLOSED
} WsPhase;

struct _WsPeer
{
  int fd;
  WsPhase phase;
  guint address;
  guint auction;
  gboolean is_deaf;
  gboolean is_shown; /* a state */
  gint64 seq;        /* of the last state, of hello before */
  gint64 price;
  gint64 last_bid;
  WsBidder *bidder; /* (nullable) */
  char *rest;       /* (nullable): the beginning of a frame whose end wasn't here yet */
  gsize n_rest;
  char accept[WS_ACCEPT_SIZE];
};

/* Begins to connect. */
void ws_peer_connect (WsLoad *load, WsPeer *self);
/* @events: of epoll */
void ws_peer_on_events (WsLoad *load, WsPeer *self, guint32 events);
/* Sends a frame of at most WS_SMALL_MAX bytes; a peer that can't take it at once is closed, as it has no need to be so
 * far behind. */
void ws_peer_send (WsLoad *load, WsPeer *self, WsOpcode opcode, const char *payload, gsize length);
/* Shows the server that a deaf peer lives, and finds out whether the server has given it up: its end of the connection
 * can't be told through a full window, but answers what is sent with a reset. */
void ws_peer_probe (WsLoad *load, WsPeer *self);
/* @why: what it is counted under */
void ws_peer_close (WsLoad *load, WsPeer *self, const char *why);
