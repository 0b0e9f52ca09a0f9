/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PostgreSQL: writers at READ COMMITTED, readers in one snapshot, and a commit's outcome that can be asked for later.
 */
#include "core/store/nb-pq-guard.h"
#include "core/store/nb-pq-pipeline.h"
#include "core/store/nb-rows-private.h"
#include "core/store/nb-statement.h"
#include "core/store/nb-store-private.h"

#include <string.h>

#define CLOCK "(extract (epoch FROM clock_timestamp ()) * 1000000)::bigint"

/* Leaves a mark that is committed with the transaction, so that one can look whether it was: one row for each link. */
#define PREPARE_BEGIN                                                                                                  \
  "PREPARE nb_begin (bigint, bigint) AS WITH m AS (INSERT INTO commit_marks (link_id, mark) VALUES ($1, $2) "          \
  "ON CONFLICT (link_id) DO UPDATE SET mark = excluded.mark) SELECT " CLOCK

/* Types by their numbers in pg_type, which never change. */
enum
{
  TYPE_INT8 = 20,
  TYPE_INT2 = 21,
  TYPE_INT4 = 23
};

/* How libgda's private data begin. */
typedef struct
{
  gpointer reusable;
  GdaConnection *connection;
  PGconn *handle;
} ProviderData;

static GdaConnection *
open_link (const char *target, GError **error)
{
  guint64 calls = nb_pq_guard_get_calls ();
  GdaConnection *connection;
  g_autoptr (GError) inner = NULL;

  nb_pq_guard_enter ();
  nb_pq_guard_set_conninfo (target);
  connection = gda_connection_open_from_string ("PostgreSQL", "DB_NAME=neighborbid", NULL, GDA_CONNECTION_OPTIONS_NONE,
                                                &inner);
  nb_pq_guard_set_conninfo (NULL);
  nb_pq_guard_leave ();
  if (connection == NULL)
    g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_LINK, "can't reach the database: %s",
                 inner != NULL ? g_strchomp (inner->message) : "no reason given");
  else if (nb_pq_guard_get_calls () == calls)
    {
      g_clear_object (&connection);
      g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT, "libpq is called past the store's guard");
    }
  return connection;
}

static NbFailure
classify (NbConnection *self)
{
  return nb_pq_classify (self->native, nb_pq_guard_get_sqlstate ());
}

static gboolean
run (NbConnection *self, const char *text, GError **error)
{
  PGresult *result = PQexec (self->native, text);
  gboolean is_run = nb_pq_check_result (self, result, error);

  /* COMMIT of a transaction that has failed answers ROLLBACK, and calls that a success. */
  if (is_run && strcmp (text, "COMMIT") == 0 && strcmp (PQcmdStatus (result), "COMMIT") != 0)
    is_run = nb_connection_fail (self, NB_FAILURE_STATEMENT, "the database rolled back", error);
  PQclear (result);
  return is_run;
}

static gboolean
find_handle (NbConnection *self, GError **error)
{
  ProviderData *data = nb_connection_get_provider_data (self, error);

  if (data == NULL)
    return FALSE;
  if (data->connection != self->gda || PQstatus (data->handle) != CONNECTION_OK)
    return nb_connection_fail (self, NB_FAILURE_STATEMENT,
                               "libgda's PostgreSQL provider has another layout than expected", error);
  self->native = data->handle;
  return TRUE;
}

static void
drop_notice (gpointer user_data, const char *message)
{
  g_debug ("PostgreSQL: %s", message);
}

