/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine's queues: commands wait per auction while a batch of it runs, and the next batch takes what waits. */
#include "core/engine/nb-bid-engine.h"

#include "core/engine/nb-batch.h"
#include "core/engine/nb-engine-metrics.h"
#include "core/engine/nb-key-memory.h"
#include "core/engine/nb-settle-list.h"
#include "core/plugin/nb-plugin-errors.h"
#include "core/store/nb-store-private.h"

#include <glib/gi18n.h>

#define DEFAULT_BATCH_MAX 256
#define DEFAULT_QUEUE_MAX 1024
/* Commands that may wait over all auctions, in multiples of what one auction may have. */
#define TOTAL_QUEUES 64
#define RETRY_AFTER_MS 200
/* Batches at once on PostgreSQL, over disjoint auctions. */
#define MAX_BATCHES 4
/* Auctions that one batch closes, where several processes share that work. */
#define MAX_SHARED 64

typedef struct
{
  gint64 auction;
  GQueue waiting;      /* of NbEngineCommand */
  gboolean is_running; /* in a batch now */
  gboolean is_alone;   /* its next batch has this auction alone, so that it can't harm or delay others */
  guint n_firm;        /* how many of those that wait may not be skipped */
} NbLane;

struct _NbBidEngine
{
  GObject parent_instance;

  NbStore *store;
  NbRegistry *registry;
  NbEngineOptions options;
  GHashTable *lanes; /* auction → NbLane */
  GQueue ready;      /* of NbLane: something waits and no batch runs */
  NbKeyMemory *keys;
  guint n_waiting;
  guint64 n_arrived;
  NbSettleList settles;
  guint n_running;
  guint max_running;
  GTask *drain; /* (nullable) */
  gboolean is_draining;

  NbEngineMetrics metrics;
};

