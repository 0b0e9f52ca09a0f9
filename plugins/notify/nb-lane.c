/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One lane for each channel, so that none waits for another. */
#include "nb-lane.h"

static void
free_parcel (gpointer data)
{
  nb_parcel_free (data);
}

static void
free_lane (gpointer data)
{
  NbLane *self = data;

  g_queue_clear_full (&self->queue, free_parcel);
  g_free (self);
}

GHashTable *
nb_lanes_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_lane);
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

NbParcel *
nb_lane_pop (NbLane *self)
{
  return self->n_under_way < NB_LANE_ROOM ? g_queue_pop_head (&self->queue) : NULL;
}

/* Twice what it did since the last round, so that it does not run dry until the next one. */
static guint
measure_room (NbLane *lane, guint most)
{
  guint appetite = MIN (CLAMP (2 * lane->n_ended, NB_LANE_ROOM, NB_LANE_APPETITE_MAX), most);
  guint n_at_hand = lane->n_under_way + g_queue_get_length (&lane->queue);

  return n_at_hand < appetite ? appetite - n_at_hand : 0;
}

void
nb_lanes_offer (GHashTable *lanes, GPtrArray *notifiers, guint room, NbRound *round)
{
  for (guint i = 0; i < notifiers->len; i++)
    {
      NbNotifier *notifier = g_ptr_array_index (notifiers, i);
      const char *name = nb_notifier_get_name (notifier);

      nb_round_add_channel (round, name, nb_notifier_get_title (notifier) != NULL,
                            measure_room (nb_lanes_get (lanes, name), room));
    }
}

void
nb_lanes_forget_ended (GHashTable *lanes)
{
  GHashTableIter iter;
  gpointer lane;

  g_hash_table_iter_init (&iter, lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    ((NbLane *)lane)->n_ended = 0;
}

static NbMetric *
find_count (const NbCourierMetrics *metrics, const NbParcel *parcel)
{
  if (parcel->result == NB_DELIVERY_DONE)
    return metrics->done;
  if (parcel->result == NB_DELIVERY_LEFT_OUT)
    return metrics->left_out;
  return parcel->is_dead ? metrics->dead : metrics->again;
}

void
nb_lanes_count (GHashTable *lanes, const NbRound *round)
{
  for (guint i = 0; i < round->ended->len; i++)
    {
      const NbParcel *parcel = g_ptr_array_index (round->ended, i);
      const NbCourierMetrics *metrics = &nb_lanes_get (lanes, parcel->channel)->metrics;

      if (parcel->is_written && !parcel->is_returned)
        nb_metric_add (find_count (metrics, parcel), 1);
    }
  for (guint i = 0; i < round->channels->len; i++)
    {
      const NbRoundChannel *channel = g_ptr_array_index (round->channels, i);

      nb_metric_add (nb_lanes_get (lanes, channel->name)->metrics.left_out, channel->n_unwanted);
    }
}