/* A peer that stands still inside a transaction must not hold its locks for ever; an answer means a synced commit. */
static gboolean
attach (NbConnection *self, const char *target, NbOpenMode mode, GError **error)
{
  g_autofree char *text = g_strdup_printf (
      "SET standard_conforming_strings = on; SET idle_in_transaction_session_timeout = '30s'; "
      "SET lock_timeout = '5s'; SET jit = off; "
      "SELECT set_config ('synchronous_commit', 'on', false) WHERE current_setting ('synchronous_commit') = 'off'; "
      "SELECT pg_advisory_lock_shared (" NB_ID_NODE_LOCKS ", %u)",
      nb_id_get_node ());

  if (!find_handle (self, error))
    return FALSE;
  PQsetNoticeProcessor (self->native, drop_notice, NULL);
  if (!run (self, text, error))
    return FALSE;
  if (mode != NB_OPEN_WRITER)
    return TRUE;
  self->link_id = nb_id_new ();
  return run (self, PREPARE_BEGIN, error);
}

/* The clock, and the mark of a writing transaction, go with BEGIN: no round trip of their own. */
static char *
make_begin (NbConnection *self, gboolean is_read)
{
  if (is_read)
    return g_strdup ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT " CLOCK);
  if (self->link_id == 0)
    return g_strdup ("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT " CLOCK);
  self->mark = nb_id_new ();
  return g_strdup_printf ("BEGIN ISOLATION LEVEL READ COMMITTED; "
                          "EXECUTE nb_begin (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")",
                          self->link_id, self->mark);
}

static gboolean
begin (NbConnection *self, gboolean is_read, GError **error)
{
  g_autofree char *text = make_begin (self, is_read);
  gint64 before = g_get_monotonic_time ();
  PGresult *result = PQexec (self->native, text);
  gint64 after = g_get_monotonic_time ();
  gboolean is_begun = nb_pq_check_result (self, result, error);

  if (is_begun)
    {
      self->now = g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10);
      self->clock_offset = self->now - (before + after) / 2;
      self->clock_doubt = after - before;
    }
  PQclear (result);
  return is_begun;
}

