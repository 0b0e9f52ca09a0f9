/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that are used without requests: which of many have ended, and marking one as used. */
#include "core/account/nb-account-sql.h"
#include "core/account/nb-accounts-private.h"
#include "core/store/nb-store-private.h"

/* As often as requests mark theirs; see nb-accounts-sessions.c. */
#define TOUCH_INTERVAL (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

typedef struct
{
  GArray *sessions; /* of gint64 */
  gint64 idle;
  char *list;        /* the same as the database takes it */
  GHashTable *alive; /* of gint64 in `sessions` */
} Sweep;

typedef struct
{
  gint64 session;
  gint64 now;
} Use;

static void
sweep_free (gpointer data)
{
  Sweep *op = data;

  g_array_unref (op->sessions);
  g_hash_table_unref (op->alive);
  g_free (op->list);
  g_free (op);
}

static char *
format_list (NbAccounts *self, const GArray *sessions)
{
  const gboolean is_sqlite = nb_store_is_sqlite (self->store);
  GString *text = g_string_new (is_sqlite ? "[" : "{");

  for (guint i = 0; i < sessions->len; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", g_array_index (sessions, gint64, i));
  g_string_append_c (text, is_sqlite ? ']' : '}');
  return g_string_free (text, FALSE);
}

static gboolean
find_alive (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql sql
      = { "SELECT s.id FROM sessions AS s JOIN people AS p ON p.id = s.person_id "
          "WHERE s.id IN (SELECT value FROM json_each (##ids::string)) AND s.expires_at > ##now::gint64 "
          "AND s.seen_at > ##idle::gint64 AND p.is_suspended = 0",
          "SELECT s.id FROM sessions AS s JOIN people AS p ON p.id = s.person_id "
          "WHERE s.id = ANY (CAST (##ids::string AS bigint[])) AND s.expires_at > ##now::gint64 "
          "AND s.seen_at > ##idle::gint64 AND p.is_suspended = 0",
          "x" };
  Sweep *op = user_data;
  const gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRows) rows = nb_transaction_query (
      transaction, &sql, NB_PARAMS (NB_TEXT (op->list), NB_INT (now), NB_INT (now - op->idle)), error);

  if (rows == NULL)
    return FALSE;
  g_hash_table_remove_all (op->alive);
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      gint64 *id = g_new (gint64, 1);

      *id = nb_rows_get_int (rows, i, 0);
      g_hash_table_add (op->alive, id);
    }
  return TRUE;
}

static void
find_alive_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
nb_accounts_find_ended_async (NbAccounts *self, GArray *sessions, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Sweep *op = g_new0 (Sweep, 1);

  g_task_set_source_tag (task, nb_accounts_find_ended_async);
  g_task_set_task_data (task, op, sweep_free);
  op->sessions = g_array_ref (sessions);
  op->idle = self->options.idle;
  op->list = format_list (self, sessions);
  op->alive = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  nb_store_read_async (self->store, find_alive, op, NULL, NULL, find_alive_cb, task);
}

GArray *
nb_accounts_find_ended_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  const Sweep *op = g_task_get_task_data (G_TASK (result));
  GArray *ended;

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  ended = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < op->sessions->len; i++)
    if (!g_hash_table_contains (op->alive, &g_array_index (op->sessions, gint64, i)))
      g_array_append_val (ended, g_array_index (op->sessions, gint64, i));
  return ended;
}

static gboolean
mark_used (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Use *use = user_data;

  return nb_account_sql_touch_session (transaction, use->session, use->now, error);
}

/* A mark that is lost only shortens the idle time, so nobody waits for it. */
static void
mark_used_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    g_debug ("session not marked as used: %s", error->message);
}

void
nb_accounts_use_session (NbAccounts *self, gint64 session, gint64 *used_at)
{
  const gint64 now = nb_store_now (self->store);
  Use *use;

  if (now - *used_at < MIN (TOUCH_INTERVAL, self->options.idle / 2))
    return;
  *used_at = now;
  use = g_new (Use, 1);
  use->session = session;
  use->now = now;
  nb_store_transact_async (self->store, mark_used, use, g_free, NULL, mark_used_cb, NULL);
}
