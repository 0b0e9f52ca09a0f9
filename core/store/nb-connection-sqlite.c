/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQLite: one file in WAL mode that is synced at every commit, one writer at a time. */
#include "core/store/nb-rows-private.h"
#include "core/store/nb-statement.h"
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

void
nb_sqlite_settle_process (void)
{
  static gsize is_settled = 0;

  if (!g_once_init_enter (&is_settled))
    return;
  /* Nobody asks SQLite how much memory it has, and counting takes a lock that all threads share at each allocation. */
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  g_once_init_leave (&is_settled, 1);
}

/* Makes the file if there is none: libgda opens exactly this name only if there is such a file, and what it would make,
 * everyone could read. One that is there is left alone: POSIX drops all locks that a process has on a file when it
 * closes any descriptor of it, and without SQLite's lock the next process to close the database takes the log away
 * under us. */
static gboolean
make_file (const char *target)
{
  static GMutex mutex; /* so that no link is opened between the making and the closing */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  int file = open (target, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (file < 0)
    return errno == EEXIST && access (target, R_OK | W_OK) == 0;
  close (file);
  return TRUE;
}

static GdaConnection *
open_file (const char *target, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (target);
  g_autofree char *name = g_path_get_basename (target);
  g_autofree char *dir_coded = gda_rfc1738_encode (dir);
  g_autofree char *name_coded = gda_rfc1738_encode (name);
  g_autofree char *string = g_strdup_printf ("DB_DIR=%s;DB_NAME=%s", dir_coded, name_coded);

  if (!make_file (target))
    {
      int reason = errno;
      g_set_error (error, NB_STORE_ERROR, reason == ENOSPC ? NB_STORE_ERROR_FULL : NB_STORE_ERROR_LINK,
                   "can't open the database %s: %s", target, g_strerror (reason));
      return NULL;
    }
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
  if (!run (self,
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = "
            "-65536; PRAGMA wal_autocheckpoint = 4000",
            error))
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

static void
finalize (gpointer data)
{
  sqlite3_finalize (data);
}

/* Statements run on SQLite's own cursor: libgda makes a GValue of every cell, and wraps each call in work that costs
 * more than a small statement. */
static sqlite3_stmt *
find_cursor (NbConnection *self, NbStatement *statement, GError **error)
{
  g_autofree char *text = NULL;
  sqlite3_stmt *cursor = NULL;

  if (statement->native != NULL)
    return statement->native;
  text = nb_statement_number_params (statement, statement->sql->sqlite);
  if (sqlite3_prepare_v3 (self->native, text, -1, SQLITE_PREPARE_PERSISTENT, &cursor, NULL) != SQLITE_OK)
    {
      nb_connection_fail (self, classify (self), sqlite3_errmsg (self->native), error);
      return NULL;
    }
  if (statement->sql->columns != NULL && sqlite3_column_count (cursor) != (int)strlen (statement->sql->columns))
    {
      g_critical ("statement «%s» answers %d columns, not “%s”", statement->sql->sqlite, sqlite3_column_count (cursor),
                  statement->sql->columns);
      sqlite3_finalize (cursor);
      nb_connection_fail (self, NB_FAILURE_STATEMENT, "other columns than the statement names", error);
      return NULL;
    }
  statement->native = cursor;
  statement->free_native = finalize;
  return cursor;
}

static void
bind_cursor (sqlite3_stmt *cursor, const NbStatement *statement)
{
  for (guint i = 0; i < statement->slots->len; i++)
    {
      const char *text = nb_statement_get_text (statement, i);

      if (text != NULL)
        sqlite3_bind_text (cursor, (int)i + 1, text, -1, SQLITE_STATIC);
      else
        sqlite3_bind_int64 (cursor, (int)i + 1, nb_statement_get_int (statement, i));
    }
}

static void
copy_row (NbRows *rows, sqlite3_stmt *cursor, const char *columns)
{
  for (int i = 0; columns[i] != '\0'; i++)
    if (sqlite3_column_type (cursor, i) == SQLITE_NULL)
      nb_rows_add_null (rows);
    else if (columns[i] == 'x')
      nb_rows_add_int (rows, sqlite3_column_int64 (cursor, i));
    else
      {
        const char *text = (const char *)sqlite3_column_text (cursor, i);
        nb_rows_add_text (rows, text, (gsize)sqlite3_column_bytes (cursor, i));
      }
}

static NbRows *
query (NbConnection *self, NbStatement *statement, GError **error)
{
  sqlite3_stmt *cursor = find_cursor (self, statement, error);
  g_autoptr (NbRows) rows = NULL;
  int state;

  if (cursor == NULL)
    return NULL;
  rows = nb_rows_new (statement->sql->columns, 0);
  bind_cursor (cursor, statement);
  while ((state = sqlite3_step (cursor)) == SQLITE_ROW)
    copy_row (rows, cursor, statement->sql->columns);
  if (state != SQLITE_DONE)
    nb_connection_fail (self, classify (self), sqlite3_errmsg (self->native), error);
  sqlite3_reset (cursor);
  sqlite3_clear_bindings (cursor);
  return state == SQLITE_DONE ? g_steal_pointer (&rows) : NULL;
}

static gint64
execute (NbConnection *self, NbStatement *statement, GError **error)
{
  sqlite3_stmt *cursor = find_cursor (self, statement, error);
  int before = sqlite3_total_changes (self->native);
  int state;

  if (cursor == NULL)
    return -1;
  bind_cursor (cursor, statement);
  do
    state = sqlite3_step (cursor);
  while (state == SQLITE_ROW);
  if (state != SQLITE_DONE)
    nb_connection_fail (self, classify (self), sqlite3_errmsg (self->native), error);
  sqlite3_reset (cursor);
  sqlite3_clear_bindings (cursor);
  if (state != SQLITE_DONE)
    return -1;
  /* What touches no rows by its nature leaves the number of the statement before it. */
  return sqlite3_total_changes (self->native) != before ? sqlite3_changes (self->native) : 0;
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
  .query = query,
  .execute = execute,
  .run_script = run_script,
};