enum
{
  SIGNAL_DUE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (NbBidEngine, nb_bid_engine, G_TYPE_OBJECT)

static void start_batches (NbBidEngine *self);

static void
free_lane (gpointer data)
{
  NbLane *lane = data;

  g_queue_clear_full (&lane->waiting, (GDestroyNotify)nb_engine_command_free);
  g_free (lane);
}

static void
nb_bid_engine_finalize (GObject *object)
{
  NbBidEngine *self = NB_BID_ENGINE (object);

  g_queue_clear (&self->ready);
  g_hash_table_unref (self->lanes);
  nb_engine_metrics_clear (&self->metrics);
  nb_key_memory_free (self->keys);
  g_clear_object (&self->drain);
  g_clear_object (&self->store);
  g_clear_object (&self->registry);
  G_OBJECT_CLASS (nb_bid_engine_parent_class)->finalize (object);
}

static void
nb_bid_engine_class_init (NbBidEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_bid_engine_finalize;
  signals[SIGNAL_DUE_CHANGED] = g_signal_new ("due-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                              NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_INT64);
}

static void
nb_bid_engine_init (NbBidEngine *self)
{
  self->lanes = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_lane);
  g_queue_init (&self->ready);
  nb_settle_list_init (&self->settles);
  nb_engine_metrics_init (&self->metrics);
  self->keys = nb_key_memory_new ();
}

void
nb_bid_engine_set_options (NbBidEngine *self, const NbEngineOptions *options)
{
  g_return_if_fail (NB_IS_BID_ENGINE (self) && options != NULL);

  self->options = *options;
  if (self->options.batch_max == 0)
    self->options.batch_max = DEFAULT_BATCH_MAX;
  if (self->options.queue_max == 0)
    self->options.queue_max = DEFAULT_QUEUE_MAX;
}

guint
nb_bid_engine_get_fee_hundredths (NbBidEngine *self)
{
  return self->options.fee_hundredths;
}

NbBidEngine *
nb_bid_engine_new (NbStore *store, NbRegistry *registry, const NbEngineOptions *options)
{
  NbBidEngine *self = g_object_new (NB_TYPE_BID_ENGINE, NULL);

  self->store = g_object_ref (store);
  self->registry = g_object_ref (registry);
  self->max_running = nb_store_is_sqlite (store) ? 1 : MAX_BATCHES;
  nb_bid_engine_set_options (self, options);
  return self;
}

/* What the commit made true: states, lags, due times, types at fault. */
static void
publish (NbBidEngine *self, NbBatch *batch)
{
  for (guint i = 0; i < batch->states->len; i++)
    nb_registry_dispatch_state (self->registry, g_ptr_array_index (batch->states, i));
  for (guint i = 0; i < batch->faults->len; i++)
    {
      g_autofree char *owner
          = nb_registry_dup_auction_type_owner (self->registry, g_ptr_array_index (batch->faulty_types, i));

      g_warning ("%s", (const char *)g_ptr_array_index (batch->faults, i));
      if (owner != NULL)
        nb_plugin_errors_count (owner);
    }
  for (guint i = 0; i < batch->late_ends->len; i++)
    nb_metric_observe (self->metrics.close_lag,
                       (double)(nb_store_now (self->store) - g_array_index (batch->late_ends, gint64, i))
                           / G_USEC_PER_SEC);
  for (guint i = 0; i < batch->dues->len; i++)
    {
      const NbDue *due = &g_array_index (batch->dues, NbDue, i);

      g_signal_emit (self, signals[SIGNAL_DUE_CHANGED], 0, due->auction, due->due_at);
    }
}

/* The inside of a store's fault is nobody's business; whether trying again helps is. */
static void
fail_all (NbBatch *batch, const GError *error)
{
  if (batch->commands->len > 0 && nb_error_get_code (error) == NB_ERROR_INTERNAL)
    g_warning ("a batch of %u commands was rolled back: %s", batch->commands->len, error->message);
  for (guint i = 0; i < batch->commands->len; i++)
    nb_engine_command_refuse (g_ptr_array_index (batch->commands, i), g_error_copy (error));
}

/* Of several auctions one spoiled the transaction, and which is not known: each is tried again by itself, so that the
 * others go on. A batch that may have been committed is never repeated. */
static gboolean
may_split (const NbBatch *batch, const GError *error)
{
  return batch->auctions->len > 1 && nb_error_get_code (error) == NB_ERROR_INTERNAL
         && !g_error_matches (error, NB_STORE_ERROR, NB_STORE_ERROR_OUTCOME_UNKNOWN);
}

/* Puts the commands back where they were taken from, in their order. */
static void
split (NbBidEngine *self, NbBatch *batch)
{
  while (batch->commands->len > 0)
    {
      NbEngineCommand *command = g_ptr_array_steal_index (batch->commands, batch->commands->len - 1);
      NbLane *lane = g_hash_table_lookup (self->lanes, &command->auction);

      lane->is_alone = TRUE;
      g_queue_push_head (&lane->waiting, command);
      lane->n_firm += !command->may_skip;
      self->n_waiting++;
    }
}

static void
free_lanes (NbBidEngine *self, const NbBatch *batch)
{
  for (guint i = 0; i < batch->auctions->len; i++)
    {
      gint64 id = g_array_index (batch->auctions, gint64, i);
      NbLane *lane = g_hash_table_lookup (self->lanes, &id);

      lane->is_running = FALSE;
      if (g_queue_is_empty (&lane->waiting))
        g_hash_table_remove (self->lanes, &id);
      else
        g_queue_push_tail (&self->ready, lane);
    }
}

static void
finish_drain (NbBidEngine *self)
{
  g_autoptr (GTask) drain = NULL;

  if (self->drain == NULL || self->n_running > 0 || self->n_waiting > 0)
    return;
  drain = g_steal_pointer (&self->drain);
  g_task_return_boolean (drain, TRUE);
}

typedef struct
{
  NbBidEngine *engine;
  NbBatch *batch;
} NbRun;

static void
batch_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbRun *run = user_data;
  g_autoptr (NbBidEngine) self = run->engine;
  g_autoptr (NbBatch) batch = run->batch;
  g_autoptr (GError) error = NULL;
  gint64 committed_at = g_get_monotonic_time ();

  g_free (run);
  self->n_running--;
  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      if (may_split (batch, error))
        split (self, batch);
      fail_all (batch, error);
    }
  free_lanes (self, batch);
  /* The next batch commits while this one's answers are given. */
  start_batches (self);
  if (error == NULL)
    publish (self, batch);
  if (batch->commands->len > 0)
    nb_engine_metrics_measure (&self->metrics, batch);
  for (guint i = 0; i < batch->commands->len; i++)
    {
      NbEngineCommand *command = g_ptr_array_index (batch->commands, i);

      nb_engine_metrics_count (&self->metrics, batch, command);
      nb_engine_command_answer (command);
      nb_settle_list_answered (&self->settles, command->arrival);
    }
  nb_metric_observe (self->metrics.publish_seconds, (double)(g_get_monotonic_time () - committed_at) / G_USEC_PER_SEC);
  finish_drain (self);
}

