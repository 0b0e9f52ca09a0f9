/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Due times in memory for promptness, and a look in the database now and then so that none is lost. */
#include "core/engine/nb-scheduler.h"

#include "core/engine/nb-due-list.h"
#include "core/engine/nb-type-sync.h"

/* A look takes what is due up to the horizon, and the next one comes well before that. */
#define LOOK_INTERVAL (5 * G_USEC_PER_SEC)
#define LOOK_HORIZON (60 * G_USEC_PER_SEC)
#define LOOK_PAUSE (G_USEC_PER_SEC / 5)
#define MAX_KEPT 8192
/* Auctions asked for at once; the rest follows when these are answered. */
#define MAX_ADVANCING 1024
/* An auction that another process works on is tried again after a pause that grows by this, and from then on waited
 * for: else bids that come without a break could keep it open. */
#define BUSY_PAUSE (G_USEC_PER_SEC / 40)
#define MAX_SKIPS 5
/* The clock may jump, so no sleep is longer. */
#define MAX_SLEEP G_USEC_PER_SEC

struct _NbScheduler
{
  GObject parent_instance;

  NbStore *store;
  NbRegistry *registry;
  NbBidEngine *engine;
  NbDueList *dues;
  GHashTable *advancing; /* (element-type gint64) */
  GHashTable *skips;     /* auction → how often it was busy, as a pointer */
  NbTypeSync *sync;
  GSource *source; /* (nullable): runs while started */
  GCancellable *cancellable;
  gint64 next_look; /* monotonic */
  gboolean is_looking;
  gulong on_due;
  gulong on_committed;
};

G_DEFINE_FINAL_TYPE (NbScheduler, nb_scheduler, G_TYPE_OBJECT)

static const NbSql load_due = {
  "SELECT id, next_due_at FROM (SELECT id, next_due_at FROM auctions WHERE status = 'open' "
  "AND next_due_at <= ##horizon::gint64 ORDER BY next_due_at LIMIT 4096) "
  "UNION ALL SELECT id, next_due_at FROM (SELECT id, next_due_at FROM auctions WHERE status = 'scheduled' "
  "AND next_due_at <= ##horizon::gint64 ORDER BY next_due_at LIMIT 4096)",
  "SELECT id, next_due_at FROM (SELECT id, next_due_at FROM auctions WHERE status = 'open' "
  "AND next_due_at <= ##horizon::gint64 ORDER BY next_due_at LIMIT 4096) AS o "
  "UNION ALL SELECT id, next_due_at FROM (SELECT id, next_due_at FROM auctions WHERE status = 'scheduled' "
  "AND next_due_at <= ##horizon::gint64 ORDER BY next_due_at LIMIT 4096) AS s",
  "xx",
};

static void
nb_scheduler_dispose (GObject *object)
{
  NbScheduler *self = NB_SCHEDULER (object);

  nb_scheduler_stop (self);
  g_clear_object (&self->sync);
  g_clear_object (&self->engine);
  g_clear_object (&self->registry);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (nb_scheduler_parent_class)->dispose (object);
}

static void
nb_scheduler_finalize (GObject *object)
{
  NbScheduler *self = NB_SCHEDULER (object);

  g_clear_pointer (&self->dues, nb_due_list_free);
  g_clear_pointer (&self->advancing, g_hash_table_unref);
  g_clear_pointer (&self->skips, g_hash_table_unref);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (nb_scheduler_parent_class)->finalize (object);
}

static void
nb_scheduler_class_init (NbSchedulerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = nb_scheduler_dispose;
  G_OBJECT_CLASS (klass)->finalize = nb_scheduler_finalize;
}

static void
nb_scheduler_init (NbScheduler *self)
{
  self->dues = nb_due_list_new (MAX_KEPT);
  self->advancing = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->skips = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
}

NbScheduler *
nb_scheduler_new (NbStore *store, NbRegistry *registry, NbBidEngine *engine)
{
  NbScheduler *self = g_object_new (NB_TYPE_SCHEDULER, NULL);

  self->store = g_object_ref (store);
  self->registry = g_object_ref (registry);
  self->engine = g_object_ref (engine);
  self->sync = nb_type_sync_new (store, registry, engine);
  return self;
}

/* Sleeps until the nearest due time or look, whichever comes first. */
static void
arm (NbScheduler *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wake_at = MIN (self->next_look, now + MAX_SLEEP);
  gint64 due_at;

  if (self->source == NULL)
    return;
  if (g_hash_table_size (self->advancing) < MAX_ADVANCING && nb_due_list_peek (self->dues, &due_at))
    wake_at = MIN (wake_at, now + MAX (due_at - nb_store_now (self->store), 0));
  g_source_set_ready_time (self->source, wake_at);
}

typedef struct
{
  NbScheduler *self;
  gint64 auction;
} NbAdvance;

static guint
count_skips (NbScheduler *self, gint64 auction)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->skips, &auction));
}

/* Not all processes at the same moment. */
static void
try_again (NbScheduler *self, gint64 auction)
{
  guint n_skips = count_skips (self, auction) + 1;
  gint64 pause = n_skips * BUSY_PAUSE + g_random_int_range (0, BUSY_PAUSE);

  g_hash_table_replace (self->skips, g_memdup2 (&auction, sizeof auction), GUINT_TO_POINTER (n_skips));
  nb_due_list_set (self->dues, auction, nb_store_now (self->store) + pause);
}

