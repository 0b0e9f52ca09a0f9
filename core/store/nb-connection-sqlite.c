/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQLite: one file in WAL mode that is synced at every commit, one writer at a time. */
#include "core/store/nb-connection.h"
#include "core/store/nb-rows-private.h"
#include "core/store/nb-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 1000

/* How libgda's private data begin. */
typedef struct
{
  GdaConnection *connection;
  sqlite3 *handle;
} ProviderData;

static GdaConnection *
open_file (const char *target, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (target);
  g_autofree char *name = g_path_get_basename (target);
  g_autofree char *dir_coded = gda_rfc1738_encode (dir);
  g_autofree char *name_coded = gda_rfc1738_encode (name);
  g_autofree char *string = g_strdup_printf ("DB_DIR=%s;DB_NAME=%s", dir_coded, name_coded);
  int file;

  /* libgda opens exactly this name only if there is such a file; and what it would make, everyone could read. */
  file = open (target, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    {
      int reason = errno;
      g_set_error (error, NB_STORE_ERROR, reason == ENOSPC ? NB_STORE_ERROR_FULL : NB_STORE_ERROR_LINK,
                   "can't open the database %s: %s", target, g_strerror (reason));
      return NULL;
    }
  close (file);
  return gda_connection_open_from_string ("SQLite", string, NULL, GDA_CONNECTION_OPTIONS_NONE, error);
}

static NbFailure
classify (NbConnection *self)
{
  switch (sqlite3_errcode (self->native) & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return NB_FAILURE_CONFLICT;
    case SQLITE_CONSTRAINT:
      return NB_FAILURE_CONSTRAINT;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return NB_FAILURE_FULL;
    default:
      return NB_FAILURE_STATEMENT;
    }
}

static gboolean
run (NbConnection *self, const char *text, GError **error)
{
  if (sqlite3_exec (self->native, text, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return nb_connection_fail (self, classify (self), sqlite3_errmsg (self->native), error);
}

/* The handle is where we look for it only if it says that it has our file open. */
static gboolean
find_handle (NbConnection *self, const char *target, GError **error)
{
  ProviderData *data = nb_connection_get_provider_data (self, error);
  g_autofree char *wanted = g_path_get_basename (target);
  g_autofree char *found = NULL;

  if (data == NULL)
    return FALSE;
  if (data->connection == self->gda)
    found = g_path_get_basename (sqlite3_db_filename (data->handle, "main"));
  if (g_strcmp0 (found, wanted) != 0)
    return nb_connection_fail (self, NB_FAILURE_STATEMENT, "libgda's SQLite provider has another layout than expected",
                               error);
  self->native = data->handle;
  return TRUE;
}

static gboolean
attach (NbConnection *self, const char *target, NbOpenMode mode, GError **error)
{
  if (!find_handle (self, target, error))
    return FALSE;
  sqlite3_busy_timeout (self->native, BUSY_TIMEOUT_MS);
  if (mode != NB_OPEN_INSPECTOR && !run (self, "PRAGMA journal_mode = WAL", error))
    return FALSE;
  if (!run (self, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY", error))
    return FALSE;
  return mode == NB_OPEN_WRITER || mode == NB_OPEN_MIGRATOR || run (self, "PRAGMA query_only = ON", error);
}

static gboolean
begin (NbConnection *self, gboolean is_read, GError **error)
{
  self->now = g_get_real_time ();
  return run (self, is_read ? "BEGIN" : "BEGIN IMMEDIATE", error);
}

static gboolean
is_in_transaction (NbConnection *self)
{
  return !sqlite3_get_autocommit (self->native);
}

static gboolean
is_alive (NbConnection *self)
{
  return TRUE;
}

static gboolean
copy_cell (NbRows *rows, GdaDataModel *model, int row, int column, GError **error)
{
  const GValue *value = gda_data_model_get_value_at (model, column, row, error);

  if (value == NULL)
    return FALSE;
  if (GDA_VALUE_HOLDS_NULL (value))
    nb_rows_add_null (rows);
  else if (G_VALUE_HOLDS_INT64 (value))
    nb_rows_add_int (rows, g_value_get_int64 (value));
  else
    nb_rows_add_text (rows, g_value_get_string (value), strlen (g_value_get_string (value)));
  return TRUE;
}

static NbRows *
copy_rows (NbConnection *self, GdaDataModel *model, const char *columns, GError **error)
{
  int n_rows = gda_data_model_get_n_rows (model);
  int n_columns = gda_data_model_get_n_columns (model);
  g_autoptr (NbRows) rows = nb_rows_new (columns, (gsize)MAX (n_rows, 0));
  g_autoptr (GError) inner = NULL;

  if (n_columns != (int)strlen (columns))
    {
      g_critical ("a statement answered %d columns, not “%s”", n_columns, columns);
      nb_connection_fail (self, NB_FAILURE_STATEMENT, "other columns than the statement names", error);
      return NULL;
    }
  for (int i = 0; i < n_rows * n_columns; i++)
    if (!copy_cell (rows, model, i / n_columns, i % n_columns, &inner))
      {
        nb_connection_fail (self, classify (self), inner != NULL ? inner->message : "a row can't be read", error);
        return NULL;
      }
  /* libgda ends the rows at the first failure and says nothing. */
  if (n_rows < 0 || (classify (self) != NB_FAILURE_STATEMENT))
    {
      nb_connection_fail (self, classify (self), sqlite3_errmsg (self->native), error);
      return NULL;
    }
  return g_steal_pointer (&rows);
}

static int
refuse_transactions (gpointer user_data, int action, const char *first, const char *second, const char *database,
                     const char *trigger)
{
  return action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT || action == SQLITE_ATTACH
                 || action == SQLITE_DETACH
             ? SQLITE_DENY
             : SQLITE_OK;
}

static gboolean
run_script (NbConnection *self, const char *script, GError **error)
{
  gboolean is_run;

  sqlite3_set_authorizer (self->native, refuse_transactions, NULL);
  is_run = run (self, script, error);
  sqlite3_set_authorizer (self->native, NULL, NULL);
  return is_run;
}

const NbBackend nb_backend_sqlite = {
  .is_sqlite = TRUE,
  .open = open_file,
  .attach = attach,
  .begin = begin,
  .run = run,
  .is_in_transaction = is_in_transaction,
  .is_alive = is_alive,
  .classify = classify,
  .copy_rows = copy_rows,
  .run_script = run_script,
};
