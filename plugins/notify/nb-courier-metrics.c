/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts deliveries: how they ended in this process, and what there is of them in the database. */
#include "nb-courier-metrics.h"

#include "nb-delivery-census.h"

static NbMetric *
find_counter (const char *channel, const char *result)
{
  g_autofree char *labels = g_strdup_printf ("channel=\"%s\",result=\"%s\"", channel, result);

  return nb_metrics_counter ("deliveries_total", "Tries to deliver a message, by how they ended.", labels);
}

void
nb_courier_metrics_find (NbCourierMetrics *self, const char *channel)
{
  g_autofree char *labels = g_strdup_printf ("channel=\"%s\"", channel);

  self->done = find_counter (channel, "done");
  self->again = find_counter (channel, "again");
  self->dead = find_counter (channel, "dead");
  self->left_out = find_counter (channel, "left_out");
  self->duration = nb_metrics_duration ("delivery_duration_seconds", "How long a channel takes for one try.", labels);
}

static gboolean
read_counts (NbTransaction *transaction, NbSamples *samples, gboolean is_dead, GError **error)
{
  g_autoptr (GPtrArray) channels = nb_delivery_census_take (transaction, error);

  for (guint i = 0; channels != NULL && i < channels->len; i++)
    {
      const NbDeliveryCensus *census = g_ptr_array_index (channels, i);

      nb_samples_add (samples, census->channel, (double)(is_dead ? census->n_dead : census->n_waiting));
    }
  return channels != NULL;
}

static gboolean
read_pending (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  return read_counts (transaction, samples, FALSE, error);
}

static gboolean
read_dead (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  return read_counts (transaction, samples, TRUE, error);
}

gboolean
nb_courier_metrics_add_gauges (NbContext *context, GError **error)
{
  return nb_context_add_gauge (context, "deliveries_pending", "channel",
                               "Messages that wait for a channel, counted up to 100000.", read_pending, NULL, NULL,
                               error)
         && nb_context_add_gauge (context, "deliveries_dead", "channel",
                                  "Messages that were given up, counted up to 100000.", read_dead, NULL, NULL, error);
}
