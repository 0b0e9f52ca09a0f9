/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The threads that hash and verify passwords. */
#include "core/account/nb-password-pool.h"

#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>

#include "core/account/nb-password.h"

struct _NbPasswordPool
{
  GThreadPool *threads;
  guint queue_max;
};

typedef struct
{
  GTask *task;
  char *password; /* NULL: nothing that can be a password */
  char *hash;
  gboolean is_verify;
} Job;

static void
run_job (gpointer data, gpointer user_data)
{
  Job *job = data;
  GError *error = NULL;

  if (job->is_verify)
    {
      gboolean matches = nb_password_verify (job->password != NULL ? job->password : "", job->hash);

      g_task_return_int (job->task, matches && job->password != NULL);
    }
  else
    {
      char *hash = nb_password_hash (job->password, &error);

      if (hash == NULL)
        g_task_return_error (job->task, error);
      else
        g_task_return_pointer (job->task, hash, g_free);
    }
  g_object_unref (job->task);
  nb_password_wipe (job->password);
  g_free (job->hash);
  g_free (job);
}

NbPasswordPool *
nb_password_pool_new (guint n_threads, guint queue_max)
{
  NbPasswordPool *self = g_new0 (NbPasswordPool, 1);

  self->queue_max = queue_max;
  self->threads = g_thread_pool_new (run_job, NULL, (int)n_threads, FALSE, NULL);
  return self;
}

void
nb_password_pool_free (NbPasswordPool *self)
{
  g_thread_pool_free (self->threads, FALSE, TRUE);
  g_free (self);
}

/* @task: (transfer full) */
static void
push (NbPasswordPool *self, GTask *task, const char *password, const char *hash, gboolean is_verify)
{
  g_autoptr (GTask) owned = task;
  GError *busy;
  Job *job;

  if (g_thread_pool_unprocessed (self->threads) >= self->queue_max)
    {
      busy = nb_error_new (NB_ERROR_BUSY, N_ ("too many people are signing in right now; try again in a moment"), NULL);
      nb_error_set_retry_after (busy, 1000);
      g_task_return_error (owned, busy);
      return;
    }
  job = g_new0 (Job, 1);
  job->task = g_steal_pointer (&owned);
  job->password = nb_password_normalize (password);
  job->hash = g_strdup (hash);
  job->is_verify = is_verify;
  g_thread_pool_push (self->threads, job, NULL);
}

void
nb_password_pool_hash_async (NbPasswordPool *self, const char *password, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, nb_password_pool_hash_async);
  push (self, task, password, NULL, FALSE);
}

char *
nb_password_pool_hash_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
nb_password_pool_verify_async (NbPasswordPool *self, const char *password, const char *hash,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, nb_password_pool_verify_async);
  push (self, task, password, hash, TRUE);
}

gboolean
nb_password_pool_verify_finish (GAsyncResult *result, gboolean *matches, GError **error)
{
  gssize answer = g_task_propagate_int (G_TASK (result), error);

  if (answer < 0)
    return FALSE;
  *matches = answer == 1;
  return TRUE;
}
