/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each bid has an id of its own, made of this run's, the bidder's number and the bid's; its answer must name it. */
#include "bench/ws-bidder.h"
#include "bench/ws-peer.h"

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gboolean
read_line (WsBidder *self, const char *line)
{
  long long person;

  if (sscanf (line, "%lld %*s %95s", &person, self->token) != 2)
    return FALSE;
  self->person = person;
  return TRUE;
}

static int
compare_persons (const void *a, const void *b)
{
  gint64 x = (*(WsBidder *const *)a)->person, y = (*(WsBidder *const *)b)->person;

  return (x > y) - (x < y);
}

gboolean
ws_bidders_read (WsLoad *load, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint wanted = load->options.n_bidders, n = 0;

  load->bidders = g_new0 (WsBidder, MAX (wanted, 1));
  load->by_person = g_new0 (WsBidder *, MAX (wanted, 1));
  if (wanted == 0)
    return TRUE;
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL && n < wanted; line++)
    if (read_line (&load->bidders[n], *line))
      n++;
  if (n < wanted)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s names %u people, %u are to bid", path, n, wanted);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    load->by_person[i] = &load->bidders[i];
  qsort (load->by_person, n, sizeof *load->by_person, compare_persons);
  return TRUE;
}

/* Ids of another run's bids would be answered with what that run was told. */
static guint32
get_run (void)
{
  static guint32 run;

  while (run == 0)
    run = g_random_int ();
  return run;
}

void
ws_bidder_bid (WsLoad *load, WsBidder *self, gint64 at)
{
  WsAuction *auction = &load->auctions[self->peer->auction];
  WsBid *bid = &self->bids[self->n_sent % WS_BIDS];
  char text[160];
  int length;

  if (self->peer->phase != WS_PEER_OPEN || auction->is_over)
    return;
  if (bid->is_waiting)
    {
      load->counts.overruns++;
      return;
    }
  self->n_sent++;
  *bid = (WsBid){ self->n_sent, ws_auction_choose_amount (auction, load->options.is_rising), at, TRUE };
  length = snprintf (text, sizeof text,
                     "{\"type\":\"bid\",\"id\":\"%08x-%u-%" G_GUINT64_FORMAT "\",\"amount\":%" G_GINT64_FORMAT "}",
                     get_run (), (guint)(self - load->bidders), self->n_sent, bid->amount);
  load->counts.sent++;
  load->n_waiting++;
  ws_peer_send (load, self->peer, WS_TEXT, text, (gsize)length);
}

/* Returns: (nullable): the bid that the answer names, if it is one that waits */
static WsBid *
find_waiting (WsLoad *load, WsBidder *self, WsValue message)
{
  unsigned long long serial;
  unsigned run, number;
  char id[64];
  WsBid *bid;

  ws_json_copy (message, "id", id, sizeof id);
  if (sscanf (id, "%8x-%u-%llu", &run, &number, &serial) != 3 || run != get_run () || number != self - load->bidders
      || serial == 0)
    return NULL;
  bid = &self->bids[(serial - 1) % WS_BIDS];
  return bid->serial == serial && bid->is_waiting ? bid : NULL;
}

static void
see_result (WsLoad *load, WsAuction *auction, WsValue message)
{
  WsValue part;
  char code[48];

  if (ws_json_find (message, "result", &part))
    {
      load->counts.accepted++;
      ws_auction_see_seq (auction, ws_json_get_int (part, "seq", 0));
      ws_auction_see_min_next (auction, ws_json_get_int (part, "min_next", 0));
      return;
    }
  if (!ws_json_find (message, "error", &part))
    {
      ws_load_fault (load, "a bid_result with neither result nor error: %.*s", (int)MIN (message.length, 300),
                     message.at);
      return;
    }
  load->counts.refused++;
  ws_json_copy (part, "code", code, sizeof code);
  ws_names_count (&load->refusals, code);
  ws_auction_see_min_next (auction, ws_json_get_int (part, "min_next", 0));
}

void
ws_bidder_on_result (WsLoad *load, WsBidder *self, WsValue message)
{
  WsBid *bid = find_waiting (load, self, message);

  if (bid == NULL)
    {
      ws_load_fault (load, "an answer to no bid that waits: %.*s", (int)MIN (message.length, 300), message.at);
      return;
    }
  bid->is_waiting = FALSE;
  load->n_waiting--;
  ws_latency_add (&load->answers, &load->clock, bid->at);
  see_result (load, &load->auctions[self->peer->auction], message);
  if (load->is_running && load->options.rate <= 0)
    ws_bidder_bid (load, self, load->clock.now);
}

void
ws_bidder_on_closed (WsLoad *load, WsBidder *self)
{
  for (guint i = 0; i < WS_BIDS; i++)
    if (self->bids[i].is_waiting)
      {
        self->bids[i].is_waiting = FALSE;
        load->n_waiting--;
        ws_names_count (&load->errors, "bid without an answer, its socket closed");
      }
}

const WsBid *
ws_bidders_find_bid (const WsLoad *load, gint64 person, gint64 amount, const WsBidder **bidder)
{
  const WsBidder key = { .person = person }, *wanted = &key;
  WsBidder *const *found
      = bsearch (&wanted, load->by_person, load->options.n_bidders, sizeof *load->by_person, compare_persons);

  if (found == NULL)
    return NULL;
  *bidder = *found;
  for (guint i = 0; i < WS_BIDS; i++)
    {
      guint64 serial = (*found)->n_sent - i;
      const WsBid *bid = &(*found)->bids[(serial - 1) % WS_BIDS];

      if (serial == 0)
        return NULL;
      if (bid->serial == serial && bid->amount == amount)
        return bid;
    }
  return NULL;
}
