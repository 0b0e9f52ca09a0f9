/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Goes its rounds: writes down what has ended and takes what is due in one short transaction, then rests several times
 * as long as that took, so that bids find the database free. Looks for what is due once a second, which only reads. */
#include "nb-courier-private.h"
#include "nb-delivery-sweep.h"

#define LOOK_INTERVAL G_USEC_PER_SEC
/* A round may keep the one that writes busy for an eighth of the time. */
#define REST_FACTOR 7
#define REST_MIN (5 * G_TIME_SPAN_MILLISECOND)
#define REST_MAX (G_USEC_PER_SEC / 2)
/* While so many batches of bids are committed in a second, bids go first: a sixtieth of the time, and few at a time. */
#define CROWD 20
#define CROWDED_REST_FACTOR 60
#define CROWDED_REST_MIN (G_USEC_PER_SEC / 4)
#define CROWDED_REST_MAX (2 * G_USEC_PER_SEC)
#define CROWDED_ROOM 16
#define REST_AFTER_FAULT G_USEC_PER_SEC
/* A delivery that nobody takes, for its channel does not run, is given up after so long. */
#define LEFT_TIME (7 * G_TIME_SPAN_DAY)
#define SWEEP_INTERVAL G_TIME_SPAN_HOUR
#define STOP_PATIENCE (2 * G_USEC_PER_SEC)
#define NEVER G_MAXINT64

static void
free_parcel (gpointer data)
{
  nb_parcel_free (data);
}

NbCourier *
nb_courier_new (NbStore *store, NbComposer *composer, NbChannelsFunc list_channels, gpointer user_data)
{
  NbCourier *self = g_new0 (NbCourier, 1);

  g_ref_count_init (&self->ref_count);
  self->store = g_object_ref (store);
  self->composer = composer != NULL ? g_object_ref (composer) : NULL;
  self->list_channels = list_channels;
  self->user_data = user_data;
  self->retry_first = 5 * G_USEC_PER_SEC;
  self->tries_max = 12;
  self->lanes = nb_lanes_new ();
  self->sweep = nb_chore_new (store, "giving up deliveries of channels that do not run", nb_delivery_sweep, NULL, NULL);
  self->ended = g_ptr_array_new_with_free_func (free_parcel);
  self->round_at = NEVER;
  self->stop_at = NEVER;
  return self;
}

NbCourier *
nb_courier_ref (NbCourier *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_courier_unref (gpointer data)
{
  NbCourier *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;
  g_clear_object (&self->store);
  g_clear_object (&self->composer);
  g_hash_table_unref (self->lanes);
  g_ptr_array_unref (self->ended);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

void
nb_courier_set_patience (NbCourier *self, gint64 retry_first, guint tries_max)
{
  self->retry_first = retry_first;
  self->tries_max = tries_max;
}

/* Whether a stop has nothing left to wait for. */
static gboolean
is_over (NbCourier *self, gint64 now)
{
  return self->is_stopped
         && (now >= self->stop_at || (self->n_under_way == 0 && self->ended->len == 0 && !self->is_busy));
}

/* Sleeps until there is something to do. */
static void
arm (NbCourier *self)
{
  gint64 at = self->is_stopped ? self->round_at : MIN (self->round_at, self->look_at);

  if (self->source == NULL)
    return;
  at = self->is_busy ? NEVER : MAX (at, self->rest_until);
  at = is_over (self, g_get_monotonic_time ()) ? 0 : MIN (at, self->stop_at);
  g_source_set_ready_time (self->source, at == NEVER ? -1 : at);
}

void
nb_courier_plan_round (NbCourier *self, gint64 at)
{
  self->round_at = MIN (self->round_at, at);
  arm (self);
}

/* What is due next, as the database told. @next_at: by the one clock; 0 for nothing */
static void
plan_next (NbCourier *self, gint64 next_at)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait = next_at != 0 ? MAX (next_at - nb_store_now (self->store), 0) : LOOK_INTERVAL;

  self->look_at = now + MIN (wait, LOOK_INTERVAL);
  if (next_at != 0 && wait == 0)
    nb_courier_plan_round (self, now);
}

static void
tell_fault (NbCourier *self, const GError *error)
{
  if (!self->is_faulty && !self->is_stopped)
    g_warning ("deliveries wait, for the database did not answer: %s", error->message);
  self->is_faulty = TRUE;
  self->rest_until = g_get_monotonic_time () + REST_AFTER_FAULT;
  self->look_at = self->rest_until;
}

typedef struct
{
  NbCourier *courier;
  NbRound *round;
} Trip;

static Trip *
trip_new (NbCourier *courier)
{
  Trip *self = g_new0 (Trip, 1);

  self->courier = nb_courier_ref (courier);
  self->round = nb_round_new ();
  courier->is_busy = TRUE;
  return self;
}

static void
trip_end (Trip *self)
{
  self->courier->is_busy = FALSE;
  arm (self->courier);
  nb_courier_unref (self->courier);
  nb_round_free (self->round);
  g_free (self);
}

/* Who was written down all the same is passed over the next time. */
static void
take_back (NbCourier *self, NbRound *round)
{
  g_ptr_array_extend_and_steal (self->ended, g_ptr_array_ref (round->ended));
  if (self->ended->len > 0)
    nb_courier_plan_round (self, g_get_monotonic_time ());
}

static gboolean
is_crowded (NbCourier *self)
{
  return g_get_monotonic_time () < self->crowded_until;
}

static void
rest_after (NbCourier *self, gint64 took)
{
  gint64 rest = is_crowded (self) ? CLAMP (took * CROWDED_REST_FACTOR, CROWDED_REST_MIN, CROWDED_REST_MAX)
                                  : CLAMP (took * REST_FACTOR, REST_MIN, REST_MAX);

  self->rest_until = g_get_monotonic_time () + rest;
}

static guint
get_room (NbCourier *self)
{
  return is_crowded (self) ? CROWDED_ROOM : NB_LANE_APPETITE_MAX;
}

static void
round_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Trip *trip = user_data;
  NbCourier *self = trip->courier;
  gint64 took = g_get_monotonic_time () - trip->round->began_at;
  g_autoptr (GError) error = NULL;

  if (nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      self->is_faulty = FALSE;
      rest_after (self, took);
      nb_lanes_count (self->lanes, trip->round);
      nb_courier_hand_out (self, trip->round);
      plan_next (self, trip->round->next_at);
    }
  else
    {
      tell_fault (self, error);
      take_back (self, trip->round);
    }
  trip_end (trip);
}

