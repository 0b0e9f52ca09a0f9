/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The store: hands functions to its threads, and their answers and events back to main contexts. */
#include "core/store/nb-store-object.h"

#include "core/store/nb-target.h"

#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>

#define QUEUE_MAX 1024
#define WORKERS 4
#define READERS 2
#define GROUP_MAX 64
#define PATIENCE_MS 8000

G_DEFINE_FINAL_TYPE (NbStore, nb_store, G_TYPE_OBJECT)

enum
{
  COMMITTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* Jobs that ended together, on their way to the main context. */
typedef struct
{
  NbStore *store;
  GPtrArray *events; /* of NbEvent */
  GPtrArray *tasks;  /* of GTask */
} Delivery;

static void
free_delivery (gpointer data)
{
  Delivery *self = data;

  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->tasks);
  g_object_unref (self->store);
  g_free (self);
}

static gboolean
deliver_cb (gpointer user_data)
{
  Delivery *self = user_data;

  if (self->events->len > 0)
    g_signal_emit (self->store, signals[COMMITTED], 0, self->events);
  for (guint i = 0; i < self->tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (self->tasks, i);
      NbJob *job = g_task_get_task_data (task);

      if (job->error != NULL)
        g_task_return_error (task, g_steal_pointer (&job->error));
      else
        g_task_return_boolean (task, TRUE);
    }
  return G_SOURCE_REMOVE;
}

static void
unref_event (gpointer data)
{
  nb_event_unref (data);
}

static void
gather (Delivery *delivery, NbStore *self, NbJob *job)
{
  for (guint i = 0; job->events != NULL && i < job->events->len; i++)
    g_ptr_array_add (delivery->events, nb_event_ref (g_ptr_array_index (job->events, i)));
  if (job->task != NULL)
    g_ptr_array_add (delivery->tasks, g_steal_pointer (&job->task));
}

static void
wake_waiting (NbStore *self, GPtrArray *jobs)
{
  for (guint i = 0; i < jobs->len; i++)
    {
      NbJob *job = g_ptr_array_index (jobs, i);
      nb_queue_set_done (job->is_read ? self->reads : self->writes, job);
    }
}

static void
deliver (GPtrArray *jobs, gpointer user_data)
{
  NbStore *self = user_data;
  Delivery *delivery = g_new0 (Delivery, 1);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();
  g_autoptr (GSource) source = NULL;

  delivery->store = g_object_ref (self);
  delivery->events = g_ptr_array_new_with_free_func (unref_event);
  delivery->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < jobs->len; i++)
    {
      NbJob *job = g_ptr_array_index (jobs, i);

      if (job->task == NULL)
        g_ptr_array_add (waiting, job);
      gather (delivery, self, job);
    }

  if (delivery->events->len == 0 && delivery->tasks->len == 0)
    free_delivery (delivery);
  else
    {
      /* Never g_main_context_invoke(): it would run here when nobody holds the context. */
      source = g_idle_source_new ();
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, deliver_cb, delivery, free_delivery);
      g_source_attach (source, self->context);
    }
  wake_waiting (self, waiting);
}

static void
nb_store_finalize (GObject *object)
{
  NbStore *self = NB_STORE (object);

  nb_store_stop (self);
  g_clear_pointer (&self->writes, nb_queue_free);
  g_clear_pointer (&self->reads, nb_queue_free);
  g_clear_pointer (&self->workers, g_ptr_array_unref);
  g_clear_pointer (&self->interned, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->intern_mutex);
  g_free (self->shared.target);
  G_OBJECT_CLASS (nb_store_parent_class)->finalize (object);
}

static void
nb_store_class_init (NbStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_store_finalize;

  signals[COMMITTED] = g_signal_new ("committed", NB_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                     G_TYPE_PTR_ARRAY);
}

static void
nb_store_init (NbStore *self)
{
  g_mutex_init (&self->intern_mutex);
  self->workers = g_ptr_array_new ();
}

