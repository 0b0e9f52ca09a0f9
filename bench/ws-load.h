/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the WebSocket load share: one thread, one epoll set, everything allocated before the first byte. */
#pragma once

#include "bench/ws-auction.h"
#include "bench/ws-latency.h"
#include "bench/ws-names.h"
#include "bench/ws-wire.h"

#include <netinet/in.h>

#define WS_MAX_ADDRESSES 8
#define WS_READ_MAX (2 * WS_FRAME_MAX)

typedef struct _WsPeer WsPeer;
typedef struct _WsBidder WsBidder;

typedef struct
{
  guint n_watchers; /* they read */
  guint n_deaf;     /* they never do, besides the handshake */
  guint n_bidders;
  guint depth; /* closed loop: bids of one bidder that wait for their answer */
  double rate; /* open loop: bids a second of all bidders; 0: closed loop */
  double seconds;
  double patience; /* seconds without progress, before the first bid and after the last, that are taken for a fault */
  gboolean is_rising; /* each bid above all that were sent before, not above what was seen */
  gboolean is_idle;
  gboolean is_json;
} WsOptions;

/* Counted up from the start; a copy of them is taken when the measured time ends. */
typedef struct
{
  guint64 sent;
  guint64 accepted;
  guint64 refused;
  guint64 overruns;   /* open loop: bids that weren't sent, as too many of that bidder waited */
  guint64 deliveries; /* states that a socket read */
  guint64 state_bytes;
  guint64 unmatched; /* states first shown with a last bid that no bidder of ours sent, or long ago */
  guint64 bytes;
} WsCounts;

typedef struct
{
  WsOptions options;
  struct sockaddr_in addresses[WS_MAX_ADDRESSES];
  guint n_addresses;
  WsAuction *auctions;
  guint n_auctions;
  WsPeer *peers; /* bidders first, then watchers, then the deaf */
  guint n_peers;
  WsBidder *bidders;
  WsBidder **by_person; /* the bidders by their person's id */

  int poll;
  WsClock clock;
  gboolean is_running; /* bids may be sent */
  guint next_peer;     /* to be connected */
  guint n_connecting;
  guint n_open;
  guint n_connected; /* of all, before the first bid */
  guint n_waiting;   /* bids without an answer */
  gint64 began_at;
  double connect_seconds, run_seconds, cpu_share;
  char read_buffer[WS_READ_MAX];

  WsCounts counts, window;
  WsLatency answers;
  WsLatency fan_out; /* from the bid's sending to each socket that shows it */
  WsLatency across;  /* likewise, on another address than the bidder's */
  WsLatency spread;  /* from the first socket that showed it */
  WsNames refusals, closes, handshakes, errors;
  double deaf_closed_at[64]; /* seconds into the run, of the first that were */
  guint n_deaf_closed;
  guint64 n_faults;
} WsLoad;

/* What must not be: told on standard error (the first ten), and counted for the exit code. */
void ws_load_fault (WsLoad *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

void ws_report_print (const WsLoad *self);
