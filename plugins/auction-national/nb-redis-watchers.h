/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many watch an auction, over all processes: what this one reports, and what they say together. */
#pragma once

#include "nb-redis-link.h"

G_BEGIN_DECLS

typedef struct _NbRedisWatchers NbRedisWatchers;

/* @link, @prefix: outlive it */
NbRedisWatchers *nb_redis_watchers_new (NbRedisLink *link, const char *prefix);
void nb_redis_watchers_free (NbRedisWatchers *self);

/* As nb_redis_report_watchers(). */
void nb_redis_watchers_report (NbRedisWatchers *self, gint64 auction, guint count);
/* What was told may be gone: tells all of it again. The link is ready. */
void nb_redis_watchers_renew (NbRedisWatchers *self);
/* The link is ready. @func gets an integer. */
void nb_redis_watchers_ask (NbRedisWatchers *self, gint64 auction, NbRedisAnswerFunc func, gpointer data,
                            GDestroyNotify free_data);

G_END_DECLS
