/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wakes when something was committed and looks once a second, so that a crash, or another process, leaves nothing
 * behind; rests after each portion, longer while much is committed. */
#include "core/engine/nb-dispatcher.h"

#include "core/engine/nb-portion.h"
#include "core/plugin/nb-plugin-errors.h"

#include <neighborbid/nb-error.h>

/* Events that come together are taken together. */
#define GATHER (G_USEC_PER_SEC / 13)
#define LOOK_INTERVAL G_USEC_PER_SEC
/* After work that took so long it rests this many times as long: at most a tenth of the time is spent here. */
#define REST_FACTOR 9
#define REST_MAX (2 * G_USEC_PER_SEC)
/* While so many commits with events come in a second, whoever makes them goes first: a sixtieth of the time. */
#define CROWD 20
#define CROWDED_REST_FACTOR 60
#define CROWDED_REST_MIN (G_USEC_PER_SEC / 2)
/* One event may be told to hundreds: portions that take longer, in which on SQLite no bid is written, get smaller. */
#define PORTION_TIME (G_USEC_PER_SEC / 20)
/* While another process takes events. */
#define ELSEWHERE_PAUSE (G_USEC_PER_SEC / 10)
/* While the database can't take it: doubled each time. */
#define TROUBLE_PAUSE (G_USEC_PER_SEC / 4)
#define TROUBLE_DOUBLINGS_MAX 6

typedef struct
{
  NbQuiesceDone done;
  gpointer done_data;
} Quiet;

struct _NbDispatcher
{
  GObject parent_instance;

  NbStore *store;
  NbRegistry *registry;
  GSource *source; /* (nullable): runs while started */
  gulong on_committed;
  gboolean is_busy;  /* something of it is under way in the store */
  gboolean has_news; /* a portion is worth its while without a look before */
  gint64 wake_at;    /* monotonic; so are these */
  gint64 rests_until;
  gint64 commits_from;
  gint64 crowded_until;
  guint n_commits;         /* since commits_from */
  guint limit;             /* of the next portion */
  guint n_troubles;        /* one after another */
  NbConsumerItem *leaving; /* (nullable): gets nothing more */
  GArray *quiets;          /* of Quiet: who waits for the end of what is under way */
};

G_DEFINE_FINAL_TYPE (NbDispatcher, nb_dispatcher, G_TYPE_OBJECT)

static void
nb_dispatcher_finalize (GObject *object)
{
  NbDispatcher *self = NB_DISPATCHER (object);

  nb_dispatcher_stop (self);
  g_clear_pointer (&self->leaving, nb_consumer_item_unref);
  g_array_unref (self->quiets);
  g_object_unref (self->registry);
  g_object_unref (self->store);
  G_OBJECT_CLASS (nb_dispatcher_parent_class)->finalize (object);
}

static void
nb_dispatcher_class_init (NbDispatcherClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_dispatcher_finalize;
}

static void
nb_dispatcher_init (NbDispatcher *self)
{
  self->limit = NB_PORTION_MAX;
  self->quiets = g_array_new (FALSE, FALSE, sizeof (Quiet));
}

NbDispatcher *
nb_dispatcher_new (NbStore *store, NbRegistry *registry)
{
  NbDispatcher *self = g_object_new (NB_TYPE_DISPATCHER, NULL);

  self->store = g_object_ref (store);
  self->registry = g_object_ref (registry);
  return self;
}

/* Wakes in @pause microseconds at the latest, but not before the rest is over. */
static void
wake_in (NbDispatcher *self, gint64 pause)
{
  gint64 at = MAX (g_get_monotonic_time () + pause, self->rests_until);

  if (self->source == NULL || at >= self->wake_at)
    return;
  self->wake_at = at;
  g_source_set_ready_time (self->source, at);
}

/* The rest that its @work, in microseconds, costs it. */
static void
rest_after (NbDispatcher *self, gint64 work)
{
  gint64 now = g_get_monotonic_time ();
  gint64 rest = now < self->crowded_until ? MAX (work * CROWDED_REST_FACTOR, CROWDED_REST_MIN) : work * REST_FACTOR;

  self->rests_until = now + MIN (rest, REST_MAX);
}

/* What was under way has ended. */
static void
end_work (NbDispatcher *self)
{
  g_autoptr (GArray) quiets = self->quiets;

  self->quiets = g_array_new (FALSE, FALSE, sizeof (Quiet));
  self->is_busy = FALSE;
  wake_in (self, LOOK_INTERVAL);
  for (guint i = 0; i < quiets->len; i++)
    {
      const Quiet *quiet = &g_array_index (quiets, Quiet, i);
      quiet->done (quiet->done_data);
    }
}

