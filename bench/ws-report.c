/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what was measured: lines `name value`, or one JSON object of the same names. */
#include "bench/ws-load.h"

#include <stdio.h>

static gboolean is_json;
static gboolean is_first = TRUE;

static void
put_name (const char *name)
{
  if (is_json)
    printf ("%s\"%s\": ", is_first ? "{" : ", ", name);
  else
    printf ("%-22s ", name);
  is_first = FALSE;
}

static void
put (const char *name, double value, int digits)
{
  put_name (name);
  printf ("%.*f%s", digits, value, is_json ? "" : "\n");
}

static void
put_names (const char *name, const WsNames *names)
{
  put_name (name);
  if (is_json)
    putchar ('{');
  for (guint i = 0; i < names->n; i++)
    {
      g_autofree char *word = g_strdup (names->name[i]);

      g_strdelimit (word, "\"\\", '\'');
      if (is_json)
        printf ("%s\"%s\": %" G_GUINT64_FORMAT, i > 0 ? ", " : "", word, names->count[i]);
      else
        printf ("%s%s: %" G_GUINT64_FORMAT, i > 0 ? ", " : "", word, names->count[i]);
    }
  printf ("%s", is_json ? "}" : names->n == 0 ? "none\n" : "\n");
}

static void
put_latency (const char *name, const WsLatency *latency, gboolean is_long)
{
  g_autofree char *p50 = g_strconcat (name, "_p50_ms", NULL), *p90 = g_strconcat (name, "_p90_ms", NULL);
  g_autofree char *p99 = g_strconcat (name, "_p99_ms", NULL), *max = g_strconcat (name, "_max_ms", NULL);
  g_autofree char *n = g_strconcat (name, "_samples", NULL), *left = g_strconcat (name, "_left_out", NULL);

  put (n, (double)latency->n, 0);
  put (left, (double)latency->n_left_out, 0);
  put (p50, ws_latency_get_ms (latency, 0.5), 3);
  if (is_long)
    put (p90, ws_latency_get_ms (latency, 0.9), 3);
  put (p99, ws_latency_get_ms (latency, 0.99), 3);
  put (max, ws_latency_get_max_ms (latency), 3);
}

static void
put_connecting (const WsLoad *self)
{
  put ("sockets", self->n_connected, 0);
  put ("connects/s", self->n_connected / MAX (self->connect_seconds, 1e-9), 0);
  put_names ("handshake_failures", &self->handshakes);
}

static void
put_bidding (const WsLoad *self)
{
  const WsCounts *window = &self->window;
  double seconds = self->run_seconds;

  put ("seconds", seconds, 3);
  put ("answered/s", (double)(window->accepted + window->refused) / seconds, 0);
  put ("accepted/s", (double)window->accepted / seconds, 0);
  put ("refused/s", (double)window->refused / seconds, 0);
  put ("sent", (double)self->counts.sent, 0);
  put ("accepted", (double)self->counts.accepted, 0);
  put ("refused", (double)self->counts.refused, 0);
  put ("overruns", (double)self->counts.overruns, 0);
  put_names ("refusals", &self->refusals);
  put_latency ("answer", &self->answers, TRUE);
}

static void
put_watching (const WsLoad *self)
{
  put ("deliveries/s", (double)self->window.deliveries / self->run_seconds, 0);
  put ("deliveries", (double)self->counts.deliveries, 0);
  put ("state_bytes", (double)self->counts.state_bytes / (double)MAX (self->counts.deliveries, 1), 0);
  put ("unmatched_states", (double)self->counts.unmatched, 0);
  put_latency ("fan_out", &self->fan_out, FALSE);
  if (self->n_addresses > 1)
    put_latency ("across", &self->across, FALSE);
  put_latency ("spread", &self->spread, FALSE);
}

/* What everybody was shown in the end, for the caller to compare with the truth. */
static void
put_last_state (const WsAuction *auction)
{
  const WsMoment *moment = &auction->moments[auction->newest % WS_MOMENTS];

  put ("last_seq", (double)auction->newest, 0);
  put ("last_price", moment->seq == auction->newest ? (double)moment->price : 0, 0);
}

static void
put_deaf (const WsLoad *self)
{
  guint n = MIN (self->n_deaf_closed, G_N_ELEMENTS (self->deaf_closed_at));

  put ("deaf", self->options.n_deaf, 0);
  put ("deaf_closed", self->n_deaf_closed, 0);
  put_name ("deaf_closed_at_s");
  if (is_json)
    putchar ('[');
  for (guint i = 0; i < n; i++)
    printf ("%s%.1f", i > 0 ? ", " : "", self->deaf_closed_at[i]);
  printf ("%s", is_json ? "]" : "\n");
}

void
ws_report_print (const WsLoad *self)
{
  is_json = self->options.is_json;
  put_connecting (self);
  if (!self->options.is_idle)
    {
      put_bidding (self);
      put_watching (self);
      if (self->n_auctions == 1)
        put_last_state (&self->auctions[0]);
      if (self->options.n_deaf > 0)
        put_deaf (self);
      put ("load_cpu_share", self->cpu_share, 2);
    }
  put ("stood_still", self->clock.n_stills, 0);
  put ("stood_still_s", (double)self->clock.still_ns / 1e9, 3);
  put_names ("errors", &self->errors);
  put_names ("closes", &self->closes);
  put ("faults", (double)self->n_faults, 0);
  puts (is_json ? "}" : "");
  fflush (stdout);
}
