/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs jobs: one transaction each, or on SQLite those that wait together with one commit; repeats what may be repeated.
 */
#include "core/store/nb-worker.h"

#include "core/store/nb-outbox.h"
#include "core/store/nb-transaction.h"
#include <neighborbid/nb-metrics.h>

#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>

#define ATTEMPTS_MAX 10
#define CLOCK_INTERVAL G_USEC_PER_SEC
#define REOPEN_PAUSE (G_USEC_PER_SEC / 20)

struct _NbWorker
{
  NbWorkerShared *shared;
  NbQueue *queue;
  guint group_max;
  gboolean keeps_clock;
  NbConnection *connection; /* (nullable) */
  GHashTable *statements;   /* outlives its connections */
  NbMetric *durations;
  GThread *thread;
};

void
nb_worker_shared_set_clock (NbWorkerShared *self, const NbConnection *connection)
{
  gint64 now = g_get_monotonic_time ();
  gint64 age = now - __atomic_load_n (&self->clock_measured_at, __ATOMIC_RELAXED);

  /* A reading that took long says little; better none for a while than that one. */
  if (connection->backend->is_sqlite || age < CLOCK_INTERVAL)
    return;
  if (connection->clock_doubt > CLOCK_INTERVAL / 100 && age < 10 * CLOCK_INTERVAL)
    return;
  __atomic_store_n (&self->clock_offset, connection->clock_offset, __ATOMIC_RELAXED);
  __atomic_store_n (&self->clock_measured_at, now, __ATOMIC_RELAXED);
}

static void
count_retry (NbFailure failure)
{
  const char *labels = failure == NB_FAILURE_LINK ? "reason=\"link\"" : "reason=\"conflict\"";

  nb_metric_add (nb_metrics_counter ("store_retries_total", "Transactions that were run again.", labels), 1);
}

static void
drop_connection (NbWorker *self)
{
  g_clear_pointer (&self->connection, nb_connection_close);
}

static gboolean
may_wait (NbWorker *self, gint64 deadline)
{
  return g_get_monotonic_time () < deadline && !g_atomic_int_get (&self->shared->is_stopping);
}

/* Opens a connection if there is none, trying again until @deadline. */
static gboolean
reach_database (NbWorker *self, NbOpenMode mode, gint64 deadline, GError **error)
{
  while (self->connection == NULL)
    {
      g_autoptr (GError) inner = NULL;

      self->connection
          = nb_connection_open (self->shared->backend, self->shared->target, mode, self->statements, &inner);
      g_atomic_int_set (&self->shared->is_healthy, self->connection != NULL);
      if (self->connection != NULL)
        break;
      if (!may_wait (self, deadline))
        {
          g_propagate_error (error, g_steal_pointer (&inner));
          return FALSE;
        }
      g_usleep (REOPEN_PAUSE);
    }
  return TRUE;
}

static void
roll_back (NbWorker *self)
{
  NbConnection *connection = self->connection;

  nb_connection_drop_deferred (connection);
  if (connection->backend->is_alive (connection)
      && (!connection->backend->is_in_transaction (connection)
          || connection->backend->run (connection, "ROLLBACK", NULL)))
    return;
  drop_connection (self);
}

static void
begin_transaction (NbWorker *self, NbTransaction *transaction, gboolean is_read)
{
  nb_transaction_init (transaction, self->connection, is_read);
  transaction->hook = self->shared->hook;
  transaction->hook_data = self->shared->hook_data;
}

/* The link broke in COMMIT: asks another connection how that transaction ended, until it has ended. */
static NbOutcome
ask_outcome (NbWorker *self)
{
  gint64 link_id = self->connection->link_id;
  gint64 mark = self->connection->mark;
  gint64 deadline = g_get_monotonic_time () + self->shared->patience;
  NbOutcome outcome = NB_OUTCOME_UNKNOWN;

  do
    {
      drop_connection (self);
      if (!reach_database (self, NB_OPEN_WRITER, deadline, NULL))
        break;
      outcome = self->connection->backend->look_up (self->connection, link_id, mark);
      if (outcome == NB_OUTCOME_UNKNOWN)
        g_usleep (REOPEN_PAUSE);
    }
  while (outcome == NB_OUTCOME_UNKNOWN && may_wait (self, deadline));
  return outcome;
}

static NbFailure
commit (NbWorker *self, gboolean is_read, GError **error)
{
  NbConnection *connection = self->connection;
  g_autoptr (GError) inner = NULL;
  NbFailure failure;
  NbOutcome outcome;

  if (connection->backend->run (connection, "COMMIT", &inner))
    return NB_FAILURE_NONE;
  failure = connection->failure;
  if (is_read)
    {
      /* What was read stays true. */
      drop_connection (self);
      return NB_FAILURE_NONE;
    }
  if (failure != NB_FAILURE_LINK)
    {
      roll_back (self);
      g_propagate_error (error, g_steal_pointer (&inner));
      return failure;
    }
  outcome = ask_outcome (self);
  if (outcome == NB_OUTCOME_COMMITTED)
    return NB_FAILURE_NONE;
  if (outcome == NB_OUTCOME_ROLLED_BACK)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return NB_FAILURE_LINK;
    }
  g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_OUTCOME_UNKNOWN,
               "the link to the database broke in COMMIT, and whether it was done is not known: %s", inner->message);
  return NB_FAILURE_STATEMENT;
}

