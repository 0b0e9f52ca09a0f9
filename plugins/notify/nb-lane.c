/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One lane for each channel, so that none waits for another. */
#include "nb-lane.h"

GHashTable *
nb_lanes_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

NbLane *
nb_lanes_get (GHashTable *lanes, const char *channel)
{
  NbLane *lane = g_hash_table_lookup (lanes, channel);

  if (lane != NULL)
    return lane;
  lane = g_new0 (NbLane, 1);
  nb_courier_metrics_find (&lane->metrics, channel);
  g_hash_table_insert (lanes, g_strdup (channel), lane);
  return lane;
}

void
nb_lanes_offer (GHashTable *lanes, GPtrArray *notifiers, NbRound *round)
{
  for (guint i = 0; i < notifiers->len; i++)
    {
      NbNotifier *notifier = g_ptr_array_index (notifiers, i);
      const char *name = nb_notifier_get_name (notifier);
      guint n_under_way = nb_lanes_get (lanes, name)->n_under_way;

      nb_round_add_channel (round, name, nb_notifier_get_title (notifier) != NULL,
                            n_under_way < NB_LANE_ROOM ? NB_LANE_ROOM - n_under_way : 0);
    }
}

void
nb_lanes_count (GHashTable *lanes, const NbRound *round)
{
  for (guint i = 0; i < round->ended->len; i++)
    {
      const NbParcel *parcel = g_ptr_array_index (round->ended, i);
      const NbCourierMetrics *metrics = &nb_lanes_get (lanes, parcel->channel)->metrics;

      if (parcel->is_written)
        nb_metric_add (parcel->result == NB_DELIVERY_DONE ? metrics->done
                       : parcel->is_dead                  ? metrics->dead
                                                          : metrics->again,
                       1);
    }
  for (guint i = 0; i < round->channels->len; i++)
    {
      const NbRoundChannel *channel = g_ptr_array_index (round->channels, i);

      nb_metric_add (nb_lanes_get (lanes, channel->name)->metrics.unwanted, channel->n_unwanted);
    }
}