static void
tell_failure (NbDispatcher *self, const NbPortionFailure *failure, const char *owner)
{
  nb_plugin_errors_count (owner);
  if (failure->is_dead)
    g_warning ("event %" G_GINT64_FORMAT " (%s) of the outbox was given up after %" G_GINT64_FORMAT
               " tries; 'neighborbid outbox' lists, retries and drops: %s",
               failure->id, failure->kind, failure->tries, failure->reason);
  else
    g_info ("event %" G_GINT64_FORMAT " (%s) of the outbox could not be taken and is tried again in %" G_GINT64_FORMAT
            " s: %s",
            failure->id, failure->kind, failure->pause / G_USEC_PER_SEC, failure->reason);
}

/* What the store itself could not do may be over soon, and is no event's fault; nor is the plugin's end. */
static gboolean
is_trouble (const GError *error)
{
  if (error->domain == NB_STORE_ERROR)
    return error->code == NB_STORE_ERROR_CONFLICT || error->code == NB_STORE_ERROR_LINK
           || error->code == NB_STORE_ERROR_FULL || error->code == NB_STORE_ERROR_OUTCOME_UNKNOWN;
  return nb_error_get_code (error) == NB_ERROR_BUSY || nb_error_get_code (error) == NB_ERROR_SHUTTING_DOWN
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
wait_out_trouble (NbDispatcher *self, const GError *error)
{
  gint64 pause = TROUBLE_PAUSE << MIN (self->n_troubles, TROUBLE_DOUBLINGS_MAX);

  g_debug ("the outbox waits %" G_GINT64_FORMAT " ms: %s", pause / 1000, error->message);
  self->n_troubles++;
  self->has_news = FALSE;
  self->rests_until = g_get_monotonic_time () + pause;
}

typedef struct
{
  NbDispatcher *self;
  NbPortion *portion;
} Taking;

static void
taking_free (Taking *taking)
{
  nb_portion_free (taking->portion);
  g_object_unref (taking->self);
  g_free (taking);
}

static void
on_blamed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Taking *taking = user_data;
  NbDispatcher *self = taking->self;
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    wait_out_trouble (self, error);
  else
    tell_failure (self, taking->portion->first, taking->portion->consumer->owner);
  self->has_news |= error == NULL;
  end_work (self);
  wake_in (self, 0);
  taking_free (taking);
}

/* Smaller portions part those that can be taken from the one that can't. Returns: whether nothing more is under way */
static gboolean
narrow_down (Taking *taking, const GError *error)
{
  NbDispatcher *self = taking->self;
  NbPortion *portion = taking->portion;

  self->has_news = TRUE;
  if (portion->n_given > 1)
    {
      self->limit = portion->n_given / 2;
      return TRUE;
    }
  nb_portion_failure_count (portion->first, error->message);
  nb_store_transact_async (self->store, nb_portion_failure_write, portion->first, NULL, NULL, on_blamed, taking);
  return FALSE;
}

static void
finish_portion (NbDispatcher *self, NbPortion *portion)
{
  gboolean is_full = portion->n_read == portion->limit;

  self->n_troubles = 0;
  if (portion->is_elsewhere)
    {
      wake_in (self, ELSEWHERE_PAUSE + g_random_int_range (0, ELSEWHERE_PAUSE));
      return;
    }
  if (portion->took <= PORTION_TIME)
    self->limit = MIN (self->limit * 2, NB_PORTION_MAX);
  else if (portion->n_read > 1)
    self->limit = portion->n_read / 2;
  self->has_news |= is_full;
  for (guint i = 0; i < portion->failures->len; i++)
    tell_failure (self, g_ptr_array_index (portion->failures, i), portion->consumer->owner);
  if (portion->n_given > 0)
    nb_consumer_item_tell (portion->consumer);
}

static void
on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Taking *taking = user_data;
  NbDispatcher *self = taking->self;
  NbPortion *portion = taking->portion;
  g_autoptr (GError) error = NULL;
  gboolean is_taken = nb_store_transact_finish (NB_STORE (source), result, &error);

  if (portion->began_at > 0)
    rest_after (self, g_get_monotonic_time () - portion->began_at);
  if (is_taken)
    finish_portion (self, portion);
  else if (portion->n_given == 0 || is_trouble (error))
    wait_out_trouble (self, error);
  else if (!narrow_down (taking, error))
    return;
  end_work (self);
  if (self->has_news)
    wake_in (self, 0);
  taking_free (taking);
}