NbStore *
nb_store_new (const char *url, const NbStoreOptions *options, GError **error)
{
  static const NbStoreOptions defaults;
  g_autoptr (NbStore) self = NULL;
  guint queue_max;

  g_return_val_if_fail (url != NULL, NULL);

  self = g_object_new (NB_TYPE_STORE, NULL);
  self->context = g_main_context_ref_thread_default ();
  self->options = options != NULL ? *options : defaults;
  queue_max = self->options.queue_max > 0 ? self->options.queue_max : QUEUE_MAX;
  self->writes = nb_queue_new (queue_max, "kind=\"write\"");
  self->reads = nb_queue_new (queue_max, "kind=\"read\"");
  self->shared.patience = (gint64)(self->options.patience_ms > 0 ? self->options.patience_ms : PATIENCE_MS) * 1000;
  self->shared.deliver = deliver;
  self->shared.deliver_data = self;
  self->shared.backend = nb_target_parse (url, &self->shared.target, error);
  return self->shared.backend != NULL ? g_steal_pointer (&self) : NULL;
}

/* Processes side by side each get another number for their ids, also when the numbers have gone round since the oldest
 * of them started. A database without core's tables has none to give. */
static gboolean
take_node (NbConnection *connection, GError **error)
{
  static const NbSql sql
      = { "SELECT 0 WHERE 0",
          "SELECT number FROM (SELECT nextval (CAST (c.oid AS regclass)) AS number FROM pg_catalog.pg_class AS c, "
          "generate_series (1, 1024) AS turn WHERE c.relname = 'node_numbers' AND c.relkind = 'S' "
          "AND pg_catalog.pg_table_is_visible (c.oid)) AS numbers "
          "WHERE pg_try_advisory_lock (" NB_ID_NODE_LOCKS ", CAST (number AS integer)) LIMIT 1",
          "x" };
  g_autoptr (NbRows) rows = NULL;

  if (connection->backend->is_sqlite)
    return TRUE;
  rows = nb_connection_query (connection, &sql, NB_NO_PARAMS, error);
  if (rows != NULL && nb_rows_get_n (rows) > 0)
    nb_id_set_node ((guint)nb_rows_get_int (rows, 0, 0));
  return rows != NULL;
}

/* Before any thread starts: whether the database is there, and libgda as we know it. */
static gboolean
probe (NbStore *self, GError **error)
{
  g_autoptr (NbConnection) connection
      = nb_connection_open (self->shared.backend, self->shared.target, NB_OPEN_WRITER, NULL, error);

  if (connection == NULL || !connection->backend->begin (connection, TRUE, error))
    return FALSE;
  nb_worker_shared_set_clock (&self->shared, connection);
  return connection->backend->run (connection, "ROLLBACK", error) && take_node (connection, error);
}

static void
start_workers (NbStore *self, NbQueue *queue, guint n, guint group_max, gboolean keeps_clock, const char *name)
{
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (self->workers, nb_worker_start (&self->shared, queue, group_max, keeps_clock && i == 0, name));
}

gboolean
nb_store_start (NbStore *self, GError **error)
{
  gboolean is_sqlite;

  g_return_val_if_fail (NB_IS_STORE (self), FALSE);
  g_return_val_if_fail (self->workers->len == 0, FALSE);

  is_sqlite = self->shared.backend->is_sqlite;
  if (!probe (self, error))
    return FALSE;
  g_atomic_int_set (&self->shared.is_healthy, TRUE);
  g_atomic_int_set (&self->shared.is_stopping, FALSE);
  nb_queue_open (self->writes);
  nb_queue_open (self->reads);
  /* SQLite has one writer at a time; more threads would only wait for it. */
  start_workers (self, self->writes,
                 is_sqlite                     ? 1
                 : self->options.n_workers > 0 ? self->options.n_workers
                                               : WORKERS,
                 is_sqlite ? GROUP_MAX : 1, FALSE, "store-writer");
  start_workers (self, self->reads, self->options.n_readers > 0 ? self->options.n_readers : READERS, 1, !is_sqlite,
                 "store-reader");
  return TRUE;
}

void
nb_store_stop (NbStore *self)
{
  g_return_if_fail (NB_IS_STORE (self));

  g_atomic_int_set (&self->shared.is_stopping, TRUE);
  nb_queue_close (self->writes);
  nb_queue_close (self->reads);
  for (guint i = 0; i < self->workers->len; i++)
    nb_worker_join (g_ptr_array_index (self->workers, i));
  g_ptr_array_set_size (self->workers, 0);
}