static void
begin_round (NbCourier *self)
{
  Trip *trip = trip_new (self);
  g_autoptr (GPtrArray) notifiers = NULL;

  self->round_at = NEVER;
  g_ptr_array_extend_and_steal (trip->round->ended, g_ptr_array_ref (self->ended));
  if (!self->is_stopped)
    {
      notifiers = self->list_channels (self->user_data);
      nb_lanes_offer (self->lanes, notifiers, get_room (self), trip->round);
      nb_lanes_forget_ended (self->lanes);
    }
  nb_store_transact_async (self->store, nb_round_run, trip->round, NULL, NULL, round_cb, trip);
}

static void
look_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Trip *trip = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    plan_next (trip->courier, trip->round->next_at);
  else
    tell_fault (trip->courier, error);
  trip_end (trip);
}

static void
begin_look (NbCourier *self)
{
  g_autoptr (GPtrArray) notifiers = self->list_channels (self->user_data);
  gint64 now = g_get_monotonic_time ();
  Trip *trip;

  self->look_at = now + LOOK_INTERVAL;
  if (now >= self->sweep_at)
    {
      self->sweep_at = now + SWEEP_INTERVAL;
      nb_chore_wake (self->sweep, LEFT_TIME);
    }
  if (notifiers->len == 0)
    return;
  trip = trip_new (self);
  nb_lanes_offer (self->lanes, notifiers, get_room (self), trip->round);
  nb_store_read_async (self->store, nb_round_look, trip->round, NULL, NULL, look_cb, trip);
}

static gboolean
on_wake (gpointer user_data)
{
  NbCourier *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (is_over (self, now))
    {
      g_clear_pointer (&self->source, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  if (!self->is_busy && now >= self->rest_until)
    {
      if (self->round_at <= now)
        begin_round (self);
      else if (!self->is_stopped && self->look_at <= now)
        begin_look (self);
    }
  arm (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_wake (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

void
nb_courier_start (NbCourier *self)
{
  static GSourceFuncs functions = { NULL, NULL, dispatch_wake, NULL, NULL, NULL };

  if (self->source != NULL)
    return;
  self->context = g_main_context_ref_thread_default ();
  self->source = g_source_new (&functions, sizeof (GSource));
  g_source_set_static_name (self->source, "courier");
  g_source_set_callback (self->source, on_wake, nb_courier_ref (self), nb_courier_unref);
  g_source_attach (self->source, self->context);
  arm (self);
}

void
nb_courier_wake (NbCourier *self)
{
  self->look_at = g_get_monotonic_time ();
  arm (self);
}

void
nb_courier_note_bids (NbCourier *self)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->bids_from > G_USEC_PER_SEC)
    {
      self->bids_from = now;
      self->n_bids = 0;
    }
  if (++self->n_bids >= CROWD)
    self->crowded_until = now + G_USEC_PER_SEC;
}

void
nb_courier_stop (NbCourier *self)
{
  GHashTableIter iter;
  gpointer lane;

  self->is_stopped = TRUE;
  g_clear_pointer (&self->sweep, nb_chore_stop);
  self->stop_at = g_get_monotonic_time () + STOP_PATIENCE;
  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    nb_courier_give_back (self, lane);
  arm (self);
  /* A process that ends has left its main loop, so that nothing would be written down any more. */
  while (self->source != NULL && g_main_depth () == 0)
    g_main_context_iteration (self->context, TRUE);
  nb_courier_unref (self);
}
