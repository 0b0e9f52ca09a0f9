/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks: finding the session of a token, and signing out. */
#include <glib/gi18n.h>

#include "core/account/nb-account-sql.h"
#include "core/account/nb-accounts-private.h"

/* A session in use is marked as seen this often, or twice in its idle time if that is shorter. */
#define TOUCH_INTERVAL (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

typedef struct
{
  char *token;
  char token_hash[NB_TOKEN_LENGTH + 1];
  gint64 read_at;
  NbSession *session;
  gint64 seen_at;
} Find;

typedef struct
{
  gint64 session;
  gint64 now;
} Touch;

static void
find_free (gpointer data)
{
  Find *op = data;

  g_free (op->token);
  g_clear_pointer (&op->session, nb_session_unref);
  g_free (op);
}

static gboolean
is_alive (NbAccounts *self, NbSession *session, gint64 seen_at)
{
  gint64 now = nb_store_now (self->store);

  return !session->account->is_suspended && now < session->expires_at && now - seen_at < self->options.idle;
}

static NbSession *
peek (NbAccounts *self, const char *token_hash)
{
  NbCachedSession *entry = nb_session_cache_lookup (self->sessions, token_hash);

  if (entry == NULL || !nb_cached_session_is_fresh (entry) || !is_alive (self, entry->session, entry->seen_at))
    return NULL;
  return nb_session_ref (entry->session);
}

NbSession *
nb_accounts_peek_session (NbAccounts *self, const char *token)
{
  char token_hash[NB_TOKEN_LENGTH + 1];

  if (!nb_token_is_valid (token))
    return NULL;
  nb_token_hash (token, token_hash);
  return peek (self, token_hash);
}

static gboolean
touch_session (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Touch *touch = user_data;

  return nb_account_sql_touch_session (transaction, touch->session, touch->now, error);
}

/* A mark that is lost only shortens the idle time, so nobody waits for it. */
static void
touch_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    g_debug ("session not marked as seen: %s", error->message);
}

static void
touch_if_due (NbAccounts *self, NbCachedSession *entry)
{
  gint64 now = nb_store_now (self->store);
  Touch *touch;

  if (now - entry->seen_at < MIN (TOUCH_INTERVAL, self->options.idle / 2))
    return;
  entry->seen_at = now;
  touch = g_new (Touch, 1);
  touch->session = entry->session->id;
  touch->now = now;
  nb_store_transact_async (self->store, touch_session, touch, g_free, NULL, touch_cb, NULL);
}

static void
return_not_signed_in (GTask *task)
{
  g_task_return_error (task, nb_error_new (NB_ERROR_NOT_SIGNED_IN, N_ ("sign in first"), NULL));
}

/* What the database does not know any more, or knows as ended: told once to who keeps sockets open for it. */
static void
forget (NbAccounts *self, const Find *op)
{
  NbCachedSession *entry = nb_session_cache_lookup (self->sessions, op->token_hash);
  gint64 id = 0;

  if (entry != NULL && entry->has_ended)
    return;
  if (entry != NULL)
    id = entry->session->id;
  else if (op->session != NULL)
    id = op->session->id;
  nb_session_cache_remove (self->sessions, op->token_hash);
  if (id != 0)
    nb_accounts_emit_session_ended (self, id);
}

static gboolean
find_session (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Find *op = user_data;

  g_clear_pointer (&op->session, nb_session_unref);
  return nb_account_sql_find_session (transaction, op->token, &op->session, &op->seen_at, error);
}

static void
find_session_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbAccounts *self = g_task_get_source_object (task);
  Find *op = g_task_get_task_data (task);
  GError *error = NULL;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (op->session == NULL || !is_alive (self, op->session, op->seen_at))
    {
      forget (self, op);
      return_not_signed_in (task);
      return;
    }
  if (!nb_session_cache_put (self->sessions, op->session, op->read_at, op->seen_at))
    {
      return_not_signed_in (task);
      return;
    }
  touch_if_due (self, nb_session_cache_lookup (self->sessions, op->token_hash));
  g_task_return_boolean (task, TRUE);
}

void
nb_accounts_find_session_async (NbAccounts *self, const char *token, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  NbCachedSession *entry;
  Find *op;

  g_task_set_source_tag (task, nb_accounts_find_session_async);
  if (!nb_token_is_valid (token))
    {
      return_not_signed_in (task);
      return;
    }
  op = g_new0 (Find, 1);
  g_task_set_task_data (task, op, find_free);
  op->token = g_strdup (token);
  nb_token_hash (token, op->token_hash);
  op->read_at = g_get_monotonic_time ();
  op->session = peek (self, op->token_hash);
  entry = nb_session_cache_lookup (self->sessions, op->token_hash);
  if (op->session != NULL)
    g_task_return_boolean (task, TRUE);
  else if (entry != NULL && entry->has_ended)
    return_not_signed_in (task);
  else
    nb_store_read_async (self->store, find_session, op, NULL, NULL, find_session_cb, g_steal_pointer (&task));
}

NbSession *
nb_accounts_find_session_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  Find *op = g_task_get_task_data (G_TASK (result));

  return g_task_propagate_boolean (G_TASK (result), error) ? nb_session_ref (op->session) : NULL;
}

static gboolean
delete_session (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbSession *session = user_data;

  return nb_account_sql_delete_session (transaction, session->id, error);
}

static void
delete_session_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbAccounts *self = g_task_get_source_object (task);
  NbSession *session = g_task_get_task_data (task);
  GError *error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  nb_session_cache_end (self->sessions, session);
  nb_accounts_emit_session_ended (self, session->id);
  g_task_return_boolean (task, TRUE);
}

static void
unref_session (gpointer data)
{
  nb_session_unref (data);
}

void
nb_accounts_sign_out_async (NbAccounts *self, NbSession *session, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, nb_accounts_sign_out_async);
  g_task_set_task_data (task, nb_session_ref (session), unref_session);
  nb_store_transact_async (self->store, delete_session, session, NULL, NULL, delete_session_cb, task);
}

gboolean
nb_accounts_sign_out_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