static gboolean
push (NbStore *self, NbJob *job, GError **error)
{
  switch (nb_queue_push (job->is_read ? self->reads : self->writes, job))
    {
    case NB_QUEUE_TAKEN:
      return TRUE;
    case NB_QUEUE_FULL:
      {
        g_autoptr (GError) busy
            = nb_error_new (NB_ERROR_BUSY, N_ ("too much is going on right now, try again in a moment"), NULL);
        nb_error_set_retry_after (busy, 200);
        g_propagate_error (error, g_steal_pointer (&busy));
        return FALSE;
      }
    case NB_QUEUE_CLOSED:
    default:
      nb_set_error (error, NB_ERROR_SHUTTING_DOWN, N_ ("the server is shutting down"), NULL);
      return FALSE;
    }
}

static void
free_job (gpointer data)
{
  nb_job_free (data);
}

static void
run_async (NbStore *self, gboolean is_read, NbTransactFunc function, gpointer user_data, GDestroyNotify destroy,
           GCancellable *cancellable, GTask *task)
{
  NbJob *job = nb_job_new (function, user_data, destroy, is_read);
  GError *error = NULL;

  job->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  /* A transaction that ran is answered as it ended, cancelled or not. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, free_job);
  job->task = task;
  if (push (self, job, &error))
    return;
  job->task = NULL;
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
nb_store_transact_async (NbStore *self, NbTransactFunc function, gpointer user_data, GDestroyNotify destroy,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer callback_data)
{
  GTask *task;

  g_return_if_fail (NB_IS_STORE (self));
  g_return_if_fail (function != NULL);

  task = g_task_new (self, cancellable, callback, callback_data);
  g_task_set_source_tag (task, nb_store_transact_async);
  run_async (self, FALSE, function, user_data, destroy, cancellable, task);
}

gboolean
nb_store_transact_finish (NbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
nb_store_read_async (NbStore *self, NbTransactFunc function, gpointer user_data, GDestroyNotify destroy,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer callback_data)
{
  GTask *task;

  g_return_if_fail (NB_IS_STORE (self));
  g_return_if_fail (function != NULL);

  task = g_task_new (self, cancellable, callback, callback_data);
  g_task_set_source_tag (task, nb_store_read_async);
  run_async (self, TRUE, function, user_data, destroy, cancellable, task);
}

gboolean
nb_store_read_finish (NbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
run_blocking (NbStore *self, gboolean is_read, NbTransactFunc function, gpointer user_data, GError **error)
{
  g_autoptr (NbJob) job = nb_job_new (function, user_data, NULL, is_read);

  if (!push (self, job, error))
    return FALSE;
  nb_queue_wait_done (is_read ? self->reads : self->writes, job);
  if (job->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&job->error));
  return FALSE;
}

gboolean
nb_store_transact (NbStore *self, NbTransactFunc function, gpointer user_data, GError **error)
{
  g_return_val_if_fail (NB_IS_STORE (self) && function != NULL, FALSE);
  return run_blocking (self, FALSE, function, user_data, error);
}

gboolean
nb_store_read (NbStore *self, NbTransactFunc function, gpointer user_data, GError **error)
{
  g_return_val_if_fail (NB_IS_STORE (self) && function != NULL, FALSE);
  return run_blocking (self, TRUE, function, user_data, error);
}

gint64
nb_store_now (NbStore *self)
{
  g_return_val_if_fail (NB_IS_STORE (self), 0);

  if (self->shared.backend->is_sqlite)
    return g_get_real_time ();
  return g_get_monotonic_time () + __atomic_load_n (&self->shared.clock_offset, __ATOMIC_RELAXED);
}

gboolean
nb_store_is_sqlite (NbStore *self)
{
  g_return_val_if_fail (NB_IS_STORE (self), FALSE);
  return self->shared.backend->is_sqlite;
}

gboolean
nb_store_is_healthy (NbStore *self)
{
  g_return_val_if_fail (NB_IS_STORE (self), FALSE);
  return g_atomic_int_get (&self->shared.is_healthy);
}

void
nb_store_set_fault_hook (NbStore *self, NbFaultHook hook, gpointer user_data)
{
  g_return_if_fail (NB_IS_STORE (self));
  self->shared.hook_data = user_data;
  self->shared.hook = hook;
}
