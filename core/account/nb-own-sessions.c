/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A person's own sessions: listing them, and ending one. */
#include <glib/gi18n.h>

#include "core/account/nb-account-private.h"
#include "core/account/nb-accounts-private.h"

typedef struct
{
  gint64 person;
  gint64 session;
  gint64 idle;
  GArray *found;    /* NbOwnSession */
  char *token_hash; /* (nullable) of the one that was ended */
} Op;

static void
op_free (gpointer data)
{
  Op *op = data;

  g_clear_pointer (&op->found, g_array_unref);
  g_free (op->token_hash);
  g_free (op);
}

static GTask *
start_task (NbAccounts *self, gint64 person, gint64 session, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Op *op = g_new0 (Op, 1);

  op->person = person;
  op->session = session;
  op->idle = self->options.idle;
  op->found = g_array_new (FALSE, FALSE, sizeof (NbOwnSession));
  g_task_set_task_data (task, op, op_free);
  return task;
}

static gboolean
read_sessions (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT id, created_at, seen_at FROM sessions WHERE person_id = ##person::gint64 "
                             "AND expires_at > ##now::gint64 AND seen_at > ##idle::gint64 ORDER BY id DESC LIMIT 100",
                             NULL, "xxx" };
  Op *op = user_data;
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRows) rows = nb_transaction_query (
      transaction, &sql, NB_PARAMS (NB_INT (op->person), NB_INT (now), NB_INT (now - op->idle)), error);

  if (rows == NULL)
    return FALSE;
  g_array_set_size (op->found, 0);
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbOwnSession found = { nb_rows_get_int (rows, i, 0), nb_rows_get_int (rows, i, 1), nb_rows_get_int (rows, i, 2) };

      g_array_append_val (op->found, found);
    }
  return TRUE;
}

static void
read_sessions_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
nb_accounts_list_sessions_async (NbAccounts *self, gint64 person, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = start_task (self, person, 0, callback, user_data);

  g_task_set_source_tag (task, nb_accounts_list_sessions_async);
  nb_store_read_async (self->store, read_sessions, g_task_get_task_data (task), NULL, NULL, read_sessions_cb, task);
}

GArray *
nb_accounts_list_sessions_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  Op *op = g_task_get_task_data (G_TASK (result));

  return g_task_propagate_boolean (G_TASK (result), error) ? g_array_ref (op->found) : NULL;
}

/* Another's session is answered like one that isn't there. */
static gboolean
end_session (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql find = { "SELECT token_hash FROM sessions WHERE id = ##id::gint64 AND person_id = "
                              "##person::gint64",
                              NULL, "s" };
  static const NbSql drop = { "DELETE FROM sessions WHERE id = ##id::gint64", NULL, NULL };
  Op *op = user_data;
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &find, NB_PARAMS (NB_INT (op->session), NB_INT (op->person)), error);

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    {
      nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("you have no such session"), NULL);
      return FALSE;
    }
  g_free (op->token_hash);
  op->token_hash = g_strdup (nb_rows_get_text (rows, 0, 0));
  return nb_transaction_execute (transaction, &drop, NB_PARAMS (NB_INT (op->session)), error) >= 0;
}

/* One that is being looked up just now may be believed for as long as in another process: a few seconds. */
static void
end_session_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbAccounts *self = g_task_get_source_object (task);
  Op *op = g_task_get_task_data (task);
  NbCachedSession *entry;
  GError *error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  entry = nb_session_cache_lookup (self->sessions, op->token_hash);
  if (entry != NULL)
    entry->has_ended = TRUE;
  nb_accounts_emit_session_ended (self, op->session);
  g_task_return_boolean (task, TRUE);
}

void
nb_accounts_end_session_async (NbAccounts *self, gint64 person, gint64 session, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = start_task (self, person, session, callback, user_data);

  g_task_set_source_tag (task, nb_accounts_end_session_async);
  nb_store_transact_async (self->store, end_session, g_task_get_task_data (task), NULL, NULL, end_session_cb, task);
}

gboolean
nb_accounts_end_session_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