static NbConsumerItem *
get_consumer (NbDispatcher *self)
{
  NbConsumerItem *consumer = nb_registry_get_consumer (self->registry);

  return consumer != self->leaving ? consumer : NULL;
}

static void
take_portion (NbDispatcher *self, NbConsumerItem *consumer)
{
  Taking *taking = g_new (Taking, 1);

  *taking = (Taking){ g_object_ref (self), nb_portion_new (consumer, self->limit) };
  self->is_busy = TRUE;
  self->has_news = FALSE;
  nb_store_transact_async (self->store, nb_portion_run, taking->portion, NULL, NULL, on_taken, taking);
}

typedef struct
{
  NbDispatcher *self;
  gboolean found;
} Look;

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (NbDispatcher) self = look->self;
  g_autoptr (GError) error = NULL;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    wait_out_trouble (self, error);
  else if (look->found)
    self->has_news = TRUE;
  end_work (self);
  if (self->has_news)
    wake_in (self, 0);
  g_free (look);
}

/* Reading costs next to nothing, a transaction that writes leaves traces even when it finds nothing. */
static void
look_for_due (NbDispatcher *self)
{
  Look *look = g_new0 (Look, 1);

  look->self = g_object_ref (self);
  self->is_busy = TRUE;
  nb_store_read_async (self->store, nb_portion_look, &look->found, NULL, NULL, on_looked, look);
}

static gboolean
on_wake (gpointer user_data)
{
  NbDispatcher *self = user_data;
  NbConsumerItem *consumer = get_consumer (self);

  self->wake_at = G_MAXINT64;
  g_source_set_ready_time (self->source, -1);
  if (self->is_busy)
    return G_SOURCE_CONTINUE;
  if (g_get_monotonic_time () < self->rests_until)
    wake_in (self, 0);
  else if (consumer == NULL)
    wake_in (self, LOOK_INTERVAL);
  else if (self->has_news)
    take_portion (self, consumer);
  else
    look_for_due (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_wake (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static void
note_commit (NbDispatcher *self)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->commits_from > G_USEC_PER_SEC)
    {
      self->commits_from = now;
      self->n_commits = 0;
    }
  if (++self->n_commits >= CROWD)
    self->crowded_until = now + G_USEC_PER_SEC;
}

static void
on_committed (NbStore *store, GPtrArray *events, NbDispatcher *self)
{
  note_commit (self);
  if (get_consumer (self) == NULL)
    return;
  self->has_news = TRUE;
  wake_in (self, GATHER);
}

void
nb_dispatcher_start (NbDispatcher *self)
{
  static GSourceFuncs functions = { NULL, NULL, dispatch_wake, NULL, NULL, NULL };

  g_return_if_fail (NB_IS_DISPATCHER (self));

  if (self->source != NULL)
    return;
  self->source = g_source_new (&functions, sizeof (GSource));
  g_source_set_static_name (self->source, "dispatcher");
  g_source_set_callback (self->source, on_wake, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  self->on_committed = g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
  self->wake_at = G_MAXINT64;
  wake_in (self, 0);
}

void
nb_dispatcher_stop (NbDispatcher *self)
{
  g_return_if_fail (NB_IS_DISPATCHER (self));

  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_signal_handler (&self->on_committed, self->store);
}

void
nb_dispatcher_drain (NbDispatcher *self, NbQuiesceDone done, gpointer done_data)
{
  Quiet quiet = { done, done_data };

  g_return_if_fail (NB_IS_DISPATCHER (self));

  if (self->is_busy)
    g_array_append_val (self->quiets, quiet);
  else
    done (done_data);
}

void
nb_dispatcher_quiesce (NbDispatcher *self, const char *owner, NbQuiesceDone done, gpointer done_data)
{
  NbConsumerItem *consumer = nb_registry_get_consumer (self->registry);

  g_return_if_fail (NB_IS_DISPATCHER (self));

  if (consumer == NULL || !g_str_equal (consumer->owner, owner))
    {
      done (done_data);
      return;
    }
  g_clear_pointer (&self->leaving, nb_consumer_item_unref);
  self->leaving = nb_consumer_item_ref (consumer);
  nb_dispatcher_drain (self, done, done_data);
}
