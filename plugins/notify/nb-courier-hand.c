/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hands deliveries to their channels, and takes over how they ended. */
#include "nb-courier-private.h"

#include "nb-transit.h"

/* Tries that ended wait for others, for so long or until there are so many. */
#define GATHER_TIME (50 * G_TIME_SPAN_MILLISECOND)
#define GATHER_MANY 16
/* Channels end within a minute, well before the lease of what was handed to them just now. */
#define QUEUE_TIME (NB_ROUND_LEASE / 3)

static void run_lane (NbCourier *self, NbLane *lane);

static void
add_ended (NbCourier *self, NbParcel *parcel)
{
  gint64 now = g_get_monotonic_time ();

  g_ptr_array_add (self->ended, parcel);
  nb_courier_plan_round (self, self->ended->len >= GATHER_MANY || self->n_under_way == 0 ? now : now + GATHER_TIME);
}

static void
on_transit_ended (NbParcel *parcel, NbDelivery result, guint retry_after, const GError *error, double seconds,
                  gpointer user_data)
{
  NbCourier *self = user_data;
  NbLane *lane = nb_lanes_get (self->lanes, parcel->channel);
  gint64 pause = nb_parcel_pause (self->retry_first, parcel->tries, retry_after);

  lane->n_under_way--;
  lane->n_ended++;
  self->n_under_way--;
  nb_metric_observe (lane->metrics.duration, seconds);
  nb_parcel_end (parcel, result, pause, self->tries_max, error);
  run_lane (self, lane);
  if (g_get_monotonic_time () < self->stop_at)
    add_ended (self, parcel);
  else
    nb_parcel_free (parcel);
  nb_courier_unref (self);
}

/* It waits again as if it had not been taken. */
static void
give_back (NbCourier *self, NbParcel *parcel)
{
  parcel->is_returned = TRUE;
  add_ended (self, parcel);
}

void
nb_courier_give_back (NbCourier *self, NbLane *lane)
{
  NbParcel *parcel;

  while ((parcel = g_queue_pop_head (&lane->queue)) != NULL)
    give_back (self, parcel);
}

/* Returns: (transfer full) (nullable): the channel, if it still runs */
static NbNotifier *
find_notifier (NbCourier *self, const char *name)
{
  g_autoptr (GPtrArray) notifiers = self->is_stopped ? NULL : self->list_channels (self->user_data);

  for (guint i = 0; notifiers != NULL && i < notifiers->len; i++)
    if (g_str_equal (nb_notifier_get_name (g_ptr_array_index (notifiers, i)), name))
      return g_object_ref (g_ptr_array_index (notifiers, i));
  return NULL;
}

static void
run_lane (NbCourier *self, NbLane *lane)
{
  NbParcel *parcel;

  while ((parcel = nb_lane_pop (lane)) != NULL)
    {
      gboolean is_stale = g_get_monotonic_time () - parcel->taken_at > QUEUE_TIME;
      g_autoptr (NbNotifier) notifier = is_stale ? NULL : find_notifier (self, parcel->channel);

      if (notifier == NULL)
        {
          give_back (self, parcel);
          continue;
        }
      lane->n_under_way++;
      self->n_under_way++;
      nb_transit_begin (notifier, self->composer, parcel, on_transit_ended, nb_courier_ref (self));
    }
}

void
nb_courier_hand_out (NbCourier *self, NbRound *round)
{
  g_autofree gpointer *taken = NULL;
  gsize n = 0;

  taken = g_ptr_array_steal (round->taken, &n);
  for (gsize i = 0; i < n; i++)
    {
      NbParcel *parcel = taken[i];
      NbLane *lane = nb_lanes_get (self->lanes, parcel->channel);

      parcel->taken_at = round->began_at;
      g_queue_push_tail (&lane->queue, parcel);
      if (self->is_stopped)
        nb_courier_give_back (self, lane);
      else
        run_lane (self, lane);
    }
}
