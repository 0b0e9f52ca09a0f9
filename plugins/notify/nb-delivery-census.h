/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What waits in each channel, and what was given up. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* More than so many of a kind in one channel count as so many. */
#define NB_DELIVERY_CENSUS_MAX 100000

typedef struct
{
  char *channel;
  gint64 n_waiting;
  gint64 oldest_at; /* when the oldest of those that wait was written; 0 for none */
  gint64 n_dead;
} NbDeliveryCensus;

/* Returns: (transfer full) (nullable) (element-type NbDeliveryCensus): the channels with any deliveries, by name, also
 * those that don't run, 100 at most; NULL with @error */
GPtrArray *nb_delivery_census_take (NbTransaction *transaction, GError **error);

G_END_DECLS