static gboolean
write_outbox (NbTransaction *transaction, const GPtrArray *events, GError **error)
{
  return events == NULL || nb_outbox_write (transaction, events, error);
}

/* One attempt at one job. Returns: %NB_FAILURE_NONE when it was committed, else why not, with the job's error set */
static NbFailure
attempt_alone (NbWorker *self, NbJob *job)
{
  g_auto (NbTransaction) transaction = { 0 };
  NbConnection *connection;
  NbFailure failure;

  nb_job_reset (job);
  if (!reach_database (self, job->is_read ? NB_OPEN_READER : NB_OPEN_WRITER, job->queued_at + self->shared->patience,
                       &job->error))
    return NB_FAILURE_LINK;
  connection = self->connection;
  begin_transaction (self, &transaction, job->is_read);
  nb_transaction_reach (&transaction, NB_FAULT_BEFORE_BEGIN);
  if (!connection->backend->begin (connection, job->is_read, &job->error))
    {
      failure = connection->failure;
      roll_back (self);
      return failure;
    }
  nb_worker_shared_set_clock (self->shared, connection);
  transaction.now = connection->now;

  if (!nb_transaction_run (&transaction, job->function, job->user_data, &job->error)
      || !write_outbox (&transaction, transaction.events, &job->error)
      || !nb_transaction_settle (&transaction, &job->error))
    {
      roll_back (self);
      return transaction.failure != NB_FAILURE_NONE ? transaction.failure : NB_FAILURE_STATEMENT;
    }
  nb_transaction_reach (&transaction, NB_FAULT_BEFORE_COMMIT);
  failure = commit (self, job->is_read, &job->error);
  if (failure != NB_FAILURE_NONE)
    return failure;
  transaction.connection = self->connection;
  nb_transaction_reach (&transaction, NB_FAULT_AFTER_COMMIT);
  job->events = g_steal_pointer (&transaction.events);
  return NB_FAILURE_NONE;
}

/* What the store itself could not do is the server's trouble, and may be over soon. */
static void
tell_busy (NbJob *job)
{
  g_warning ("the store gave up a transaction: %s", job->error != NULL ? job->error->message : "no reason");
  g_clear_error (&job->error);
  job->error = nb_error_new (NB_ERROR_BUSY, N_ ("the database can't take this now, try again in a moment"), NULL);
  nb_error_set_retry_after (job->error, 1000);
}

static void
run_alone (NbWorker *self, NbJob *job)
{
  for (guint attempt = 1;; attempt++)
    {
      NbFailure failure = attempt_alone (self, job);

      if (failure == NB_FAILURE_FULL)
        tell_busy (job);
      if (failure != NB_FAILURE_CONFLICT && failure != NB_FAILURE_LINK)
        return;
      if (failure == NB_FAILURE_LINK)
        drop_connection (self);
      if (attempt == ATTEMPTS_MAX
          || (failure == NB_FAILURE_LINK && !may_wait (self, job->queued_at + 2 * self->shared->patience)))
        {
          tell_busy (job);
          return;
        }
      count_retry (failure);
      if (failure == NB_FAILURE_CONFLICT)
        g_usleep ((gulong)g_random_int_range (100, 1000 << MIN (attempt, 6)));
    }
}

/* Runs one job of a group between savepoints, so that its failure harms no other. Returns: whether the group goes on */
static gboolean
run_in_group (NbWorker *self, NbJob *job, GPtrArray *events)
{
  g_auto (NbTransaction) transaction = { 0 };
  NbConnection *connection = self->connection;

  nb_job_reset (job);
  connection->now = g_get_real_time ();
  begin_transaction (self, &transaction, FALSE);
  nb_transaction_reach (&transaction, NB_FAULT_BEFORE_BEGIN);
  if (!connection->backend->run (connection, "SAVEPOINT job", NULL))
    return FALSE;
  if (nb_transaction_run (&transaction, job->function, job->user_data, &job->error))
    {
      nb_transaction_reach (&transaction, NB_FAULT_BEFORE_COMMIT);
      job->events = g_steal_pointer (&transaction.events);
      for (guint i = 0; job->events != NULL && i < job->events->len; i++)
        g_ptr_array_add (events, g_ptr_array_index (job->events, i));
      return connection->backend->run (connection, "RELEASE job", NULL);
    }
  if (transaction.failure != NB_FAILURE_NONE && transaction.failure != NB_FAILURE_STATEMENT
      && transaction.failure != NB_FAILURE_CONSTRAINT)
    return FALSE;
  return connection->backend->is_in_transaction (connection)
         && connection->backend->run (connection, "ROLLBACK TO job; RELEASE job", NULL);
}

