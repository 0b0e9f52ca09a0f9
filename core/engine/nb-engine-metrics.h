/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the engine counts and measures. */
#pragma once

#include "core/engine/nb-batch.h"

#include <neighborbid/nb-metrics.h>

G_BEGIN_DECLS

typedef struct
{
  GHashTable *bids; /* type name → array of NbMetric */
  NbMetric *batch_size;
  NbMetric *queue_seconds;
  NbMetric *decide_seconds;
  NbMetric *commit_seconds;
  NbMetric *publish_seconds;
  NbMetric *close_lag;
} NbEngineMetrics;

void nb_engine_metrics_init (NbEngineMetrics *self);
void nb_engine_metrics_clear (NbEngineMetrics *self);
/* Counts one answered bid of @batch. */
void nb_engine_metrics_count (NbEngineMetrics *self, NbBatch *batch, const NbEngineCommand *command);
/* Measures a batch that has just ended. */
void nb_engine_metrics_measure (NbEngineMetrics *self, const NbBatch *batch);

G_END_DECLS
