/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions in the database, under the hashes of their tokens. */
#include <glib/gi18n.h>

#include "core/account/nb-account-sql.h"

/* More signed-in devices than this, and the oldest ones are signed out. */
#define MAX_SESSIONS G_GINT64_CONSTANT (50)

static const NbSql drop_ended = { "DELETE FROM sessions WHERE expires_at <= ##now::gint64", NULL, NULL };
static const NbSql list_sessions
    = { "SELECT id FROM sessions WHERE person_id = ##person::gint64 ORDER BY id DESC", NULL, "x" };
static const NbSql drop_oldest
    = { "DELETE FROM sessions WHERE person_id = ##person::gint64 AND id <= ##id::gint64", NULL, NULL };
static const NbSql find_suspended = { "SELECT is_suspended FROM people WHERE id = ##person::gint64", NULL, "x" };
static const NbSql insert_session
    = { "INSERT INTO sessions (token_hash, id, person_id, created_at, seen_at, expires_at) "
        "VALUES (##hash::string, ##id::gint64, ##person::gint64, ##created::gint64, ##seen::gint64, ##end::gint64)",
        NULL, NULL };
static const NbSql find_session
    = { "SELECT s.id, s.seen_at, s.expires_at, p.id, p.username, p.nickname, p.region, p.language, p.roles, "
        "p.is_suspended, p.created_at FROM sessions AS s JOIN people AS p ON p.id = s.person_id "
        "WHERE s.token_hash = ##hash::string",
        NULL, "xxxxsssssxx" };
static const NbSql touch_session
    = { "UPDATE sessions SET seen_at = ##now::gint64 WHERE id = ##id::gint64 AND seen_at < ##than::gint64", NULL,
        NULL };
static const NbSql delete_session = { "DELETE FROM sessions WHERE id = ##id::gint64", NULL, NULL };

static gboolean
drop_surplus (NbTransaction *transaction, gint64 person, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &list_sessions, NB_PARAMS (NB_INT (person)), error);

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) < MAX_SESSIONS)
    return TRUE;
  return nb_transaction_execute (transaction, &drop_oldest,
                                 NB_PARAMS (NB_INT (person), NB_INT (nb_rows_get_int (rows, MAX_SESSIONS - 1, 0))),
                                 error)
         >= 0;
}

/* Someone suspended between this and the commit is found out when the session is looked up. */
static gboolean
check_not_suspended (NbTransaction *transaction, gint64 person, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &find_suspended, NB_PARAMS (NB_INT (person)), error);

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 1 && nb_rows_get_int (rows, 0, 0) == 0)
    return TRUE;
  nb_set_error (error, NB_ERROR_BLOCKED, N_ ("this account is suspended"), NULL);
  return FALSE;
}

gint64
nb_account_sql_insert_session (NbTransaction *transaction, gint64 person, const char *token, gint64 expires_at,
                               GError **error)
{
  gint64 now = nb_transaction_now (transaction);
  gint64 id = nb_id_new ();
  char hash[NB_TOKEN_LENGTH + 1];

  if (!check_not_suspended (transaction, person, error)
      || nb_transaction_execute (transaction, &drop_ended, NB_PARAMS (NB_INT (now)), error) < 0
      || !drop_surplus (transaction, person, error))
    return 0;
  nb_token_hash (token, hash);
  if (!nb_transaction_execute_exactly (
          transaction, 1, &insert_session,
          NB_PARAMS (NB_TEXT (hash), NB_INT (id), NB_INT (person), NB_INT (now), NB_INT (now), NB_INT (expires_at)),
          error))
    return 0;
  return id;
}

gboolean
nb_account_sql_find_session (NbTransaction *transaction, const char *token, NbSession **session, gint64 *seen_at,
                             GError **error)
{
  g_autoptr (NbAccount) account = NULL;
  g_autoptr (NbRows) rows = NULL;
  char hash[NB_TOKEN_LENGTH + 1];

  *session = NULL;
  nb_token_hash (token, hash);
  rows = nb_transaction_query (transaction, &find_session, NB_PARAMS (NB_TEXT (hash)), error);
  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    return TRUE;
  account = nb_account_new (nb_rows_get_int (rows, 0, 3), nb_rows_get_text (rows, 0, 4), nb_rows_get_text (rows, 0, 5),
                            nb_rows_get_text (rows, 0, 6), nb_rows_get_text (rows, 0, 7), nb_rows_get_text (rows, 0, 8),
                            nb_rows_get_int (rows, 0, 9) != 0, nb_rows_get_int (rows, 0, 10));
  *session = nb_session_new (nb_rows_get_int (rows, 0, 0), account, token, nb_rows_get_int (rows, 0, 2));
  *seen_at = nb_rows_get_int (rows, 0, 1);
  return TRUE;
}

gboolean
nb_account_sql_touch_session (NbTransaction *transaction, gint64 session, gint64 seen_at, GError **error)
{
  return nb_transaction_execute (transaction, &touch_session,
                                 NB_PARAMS (NB_INT (seen_at), NB_INT (session), NB_INT (seen_at)), error)
         >= 0;
}

gboolean
nb_account_sql_delete_session (NbTransaction *transaction, gint64 session, GError **error)
{
  return nb_transaction_execute (transaction, &delete_session, NB_PARAMS (NB_INT (session)), error) >= 0;
}

char *
nb_accounts_create_session (NbTransaction *transaction, gint64 person, const NbAccountsOptions *options, GError **error)
{
  g_autofree char *token = nb_token_new ();

  if (nb_account_sql_insert_session (transaction, person, token, nb_transaction_now (transaction) + options->absolute,
                                     error)
      == 0)
    return NULL;
  return g_steal_pointer (&token);
}