static gboolean
commit_group (NbWorker *self, GPtrArray *jobs, GPtrArray *events)
{
  g_auto (NbTransaction) transaction = { 0 };
  NbConnection *connection = self->connection;

  nb_transaction_init (&transaction, connection, FALSE);
  if (!nb_outbox_write (&transaction, events, NULL) || !connection->backend->run (connection, "COMMIT", NULL))
    return FALSE;
  begin_transaction (self, &transaction, FALSE);
  for (guint i = 0; i < jobs->len; i++)
    if (((NbJob *)g_ptr_array_index (jobs, i))->error == NULL)
      nb_transaction_reach (&transaction, NB_FAULT_AFTER_COMMIT);
  return TRUE;
}

/* Runs @jobs with one commit, which nobody can tell from a commit each: they run one after another, and nobody is
 * answered before the commit. Returns: FALSE when all was rolled back and each must run alone */
static gboolean
run_together (NbWorker *self, GPtrArray *jobs)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new ();
  NbJob *first = g_ptr_array_index (jobs, 0);
  NbConnection *connection;
  gboolean is_going = TRUE;

  if (!reach_database (self, NB_OPEN_WRITER, first->queued_at + self->shared->patience, NULL))
    return FALSE;
  connection = self->connection;
  if (!connection->backend->begin (connection, FALSE, NULL))
    return FALSE;
  for (guint i = 0; i < jobs->len && is_going; i++)
    is_going = run_in_group (self, g_ptr_array_index (jobs, i), events);
  if (is_going && commit_group (self, jobs, events))
    return TRUE;
  roll_back (self);
  count_retry (NB_FAILURE_CONFLICT);
  return FALSE;
}

/* Takes those that were cancelled while they waited out of @jobs. */
static void
drop_cancelled (GPtrArray *jobs, GPtrArray *cancelled)
{
  for (guint i = 0; i < jobs->len;)
    {
      NbJob *job = g_ptr_array_index (jobs, i);

      if (!g_cancellable_set_error_if_cancelled (job->cancellable, &job->error))
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index (jobs, i);
      g_ptr_array_add (cancelled, job);
    }
}

static void
run_jobs (NbWorker *self, GPtrArray *jobs)
{
  g_autoptr (GPtrArray) cancelled = g_ptr_array_new ();
  gint64 began_at = g_get_monotonic_time ();
  guint n;

  drop_cancelled (jobs, cancelled);
  n = jobs->len;
  if (n < 2 || !run_together (self, jobs))
    for (guint i = 0; i < n; i++)
      run_alone (self, g_ptr_array_index (jobs, i));
  if (n > 0)
    nb_metric_observe (self->durations, (double)(g_get_monotonic_time () - began_at) / G_USEC_PER_SEC);

  g_ptr_array_extend_and_steal (jobs, g_steal_pointer (&cancelled));
  self->shared->deliver (jobs, self->shared->deliver_data);
}

static void
read_clock (NbWorker *self)
{
  if (!reach_database (self, NB_OPEN_READER, 0, NULL))
    return;
  if (!self->connection->backend->begin (self->connection, TRUE, NULL))
    drop_connection (self);
  else
    {
      nb_worker_shared_set_clock (self->shared, self->connection);
      roll_back (self);
    }
}

static gpointer
work (gpointer data)
{
  NbWorker *self = data;
  gint64 wait = self->keeps_clock ? CLOCK_INTERVAL : 0;

  for (;;)
    {
      g_autoptr (GPtrArray) jobs = g_ptr_array_new ();

      if (!nb_queue_take (self->queue, self->group_max, wait, jobs))
        break;
      if (jobs->len == 0)
        read_clock (self);
      else
        run_jobs (self, jobs);
    }
  drop_connection (self);
  return NULL;
}

NbWorker *
nb_worker_start (NbWorkerShared *shared, NbQueue *queue, guint group_max, gboolean keeps_clock, const char *name)
{
  NbWorker *self = g_new0 (NbWorker, 1);

  self->shared = shared;
  self->queue = queue;
  self->group_max = group_max;
  self->keeps_clock = keeps_clock;
  self->statements = nb_connection_new_statements ();
  self->durations
      = nb_metrics_duration ("store_transaction_duration_seconds", "From BEGIN to the end of COMMIT.", NULL);
  self->thread = g_thread_new (name, work, self);
  return self;
}

void
nb_worker_join (NbWorker *self)
{
  g_thread_join (self->thread);
  g_hash_table_unref (self->statements);
  g_free (self);
}