static gboolean
is_in_transaction (NbConnection *self)
{
  PGTransactionStatusType status = PQtransactionStatus (self->native);

  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static gboolean
is_alive (NbConnection *self)
{
  return PQstatus (self->native) == CONNECTION_OK;
}

static gboolean
check_columns (NbConnection *self, const PGresult *result, const char *columns, GError **error)
{
  if (result == NULL || PQnfields (result) != (int)strlen (columns))
    {
      g_critical ("a statement answered %d columns, not “%s”", result != NULL ? PQnfields (result) : 0, columns);
      return nb_connection_fail (self, NB_FAILURE_STATEMENT, "other columns than the statement names", error);
    }
  for (int i = 0; columns[i] != '\0'; i++)
    {
      Oid type = PQftype (result, i);
      gboolean is_int = type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2;

      if (columns[i] == 'x' && !is_int)
        {
          g_critical ("column “%s” is no integer: cast it (a sum of bigint is numeric)", PQfname (result, i));
          return nb_connection_fail (self, NB_FAILURE_STATEMENT, "a column is no integer", error);
        }
    }
  return TRUE;
}

/* Reads libpq's own answer, which the guard has seen: libgda would make a GValue of every cell. */
static NbRows *
copy_rows (NbConnection *self, const char *columns, GError **error)
{
  const PGresult *result = nb_pq_guard_get_result ();
  NbRows *rows;

  if (!check_columns (self, result, columns, error))
    return NULL;
  rows = nb_rows_new (columns, (gsize)PQntuples (result));
  for (int row = 0; row < PQntuples (result); row++)
    for (int column = 0; columns[column] != '\0'; column++)
      if (PQgetisnull (result, row, column))
        nb_rows_add_null (rows);
      else if (columns[column] == 'x')
        nb_rows_add_int (rows, g_ascii_strtoll (PQgetvalue (result, row, column), NULL, 10));
      else
        nb_rows_add_text (rows, PQgetvalue (result, row, column), (gsize)PQgetlength (result, row, column));
  return rows;
}

static NbRows *
query (NbConnection *self, NbStatement *statement, GError **error)
{
  g_autoptr (GError) inner = NULL;
  GdaDataModel *model;
  NbRows *rows = NULL;

  if (!nb_statement_fill_set (statement, &inner))
    {
      nb_connection_fail (self, NB_FAILURE_STATEMENT, inner->message, error);
      return NULL;
    }
  nb_connection_enter (self, statement);
  model = gda_connection_statement_execute_select_full (self->gda, statement->statement, statement->set,
                                                        GDA_STATEMENT_MODEL_RANDOM_ACCESS, statement->types, &inner);
  if (model == NULL)
    nb_connection_fail_from_gda (self, inner, error);
  else
    rows = copy_rows (self, statement->sql->columns, error);
  g_clear_object (&model);
  nb_connection_leave (self);
  return rows;
}

static gint64
execute (NbConnection *self, NbStatement *statement, GError **error)
{
  g_autoptr (GError) inner = NULL;
  int touched;

  if (!nb_statement_fill_set (statement, &inner))
    {
      nb_connection_fail (self, NB_FAILURE_STATEMENT, inner->message, error);
      return -1;
    }
  nb_connection_enter (self, statement);
  touched = gda_connection_statement_execute_non_select (self->gda, statement->statement, statement->set, NULL, &inner);
  if (inner != NULL || touched == -1)
    nb_connection_fail_from_gda (self, inner, error);
  nb_connection_leave (self);
  /* libgda says -2 where the database tells no number. */
  return self->failure != NB_FAILURE_NONE ? -1 : MAX (touched, 0);
}

/* A script that ended the transaction would be half done when a later statement fails, so it is refused before it runs.
 */
static gboolean
run_script (NbConnection *self, const char *script, GError **error)
{
  if (g_regex_match_simple (
          "^\\s*(COMMIT|ROLLBACK|ABORT|BEGIN|END\\s+(WORK|TRANSACTION)|START\\s+TRANSACTION|SAVEPOINT)"
          "(\\s+\\w+)*\\s*;",
          script, G_REGEX_CASELESS | G_REGEX_MULTILINE, 0))
    return nb_connection_fail (self, NB_FAILURE_STATEMENT, "a script must not begin or end transactions", error);
  if (!run (self, script, error))
    return FALSE;
  return is_in_transaction (self)
         || nb_connection_fail (self, NB_FAILURE_STATEMENT, "a script must not begin or end transactions", error);
}

/* Not pg_xact_status(): after a crash the server may give a transaction's number to another one.
 *
 * The row of the lost link is written, and the writing rolled back: that waits until the lost transaction has ended,
 * also when it was the first to write the row, and then answers with the mark of the last one that was committed. */
static NbOutcome
look_up (NbConnection *self, gint64 link_id, gint64 mark)
{
  g_autofree char *text
      = g_strdup_printf ("BEGIN; INSERT INTO commit_marks (link_id, mark) VALUES (%" G_GINT64_FORMAT ", 0) "
                         "ON CONFLICT (link_id) DO UPDATE SET mark = commit_marks.mark RETURNING mark",
                         link_id);
  PGresult *result = PQexec (self->native, text);
  NbOutcome outcome = NB_OUTCOME_UNKNOWN;

  if (PQresultStatus (result) == PGRES_TUPLES_OK && PQntuples (result) == 1)
    outcome
        = g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10) == mark ? NB_OUTCOME_COMMITTED : NB_OUTCOME_ROLLED_BACK;
  PQclear (result);
  PQclear (PQexec (self->native, "ROLLBACK"));
  return outcome;
}

const NbBackend nb_backend_postgresql = {
  .is_sqlite = FALSE,
  .open = open_link,
  .attach = attach,
  .begin = begin,
  .run = run,
  .is_in_transaction = is_in_transaction,
  .is_alive = is_alive,
  .classify = classify,
  .query = query,
  .execute = execute,
  .defer = nb_pq_pipeline_add,
  .settle = nb_pq_pipeline_run,
  .run_script = run_script,
  .look_up = look_up,
};
