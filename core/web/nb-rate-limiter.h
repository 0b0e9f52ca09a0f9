/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Token buckets by key, in a table of bounded size. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keys remembered at most; the one not seen for longest is forgotten first. */
#define NB_RATE_LIMITER_MAX_KEYS 65536

typedef struct _NbRateLimiter NbRateLimiter;

/* @per_second: how fast a bucket fills, 0 for no limit; @burst: how much it holds */
NbRateLimiter *nb_rate_limiter_new (double per_second, double burst);
void nb_rate_limiter_free (NbRateLimiter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRateLimiter, nb_rate_limiter_free)
/* Changes the limit; what the buckets hold stays. */
void nb_rate_limiter_set (NbRateLimiter *self, double per_second, double burst);
/* Takes one from the bucket of @key at the time @now (monotonic microseconds). Returns: 0, or in how many milliseconds
 * there will be one again */
guint nb_rate_limiter_take (NbRateLimiter *self, const char *key, gint64 now);
/* The same without taking. */
guint nb_rate_limiter_look (NbRateLimiter *self, const char *key, gint64 now);
guint nb_rate_limiter_get_size (NbRateLimiter *self);

G_END_DECLS
