/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long things took: a clock that notices when the machine stood still, and histograms of bounded size. */
#pragma once

#include <glib.h>

#define WS_STILL_NS (50 * G_GINT64_CONSTANT (1000000))
#define WS_BUCKETS (64 * 32)

/* The time of the load's one thread, in nanoseconds. It is read for each thing done, and nothing that is done here
 * takes 50 ms; nor is slept as long. So a larger step means that the thread was not let run: the machine, or this core,
 * stood still. */
typedef struct
{
  gint64 now;
  gint64 still_until; /* when the last such step ended */
  guint n_stills;
  gint64 still_ns;
} WsClock;

gint64 ws_clock_tick (WsClock *self);
/* Starts anew after something that may take long. */
void ws_clock_reset (WsClock *self);

/* Steps of 1/64 of the value, so a percentile is at most 1.6 % too high. */
typedef struct
{
  guint64 n;
  guint64 n_left_out; /* samples in which the machine stood still */
  gint64 max_ns;
  guint64 counts[WS_BUCKETS];
} WsLatency;

/* Counts the time from @from to now, or leaves it out when the machine stood still in it. */
void ws_latency_add (WsLatency *self, const WsClock *clock, gint64 from);
/* Returns: milliseconds, 0 when there is no sample */
double ws_latency_get_ms (const WsLatency *self, double part);
double ws_latency_get_max_ms (const WsLatency *self);
