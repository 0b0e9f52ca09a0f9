/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A load of watchers and bidders over WebSocket: plain sockets and epoll, none of the server's libraries, one thread.
 */
#include "bench/ws-load.h"
#include "bench/ws-bidder.h"
#include "bench/ws-options.h"
#include "bench/ws-peer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define MS G_GINT64_CONSTANT (1000000)
#define CONNECTING_MAX 64

void
ws_load_fault (WsLoad *self, const char *format, ...)
{
  va_list arguments;

  if (self->n_faults++ >= 10)
    return;
  va_start (arguments, format);
  fputs ("ws-load: FAULT: ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
}

/* Waits for what happens, at most until @until and at most 10 ms, so that the clock tells a machine that stood still
 * from one with nothing to do. Returns: whether standard input was closed, where it is watched */
static gboolean
turn (WsLoad *self, gint64 until)
{
  struct epoll_event events[256];
  gint64 wait = CLAMP (until - self->clock.now, 0, 10 * MS);
  struct timespec timeout = { 0, wait };
  int n = epoll_pwait2 (self->poll, events, G_N_ELEMENTS (events), &timeout, NULL);
  gboolean is_over = FALSE;

  ws_clock_tick (&self->clock);
  for (int i = 0; i < n; i++)
    {
      if (events[i].data.ptr == NULL)
        is_over = TRUE;
      else
        ws_peer_on_events (self, events[i].data.ptr, events[i].events);
      ws_clock_tick (&self->clock);
    }
  return is_over;
}

/* Returns: whether all did what they could, connected or failed, within the time */
static gboolean
connect_all (WsLoad *self)
{
  gint64 began_at = self->clock.now, changed_at = began_at, patience = (gint64)(self->options.patience * 1e9);
  guint before = 0;

  while ((self->next_peer < self->n_peers || self->n_connecting > 0) && self->clock.now < changed_at + patience)
    {
      while (self->n_connecting < CONNECTING_MAX && self->next_peer < self->n_peers)
        ws_peer_connect (self, &self->peers[self->next_peer++]);
      turn (self, G_MAXINT64);
      if (self->n_open != before)
        {
          before = self->n_open;
          changed_at = self->clock.now;
        }
    }
  self->connect_seconds = (double)(self->clock.now - began_at) / 1e9;
  self->n_connected = self->n_open;
  return self->n_connecting == 0;
}

static void
send_first (WsLoad *self)
{
  for (guint round = 0; round < self->options.depth; round++)
    for (guint i = 0; i < self->options.n_bidders; i++)
      ws_bidder_bid (self, &self->bidders[i], ws_clock_tick (&self->clock));
}

/* Sends what is due of an open loop before @end, also what is late. Returns: when the next bid is due */
static gint64
send_due (WsLoad *self, gint64 end, guint64 *n_due)
{
  for (;;)
    {
      gint64 due = self->began_at + (gint64)((double)*n_due * 1e9 / self->options.rate);

      if (due > self->clock.now || due >= end)
        return due;
      ws_bidder_bid (self, &self->bidders[*n_due % self->options.n_bidders], due);
      ++*n_due;
    }
}

static gint64
probe_deaf (WsLoad *self, gint64 next)
{
  if (self->clock.now < next)
    return next;
  for (guint i = self->n_peers - self->options.n_deaf; i < self->n_peers; i++)
    ws_peer_probe (self, &self->peers[i]);
  return self->clock.now + 500 * MS;
}

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
run (WsLoad *self)
{
  gboolean is_open_loop = self->options.rate > 0 && self->options.n_bidders > 0;
  double cpu_before = get_cpu_seconds ();
  gint64 end, due = G_MAXINT64, probe = 0;
  guint64 n_due = 0;

  self->counts = (WsCounts){ 0 };
  self->began_at = ws_clock_tick (&self->clock);
  end = self->began_at + (gint64)(self->options.seconds * 1e9);
  self->is_running = TRUE;
  if (!is_open_loop)
    send_first (self);
  while (self->clock.now < end)
    {
      if (is_open_loop)
        due = send_due (self, end, &n_due);
      probe = probe_deaf (self, probe);
      turn (self, MIN (end, due));
    }
  self->is_running = FALSE;
  self->window = self->counts;
  self->run_seconds = (double)(self->clock.now - self->began_at) / 1e9;
  self->cpu_share = (get_cpu_seconds () - cpu_before) / self->run_seconds;
}

static guint
count_behind (const WsLoad *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_peers; i++)
    if (self->peers[i].phase == WS_PEER_OPEN && self->peers[i].seq < self->auctions[self->peers[i].auction].newest)
      n++;
  return n;
}

/* Every bid must be answered, and every socket come to the newest state. */
static void
drain (WsLoad *self)
{
  gint64 give_up = self->clock.now + (gint64)(self->options.patience * 1e9), look_again = 0;
  guint n_behind = G_MAXUINT;

  while (n_behind > 0 && self->clock.now < give_up)
    {
      turn (self, give_up);
      if (self->n_waiting > 0 || self->clock.now < look_again)
        continue;
      n_behind = count_behind (self);
      look_again = self->clock.now + 5 * MS;
    }
  n_behind = count_behind (self);
  if (self->n_waiting > 0)
    ws_load_fault (self, "%u bids have no answer after %g s", self->n_waiting, self->options.patience);
  if (n_behind > 0)
    ws_load_fault (self, "%u sockets were not shown the newest state within %g s", n_behind, self->options.patience);
}

/* Keeps the sockets alive until standard input is closed, or for the seconds asked for. */
static void
idle (WsLoad *self)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLHUP };
  gint64 end = self->options.seconds > 0 ? self->clock.now + (gint64)(self->options.seconds * 1e9) : G_MAXINT64;

  if (epoll_ctl (self->poll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0 && self->options.seconds <= 0)
    {
      ws_load_fault (self, "standard input, whose end is to be waited for, can't be watched: %s", g_strerror (errno));
      return;
    }
  while (self->clock.now < end && self->n_open > 0)
    if (turn (self, end))
      break;
  if (self->n_open < self->n_connected)
    ws_load_fault (self, "%u sockets were closed while they idled", self->n_connected - self->n_open);
}

static void
load_free (WsLoad *self)
{
  for (guint i = 0; i < self->n_peers; i++)
    ws_peer_close (self, &self->peers[i], "done");
  close (self->poll);
  g_free (self->peers);
  g_free (self->bidders);
  g_free (self->by_person);
  g_free (self->auctions);
  g_free (self);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  WsLoad *self = g_new0 (WsLoad, 1);
  gboolean is_fine;

  if (!ws_options_parse (self, &argc, &argv, &error))
    {
      fprintf (stderr, "ws-load: %s\n", error->message);
      load_free (self);
      return 2;
    }
  self->poll = epoll_create1 (EPOLL_CLOEXEC);
  ws_clock_reset (&self->clock);
  if (!connect_all (self))
    ws_load_fault (self, "%u sockets were neither greeted nor refused within %g s", self->n_connecting,
                   self->options.patience);
  if (!self->options.is_idle)
    {
      run (self);
      drain (self);
    }
  ws_report_print (self);
  if (self->options.is_idle)
    idle (self);
  is_fine = self->n_faults == 0 && self->n_open > 0;
  load_free (self);
  return is_fine ? 0 : 1;
}
