/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `/metrics` shows of one channel's deliveries. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct
{
  NbMetric *done;
  NbMetric *again;
  NbMetric *dead;
  NbMetric *left_out;
  NbMetric *duration;
} NbCourierMetrics;

/* @channel: a notifier's name */
void nb_courier_metrics_find (NbCourierMetrics *self, const char *channel);
/* What waits and what was given up, by channel: read from the database. */
gboolean nb_courier_metrics_add_gauges (NbContext *context, GError **error);

G_END_DECLS