static void
advance_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbAdvance *advance = user_data;
  g_autoptr (NbScheduler) self = advance->self;
  g_autoptr (GError) error = NULL;

  g_hash_table_remove (self->advancing, &advance->auction);
  if (!nb_bid_engine_advance_finish (NB_BID_ENGINE (source), result, &error)
      && nb_error_get_code (error) == NB_ERROR_BUSY && count_skips (self, advance->auction) < MAX_SKIPS)
    try_again (self, advance->auction);
  else
    g_hash_table_remove (self->skips, &advance->auction);
  if (error != NULL)
    g_debug ("auction %" G_GINT64_FORMAT " was not brought forward: %s", advance->auction, error->message);
  g_free (advance);
  arm (self);
}

static void
advance_due (NbScheduler *self)
{
  gint64 now = nb_store_now (self->store);

  while (g_hash_table_size (self->advancing) < MAX_ADVANCING)
    {
      gint64 auction = nb_due_list_take (self->dues, now);
      NbAdvance *advance;

      if (auction == 0)
        return;
      if (!g_hash_table_add (self->advancing, g_memdup2 (&auction, sizeof auction)))
        continue;
      advance = g_new (NbAdvance, 1);
      *advance = (NbAdvance){ g_object_ref (self), auction };
      if (count_skips (self, auction) < MAX_SKIPS)
        nb_bid_engine_try_advance_async (self->engine, auction, advance_cb, advance);
      else
        nb_bid_engine_advance_async (self->engine, auction, advance_cb, advance);
    }
}

typedef struct
{
  gint64 horizon;
  GArray *found; /* pairs of id and due time */
} NbLook;

static void
free_look (NbLook *look)
{
  g_clear_pointer (&look->found, g_array_unref);
  g_free (look);
}

static gboolean
run_look (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbLook *look = user_data;
  gint64 horizon = nb_transaction_now (transaction) + LOOK_HORIZON;
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &load_due, NB_PARAMS (NB_INT (horizon)), error);

  if (rows == NULL)
    return FALSE;
  g_clear_pointer (&look->found, g_array_unref);
  look->found = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      gint64 pair[] = { nb_rows_get_int (rows, i, 0), nb_rows_get_int (rows, i, 1) };

      g_array_append_vals (look->found, pair, 2);
    }
  return TRUE;
}

typedef struct
{
  NbScheduler *self;
  NbLook *look;
} NbLooking;

static void
look_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbLooking *looking = user_data;
  g_autoptr (NbScheduler) self = looking->self;
  NbLook *look = looking->look;
  g_autoptr (GError) error = NULL;

  g_free (looking);
  self->is_looking = FALSE;
  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    g_debug ("looking for due auctions: %s", error->message);
  for (guint i = 0; error == NULL && i < look->found->len; i += 2)
    {
      gint64 auction = g_array_index (look->found, gint64, i);

      if (!g_hash_table_contains (self->advancing, &auction))
        nb_due_list_set (self->dues, auction, g_array_index (look->found, gint64, i + 1));
    }
  free_look (look);
  arm (self);
}

static void
look_if_time (NbScheduler *self)
{
  NbLooking *looking;

  if (self->is_looking || g_get_monotonic_time () < self->next_look)
    return;
  self->is_looking = TRUE;
  self->next_look = g_get_monotonic_time () + LOOK_INTERVAL;
  looking = g_new (NbLooking, 1);
  *looking = (NbLooking){ g_object_ref (self), g_new0 (NbLook, 1) };
  nb_store_read_async (self->store, run_look, looking->look, NULL, self->cancellable, look_cb, looking);
}

static gboolean
on_wake (gpointer user_data)
{
  g_autoptr (NbScheduler) self = g_object_ref (user_data);

  look_if_time (self);
  advance_due (self);
  arm (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_wake (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static void
on_due_changed (NbBidEngine *engine, gint64 auction, gint64 due_at, NbScheduler *self)
{
  gint64 nearest = 0;
  gboolean had_any = nb_due_list_peek (self->dues, &nearest);

  /* What lies beyond the horizon is found by a later look. */
  if (due_at > nb_store_now (self->store) + LOOK_HORIZON)
    due_at = 0;
  nb_due_list_set (self->dues, auction, due_at);
  if (due_at != 0 && (!had_any || due_at < nearest))
    arm (self);
}

/* A new auction may be due before the next look. */
static void
on_committed (NbStore *store, GPtrArray *events, NbScheduler *self)
{
  gint64 soon = g_get_monotonic_time () + LOOK_PAUSE;

  for (guint i = 0; i < events->len; i++)
    if (g_str_equal (nb_event_get_kind (g_ptr_array_index (events, i)), "auction-listed"))
      {
        self->next_look = MIN (self->next_look, soon);
        arm (self);
        return;
      }
}

void
nb_scheduler_start (NbScheduler *self)
{
  static GSourceFuncs functions = { NULL, NULL, dispatch_wake, NULL, NULL, NULL };

  g_return_if_fail (NB_IS_SCHEDULER (self));

  if (self->source != NULL)
    return;
  self->source = g_source_new (&functions, sizeof (GSource));
  g_source_set_static_name (self->source, "scheduler");
  g_source_set_callback (self->source, on_wake, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  self->on_due = g_signal_connect (self->engine, "due-changed", G_CALLBACK (on_due_changed), self);
  self->on_committed = g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
  nb_type_sync_start (self->sync);
  self->next_look = 0;
  arm (self);
}

void
nb_scheduler_stop (NbScheduler *self)
{
  g_return_if_fail (NB_IS_SCHEDULER (self));

  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_signal_handler (&self->on_due, self->engine);
  g_clear_signal_handler (&self->on_committed, self->store);
  nb_type_sync_stop (self->sync);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
}
