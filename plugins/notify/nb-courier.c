/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Goes its rounds: writes down what has ended and takes what is due in one short transaction, then rests several times
 * as long as that took, so that bids find the database free. Looks for what is due once a second, which only reads. */
#include "nb-courier.h"

#include "nb-chore.h"
#include "nb-delivery-sweep.h"
#include "nb-lane.h"
#include "nb-transit.h"

#define LOOK_INTERVAL G_USEC_PER_SEC
/* Tries that ended wait for others, for so long or until there are so many. */
#define GATHER_TIME (50 * G_TIME_SPAN_MILLISECOND)
#define GATHER_MANY 16
/* Channels end within a minute, well before the lease of what was handed to them just now. */
#define QUEUE_TIME (NB_ROUND_LEASE / 3)
/* A round may keep the one that writes busy for an eighth of the time. */
#define REST_FACTOR 7
#define REST_MIN (5 * G_TIME_SPAN_MILLISECOND)
#define REST_MAX (G_USEC_PER_SEC / 2)
#define REST_AFTER_FAULT G_USEC_PER_SEC
/* A delivery that nobody takes, for its channel does not run, is given up after so long. */
#define LEFT_TIME (7 * G_TIME_SPAN_DAY)
#define SWEEP_INTERVAL G_TIME_SPAN_HOUR
#define STOP_PATIENCE (2 * G_USEC_PER_SEC)
#define NEVER G_MAXINT64

struct _NbCourier
{
  grefcount ref_count;
  NbStore *store;
  NbComposer *composer; /* (nullable) */
  NbChannelsFunc list_channels;
  gpointer user_data;
  gint64 retry_first;
  gint64 tries_max;

  GMainContext *context;
  GSource *source;   /* (nullable): holds a reference while it is there */
  GHashTable *lanes; /* channel → NbLane */
  GPtrArray *ended;  /* of NbParcel: to be written down */
  NbChore *sweep;    /* gives up what nobody takes */
  guint n_under_way;
  gboolean is_busy;   /* a round or a look is under way */
  gboolean is_faulty; /* the last one failed */
  gboolean is_stopped;
  /* Monotonic. */
  gint64 round_at;
  gint64 look_at;
  gint64 sweep_at;
  gint64 rest_until;
  gint64 stop_at;
};

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

static NbCourier *
courier_ref (NbCourier *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
courier_unref (gpointer data)
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

static void
plan_round (NbCourier *self, gint64 at)
{
  self->round_at = MIN (self->round_at, at);
  arm (self);
}

static void run_lane (NbCourier *self, NbLane *lane);

static void
add_ended (NbCourier *self, NbParcel *parcel)
{
  gint64 now = g_get_monotonic_time ();

  g_ptr_array_add (self->ended, parcel);
  plan_round (self, self->ended->len >= GATHER_MANY || self->n_under_way == 0 ? now : now + GATHER_TIME);
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
  courier_unref (self);
}

/* It waits again as if it had not been taken. */
static void
give_back (NbCourier *self, NbParcel *parcel)
{
  parcel->is_returned = TRUE;
  add_ended (self, parcel);
}

static void
give_back_queue (NbCourier *self, NbLane *lane)
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
      nb_transit_begin (notifier, self->composer, parcel, on_transit_ended, courier_ref (self));
    }
}

static void
hand_out (NbCourier *self, NbRound *round)
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
        give_back_queue (self, lane);
      else
        run_lane (self, lane);
    }
}

/* What is due next, as the database told. @next_at: by the one clock; 0 for nothing */
static void
plan_next (NbCourier *self, gint64 next_at)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait = next_at != 0 ? MAX (next_at - nb_store_now (self->store), 0) : LOOK_INTERVAL;

  self->look_at = now + MIN (wait, LOOK_INTERVAL);
  if (next_at != 0 && wait == 0)
    plan_round (self, now);
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

  self->courier = courier_ref (courier);
  self->round = nb_round_new ();
  courier->is_busy = TRUE;
  return self;
}

static void
trip_end (Trip *self)
{
  self->courier->is_busy = FALSE;
  arm (self->courier);
  courier_unref (self->courier);
  nb_round_free (self->round);
  g_free (self);
}

/* Who was written down all the same is passed over the next time. */
static void
take_back (NbCourier *self, NbRound *round)
{
  g_ptr_array_extend_and_steal (self->ended, g_ptr_array_ref (round->ended));
  if (self->ended->len > 0)
    plan_round (self, g_get_monotonic_time ());
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
      self->rest_until = g_get_monotonic_time () + CLAMP (took * REST_FACTOR, REST_MIN, REST_MAX);
      nb_lanes_count (self->lanes, trip->round);
      hand_out (self, trip->round);
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
      nb_lanes_offer (self->lanes, notifiers, trip->round);
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
  nb_lanes_offer (self->lanes, notifiers, trip->round);
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
  g_source_set_callback (self->source, on_wake, courier_ref (self), courier_unref);
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
nb_courier_stop (NbCourier *self)
{
  GHashTableIter iter;
  gpointer lane;

  self->is_stopped = TRUE;
  g_clear_pointer (&self->sweep, nb_chore_stop);
  self->stop_at = g_get_monotonic_time () + STOP_PATIENCE;
  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    give_back_queue (self, lane);
  arm (self);
  /* A process that ends has left its main loop, so that nothing would be written down any more. */
  while (self->source != NULL && g_main_depth () == 0)
    g_main_context_iteration (self->context, TRUE);
  courier_unref (self);
}