static void
take_from_lane (NbBidEngine *self, NbLane *lane, NbBatch *batch)
{
  lane->is_running = TRUE;
  lane->is_alone = FALSE;
  g_array_append_val (batch->auctions, lane->auction);
  while (batch->commands->len < self->options.batch_max && !g_queue_is_empty (&lane->waiting))
    {
      NbEngineCommand *command = g_queue_pop_head (&lane->waiting);

      lane->n_firm -= !command->may_skip;
      if (command->key != NULL && nb_key_memory_note (self->keys, command->bid.person, command->key))
        batch->reads_keys = TRUE;
      g_ptr_array_add (batch->commands, command);
      self->n_waiting--;
    }
}

static int
compare_arrivals (gconstpointer a, gconstpointer b)
{
  guint64 x = (*(NbEngineCommand *const *)a)->arrival, y = (*(NbEngineCommand *const *)b)->arrival;

  return x < y ? -1 : x > y;
}

/* What may be skipped makes batches of its own: in one with bids it would wait for their locks, and they for its. */
static void
fill_batch (NbBidEngine *self, NbBatch *batch)
{
  NbLane *lane = g_queue_pop_head (&self->ready);
  gboolean is_alone = lane->is_alone;
  guint max = self->options.batch_max;

  batch->may_skip = lane->n_firm == 0;
  if (batch->may_skip)
    max = MIN (max, MAX_SHARED);
  take_from_lane (self, lane, batch);
  for (GList *link = self->ready.head, *next; !is_alone && link != NULL && batch->commands->len < max; link = next)
    {
      next = link->next;
      lane = link->data;
      if (lane->is_alone || (lane->n_firm == 0) != batch->may_skip)
        continue;
      g_queue_delete_link (&self->ready, link);
      take_from_lane (self, lane, batch);
    }
}

static void
start_batches (NbBidEngine *self)
{
  while (self->n_running < self->max_running && !g_queue_is_empty (&self->ready))
    {
      NbWallet *wallet = nb_registry_find_service (self->registry, NB_TYPE_WALLET);
      NbBatch *batch = nb_batch_new (self->registry, wallet, self->options.fee_hundredths);
      NbRun *run = g_new0 (NbRun, 1);

      batch->wants_states = nb_registry_has_state_handlers (self->registry);
      fill_batch (self, batch);
      /* Who bids in several auctions gets what came first. */
      if (batch->auctions->len > 1)
        g_ptr_array_sort (batch->commands, compare_arrivals);
      batch->started_at = g_get_monotonic_time ();
      run->engine = g_object_ref (self);
      run->batch = batch;
      self->n_running++;
      nb_store_transact_async (self->store, nb_batch_run, batch, NULL, NULL, batch_cb, run);
    }
}

static GError *
check_room (NbBidEngine *self, const NbLane *lane, gboolean is_ours)
{
  GError *error;

  if (self->is_draining)
    return nb_error_new (NB_ERROR_SHUTTING_DOWN, N_ ("the server is leaving; try again in a moment"), NULL);
  if (is_ours
      || ((lane == NULL || lane->waiting.length < self->options.queue_max)
          && self->n_waiting < self->options.queue_max * TOTAL_QUEUES))
    return NULL;
  error = nb_error_new (NB_ERROR_BUSY, N_ ("too many wait for this auction; nothing was changed"), NULL);
  nb_error_set_retry_after (error, RETRY_AFTER_MS);
  return error;
}

/* Takes @command over. What the host itself asks for always finds room: there is at most one of it per auction and
 * look. */
static void
submit (NbBidEngine *self, NbEngineCommand *command)
{
  NbLane *lane = g_hash_table_lookup (self->lanes, &command->auction);
  GError *error = check_room (self, lane, command->kind == NB_ENGINE_ADVANCE || command->kind == NB_ENGINE_SYNC);

  if (error != NULL)
    {
      nb_engine_command_refuse (command, error);
      nb_engine_command_answer (command);
      nb_engine_command_free (command);
      return;
    }
  if (lane == NULL)
    {
      lane = g_new0 (NbLane, 1);
      lane->auction = command->auction;
      g_hash_table_insert (self->lanes, &lane->auction, lane);
    }
  if (!lane->is_running && g_queue_is_empty (&lane->waiting))
    g_queue_push_tail (&self->ready, lane);
  command->arrival = self->n_arrived++;
  nb_settle_list_arrived (&self->settles);
  g_queue_push_tail (&lane->waiting, command);
  lane->n_firm += !command->may_skip;
  if (command->kind == NB_ENGINE_ADVANCE && !command->may_skip)
    lane->is_alone = self->max_running > 1;
  self->n_waiting++;
  start_batches (self);
}

