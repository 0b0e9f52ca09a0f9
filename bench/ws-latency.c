/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log-linear histograms of microseconds, and the clock's steps. */
#include "bench/ws-latency.h"

#include <time.h>

static gint64
read_clock (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (gint64)t.tv_sec * 1000000000 + t.tv_nsec;
}

gint64
ws_clock_tick (WsClock *self)
{
  gint64 now = read_clock ();
  gint64 step = now - self->now;

  if (step > WS_STILL_NS)
    {
      self->still_until = now;
      self->n_stills++;
      self->still_ns += step;
    }
  self->now = now;
  return now;
}

void
ws_clock_reset (WsClock *self)
{
  *self = (WsClock){ .now = read_clock () };
}

/* 0 to 63 as they are; above, the six bits under the highest one tell the place in its row. */
static guint
get_bucket (guint64 us)
{
  guint bits = us < 64 ? 0 : g_bit_storage (us) - 6;
  guint bucket = us < 64 ? (guint)us : 64 * bits + (guint)(us >> (bits - 1)) - 64;

  return MIN (bucket, WS_BUCKETS - 1);
}

static double
get_upper_ms (guint bucket)
{
  guint bits = bucket / 64;
  guint64 us = bits == 0 ? bucket + 1 : ((guint64)(bucket % 64 + 64) + 1) << (bits - 1);

  return (double)us / 1e3;
}

void
ws_latency_add (WsLatency *self, const WsClock *clock, gint64 from)
{
  gint64 ns = MAX (clock->now - from, 0);

  if (from < clock->still_until)
    {
      self->n_left_out++;
      return;
    }
  self->n++;
  self->max_ns = MAX (self->max_ns, ns);
  self->counts[get_bucket ((guint64)ns / 1000)]++;
}

double
ws_latency_get_max_ms (const WsLatency *self)
{
  return (double)self->max_ns / 1e6;
}

double
ws_latency_get_ms (const WsLatency *self, double part)
{
  guint64 wanted = (guint64)((double)self->n * part), seen = 0;

  for (guint i = 0; i < WS_BUCKETS; i++)
    {
      seen += self->counts[i];
      if (seen > wanted)
        return MIN (get_upper_ms (i), ws_latency_get_max_ms (self));
    }
  return ws_latency_get_max_ms (self);
}
