/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Housekeeping: what was delivered or answered long ago goes, a portion at a time, so that nobody waits for it. On
 * PostgreSQL several processes may be at it: what one has taken the others pass over. */
#include "core/store/nb-store-private.h"

#define PORTION 1000
#define PORTIONS_MAX 20 /* for each table, in one call */

static const NbSql delete_events = {
  .sqlite = "DELETE FROM outbox WHERE id IN "
            "(SELECT id FROM outbox WHERE id < ##before::gint64 AND is_dead = 0 ORDER BY id LIMIT 1000)",
  .postgresql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE id < ##before::gint64 AND is_dead = 0 "
                "ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)",
};

static const NbSql delete_keys = {
  .sqlite = "DELETE FROM request_keys WHERE rowid IN "
            "(SELECT rowid FROM request_keys WHERE created_at < ##before::gint64 LIMIT 1000)",
  .postgresql = "DELETE FROM request_keys WHERE ctid IN "
                "(SELECT ctid FROM request_keys WHERE created_at < ##before::gint64 LIMIT 1000 "
                "FOR UPDATE SKIP LOCKED)",
};

/* On PostgreSQL alone. A link that has written nothing for a day writes its row anew. */
static const NbSql delete_marks = { .sqlite = "DELETE FROM commit_marks WHERE mark < ##before::gint64" };

typedef struct
{
  const NbSql *sql;
  gint64 age;
  gint64 deleted; /* by the portion that ran last */
} Portion;

typedef struct
{
  Portion portions[3];
  guint n_portions;
  guint at;
  guint n_done;
  gint64 total;
} Prune;

static void run_portion (GTask *task);

static gboolean
delete_portion (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Portion *portion = user_data;
  gint64 before = nb_transaction_now (transaction) - portion->age;

  /* Ids grow with time, so these tables need no index of times. */
  if (portion->sql != &delete_keys)
    before = nb_id_floor (before);
  portion->deleted = nb_transaction_execute (transaction, portion->sql, NB_PARAMS (NB_INT (before)), error);
  return portion->deleted >= 0;
}

static void
portion_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Prune *prune = g_task_get_task_data (task);
  GError *error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_prefix_error (&error, "pruning: ");
      g_task_return_error (task, error);
      return;
    }
  prune->total += prune->portions[prune->at].deleted;
  prune->n_done++;
  if (prune->portions[prune->at].deleted < PORTION || prune->n_done == PORTIONS_MAX)
    {
      prune->at++;
      prune->n_done = 0;
    }
  if (prune->at == prune->n_portions)
    g_task_return_int (task, (gssize)prune->total);
  else
    run_portion (g_steal_pointer (&task));
}

static void
run_portion (GTask *task)
{
  Prune *prune = g_task_get_task_data (task);

  nb_store_transact_async (NB_STORE (g_task_get_source_object (task)), delete_portion, &prune->portions[prune->at],
                           NULL, g_task_get_cancellable (task), portion_cb, task);
}

static void
add_portions (Prune *self, const NbSql *sql, gint64 age)
{
  self->portions[self->n_portions++] = (Portion){ .sql = sql, .age = age };
}

void
nb_store_prune_async (NbStore *self, gint64 outbox_age, gint64 key_age, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;
  Prune *prune;

  g_return_if_fail (NB_IS_STORE (self));
  g_return_if_fail (outbox_age >= 0 && key_age >= 0);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, nb_store_prune_async);
  prune = g_new0 (Prune, 1);
  if (outbox_age != NB_STORE_KEEP)
    add_portions (prune, &delete_events, outbox_age);
  if (key_age != NB_STORE_KEEP)
    add_portions (prune, &delete_keys, key_age);
  if (!nb_store_is_sqlite (self))
    add_portions (prune, &delete_marks, G_TIME_SPAN_DAY);
  g_task_set_task_data (task, prune, g_free);
  if (prune->n_portions > 0)
    run_portion (task);
  else
    {
      g_task_return_int (task, 0);
      g_object_unref (task);
    }
}

gint64
nb_store_prune_finish (NbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  return g_task_propagate_int (G_TASK (result), error);
}
