/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine's metrics. */
#include "core/engine/nb-engine-metrics.h"

static NbMetric *
stage_metric (const char *stage)
{
  g_autofree char *labels = g_strdup_printf ("stage=\"%s\"", stage);

  return nb_metrics_duration ("bid_duration_seconds", "Time that a batch of bids spends in each stage.", labels);
}

void
nb_engine_metrics_init (NbEngineMetrics *self)
{
  static const double sizes[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024 };

  self->bids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->batch_size = nb_metrics_histogram ("bid_batch_size", "Commands that were committed together.", NULL, sizes,
                                           G_N_ELEMENTS (sizes));
  self->queue_seconds = stage_metric ("queue");
  self->decide_seconds = stage_metric ("decide");
  self->commit_seconds = stage_metric ("commit");
  self->publish_seconds = stage_metric ("publish");
  self->close_lag = nb_metrics_duration ("auction_close_lag_seconds", "From an auction's end to its close.", NULL);
}

void
nb_engine_metrics_clear (NbEngineMetrics *self)
{
  g_clear_pointer (&self->bids, g_hash_table_unref);
}

static NbMetric *
bid_metric (NbEngineMetrics *self, const char *type, int result)
{
  NbMetric **of_type = g_hash_table_lookup (self->bids, type);
  g_autofree char *labels = NULL;

  if (of_type == NULL)
    {
      of_type = g_new0 (NbMetric *, NB_N_ERRORS + 1);
      g_hash_table_insert (self->bids, g_strdup (type), of_type);
    }
  if (of_type[result] == NULL)
    {
      labels = g_strdup_printf ("type=\"%s\",result=\"%s\"", type,
                                result == NB_N_ERRORS ? "accepted" : nb_error_code_name ((NbErrorCode)result));
      of_type[result] = nb_metrics_counter ("bids_total", "Bids that were answered.", labels);
    }
  return of_type[result];
}

void
nb_engine_metrics_count (NbEngineMetrics *self, NbBatch *batch, const NbEngineCommand *command)
{
  const NbSlot *slot = batch->slots != NULL ? g_hash_table_lookup (batch->slots, &command->auction) : NULL;
  int result = command->error != NULL ? (int)nb_error_get_code (command->error) : NB_N_ERRORS;

  if (command->kind == NB_ENGINE_BID && slot != NULL)
    nb_metric_add (bid_metric (self, slot->auction->type, result), 1);
}

void
nb_engine_metrics_measure (NbEngineMetrics *self, const NbBatch *batch)
{
  const NbEngineCommand *first = g_ptr_array_index (batch->commands, 0);
  gint64 now = g_get_monotonic_time ();

  nb_metric_observe (self->batch_size, batch->commands->len);
  nb_metric_observe (self->queue_seconds, (double)(batch->started_at - first->queued_at) / G_USEC_PER_SEC);
  nb_metric_observe (self->decide_seconds, (double)batch->decide_time / G_USEC_PER_SEC);
  nb_metric_observe (self->commit_seconds, (double)(now - batch->started_at) / G_USEC_PER_SEC);
}