static GError *
check_bid (const NbBidRequest *request)
{
  GError *error;

  if (nb_money_is_operation (request->amount) && request->quantity >= 1 && request->quantity <= NB_MAX_QUANTITY)
    return NULL;
  if (request->quantity > NB_MAX_QUANTITY)
    {
      error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("more pieces than are offered"), NULL);
      nb_error_set_field (error, "quantity");
      return error;
    }
  error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("a bid names an amount and a quantity, both at least 1"), NULL);
  nb_error_set_field (error, request->quantity >= 1 ? "amount" : "quantity");
  return error;
}

void
nb_bid_engine_bid_in_task (NbBidEngine *self, const NbBidRequest *request, GTask *task)
{
  NbEngineCommand *command;
  GError *error;

  command = nb_engine_command_new (NB_ENGINE_BID, request->auction, nb_store_now (self->store), task);
  error = check_bid (request);
  if (error != NULL)
    {
      nb_engine_command_refuse (command, error);
      nb_engine_command_answer (command);
      nb_engine_command_free (command);
      return;
    }
  command->bid = (NbBid){ .id = nb_id_new (),
                          .person = request->person,
                          .kind = request->kind,
                          .amount = request->amount,
                          .quantity = request->quantity,
                          .at = command->at };
  command->expected_seq = request->expected_seq;
  command->key = g_strdup (request->key);
  submit (self, command);
}

void
nb_bid_engine_bid_async (NbBidEngine *self, const NbBidRequest *request, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, nb_bid_engine_bid_async);
  nb_bid_engine_bid_in_task (self, request, task);
}

gboolean
nb_bid_engine_bid_finish (NbBidEngine *self, GAsyncResult *result, NbBidResult *answer, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  *answer = *(const NbBidResult *)g_task_get_task_data (G_TASK (result));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
nb_bid_engine_cancel_async (NbBidEngine *self, gint64 auction, gint64 actor, gboolean is_admin, const char *reason,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  NbEngineCommand *command;

  g_task_set_source_tag (task, nb_bid_engine_cancel_async);
  command = nb_engine_command_new (NB_ENGINE_CANCEL, auction, nb_store_now (self->store), task);
  command->actor = actor;
  command->is_admin = is_admin;
  command->reason = g_strdup (reason);
  submit (self, command);
}

gboolean
nb_bid_engine_cancel_finish (NbBidEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
submit_own (NbBidEngine *self, NbEngineCommandKind kind, gint64 auction, gboolean may_skip,
            GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  NbEngineCommand *command = nb_engine_command_new (kind, auction, nb_store_now (self->store), task);

  g_task_set_source_tag (task, submit_own);
  command->may_skip = may_skip;
  submit (self, command);
}

void
nb_bid_engine_advance_async (NbBidEngine *self, gint64 auction, GAsyncReadyCallback callback, gpointer user_data)
{
  submit_own (self, NB_ENGINE_ADVANCE, auction, FALSE, callback, user_data);
}

void
nb_bid_engine_try_advance_async (NbBidEngine *self, gint64 auction, GAsyncReadyCallback callback, gpointer user_data)
{
  submit_own (self, NB_ENGINE_ADVANCE, auction, self->max_running > 1, callback, user_data);
}

gboolean
nb_bid_engine_advance_finish (NbBidEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
nb_bid_engine_sync_async (NbBidEngine *self, gint64 auction, GAsyncReadyCallback callback, gpointer user_data)
{
  submit_own (self, NB_ENGINE_SYNC, auction, FALSE, callback, user_data);
}

gboolean
nb_bid_engine_sync_finish (NbBidEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
nb_bid_engine_settle_async (NbBidEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, nb_bid_engine_settle_async);
  nb_settle_list_wait (&self->settles, self->n_arrived, task);
}

gboolean
nb_bid_engine_settle_finish (NbBidEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
nb_bid_engine_drain_async (NbBidEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, nb_bid_engine_drain_async);
  if (self->drain != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "the engine is draining already");
      return;
    }
  self->is_draining = TRUE;
  self->drain = g_steal_pointer (&task);
  finish_drain (self);
}

gboolean
nb_bid_engine_drain_finish (NbBidEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
