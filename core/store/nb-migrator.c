/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brings the schema of one component up to its files: one transaction each, under a lock, with nothing half done. */
#include "core/store/nb-migration-files.h"
#include "core/store/nb-store-object.h"

#include <string.h>

static const NbSql select_tables = {
  .sqlite = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
  .postgresql = "SELECT count(*) FROM pg_catalog.pg_tables "
                "WHERE tablename = 'schema_migrations' AND schemaname = current_schema ()",
  .columns = "x",
};

static const NbSql select_applied = {
  .sqlite
  = "SELECT number, name, checksum FROM schema_migrations WHERE component = ##component::string ORDER BY number",
  .columns = "xss",
};

static const NbSql insert_applied = {
  .sqlite = "INSERT INTO schema_migrations (component, number, name, checksum, applied_at) "
            "VALUES (##component::string, ##number::gint64, ##name::string, ##checksum::string, ##at::gint64)",
};

#define CREATE_TABLE                                                                                                   \
  "CREATE TABLE IF NOT EXISTS schema_migrations (component TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT "      \
  "NULL, "                                                                                                             \
  "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (component, number))"
#define LOCK "SELECT pg_advisory_xact_lock (7813046120034021)"

static void
free_migration (gpointer data)
{
  NbMigration *self = data;

  g_free (self->component);
  g_free (self->name);
  g_free (self);
}

static void
add_migration (GPtrArray *report, const char *component, int number, const char *name, int state)
{
  NbMigration *migration = g_new0 (NbMigration, 1);

  migration->component = g_strdup (component);
  migration->number = number;
  migration->name = g_strdup (name);
  migration->state = state;
  g_ptr_array_add (report, migration);
}

/* @rows: what the database has had, NULL for nothing */
static void
compare (const char *component, GPtrArray *files, const NbRows *rows, GPtrArray *report)
{
  gsize row = 0;
  gsize n_rows = rows != NULL ? nb_rows_get_n (rows) : 0;
  guint i = 0;

  while (i < files->len || row < n_rows)
    {
      const NbMigrationFile *file = i < files->len ? g_ptr_array_index (files, i) : NULL;
      int applied = row < n_rows ? (int)nb_rows_get_int (rows, row, 0) : G_MAXINT;

      if (file == NULL || applied < file->number)
        {
          add_migration (report, component, applied, nb_rows_get_text (rows, row, 1), NB_MIGRATION_UNKNOWN);
          row++;
        }
      else if (applied > file->number)
        {
          add_migration (report, component, file->number, file->name, NB_MIGRATION_PENDING);
          i++;
        }
      else
        {
          gboolean is_same = strcmp (nb_rows_get_text (rows, row, 2), file->checksum) == 0;

          add_migration (report, component, file->number, file->name,
                         is_same ? NB_MIGRATION_APPLIED : NB_MIGRATION_CHANGED);
          row++;
          i++;
        }
    }
}

static gboolean
check_report (GPtrArray *report, GError **error)
{
  const NbMigration *pending = NULL;

  for (guint i = 0; i < report->len; i++)
    {
      const NbMigration *one = g_ptr_array_index (report, i);

      if (one->state == NB_MIGRATION_CHANGED)
        g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_MIGRATION,
                     "%s: migration %s was changed after it had been applied", one->component, one->name);
      else if (one->state == NB_MIGRATION_UNKNOWN)
        g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_MIGRATION,
                     "%s: the database is newer than this program: it has migration %s", one->component, one->name);
      else if (one->state == NB_MIGRATION_APPLIED && pending != NULL)
        g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_MIGRATION, "%s: migration %s can't be applied after %s was",
                     one->component, pending->name, one->name);
      else
        {
          pending = one->state == NB_MIGRATION_PENDING ? one : pending;
          continue;
        }
      return FALSE;
    }
  return TRUE;
}

/* Compares the files with the database. Returns: (transfer full) (nullable): the report */
static GPtrArray *
inspect (NbConnection *connection, const char *component, GPtrArray *files, GError **error)
{
  g_autoptr (GPtrArray) report = g_ptr_array_new_with_free_func (free_migration);
  g_autoptr (NbRows) tables = nb_connection_query (connection, &select_tables, NB_NO_PARAMS, error);
  g_autoptr (NbRows) rows = NULL;

  if (tables == NULL)
    return NULL;
  if (nb_rows_get_int (tables, 0, 0) > 0)
    {
      rows = nb_connection_query (connection, &select_applied, NB_PARAMS (NB_TEXT (component)), error);
      if (rows == NULL)
        return NULL;
    }
  compare (component, files, rows, report);
  return g_steal_pointer (&report);
}

static gboolean
lock_schema (NbConnection *connection, GError **error)
{
  const NbBackend *backend = connection->backend;

  return backend->begin (connection, FALSE, error) && (backend->is_sqlite || backend->run (connection, LOCK, error))
         && backend->run (connection, CREATE_TABLE, error);
}

static gboolean
apply (NbConnection *connection, const char *component, const NbMigrationFile *file, GError **error)
{
  if (!connection->backend->run_script (connection, file->script, error))
    {
      g_prefix_error (error, "%s: migration %s: ", component, file->name);
      return FALSE;
    }
  return nb_connection_execute (connection, &insert_applied,
                                NB_PARAMS (NB_TEXT (component), NB_INT (file->number), NB_TEXT (file->name),
                                           NB_TEXT (file->checksum), NB_INT (connection->now)),
                                error)
         == 1;
}

/* Applies the first migration that is missing, in a transaction that another process waits for. */
static gboolean
apply_next (NbConnection *connection, const char *component, GPtrArray *files, gboolean *is_done, GError **error)
{
  g_autoptr (GPtrArray) report = NULL;
  const NbMigrationFile *next = NULL;

  if (!lock_schema (connection, error))
    return FALSE;
  report = inspect (connection, component, files, error);
  if (report == NULL || !check_report (report, error))
    return FALSE;
  for (guint i = 0; i < report->len && next == NULL; i++)
    if (((NbMigration *)g_ptr_array_index (report, i))->state == NB_MIGRATION_PENDING)
      next = g_ptr_array_index (files, i);
  *is_done = next == NULL;
  if (next != NULL && !apply (connection, component, next, error))
    return FALSE;
  return connection->backend->run (connection, "COMMIT", error);
}

static NbConnection *
connect (NbStore *self, gboolean dry_run, GError **error)
{
  return nb_connection_open (self->shared.backend, self->shared.target, dry_run ? NB_OPEN_INSPECTOR : NB_OPEN_MIGRATOR,
                             NULL, error);
}

static gboolean
apply_all (NbStore *self, const char *component, GPtrArray *files, GError **error)
{
  g_autoptr (NbConnection) connection = connect (self, FALSE, error);
  gboolean is_done = FALSE;

  if (connection == NULL)
    return FALSE;
  while (!is_done)
    if (!apply_next (connection, component, files, &is_done, error))
      {
        if (connection->backend->is_in_transaction (connection))
          connection->backend->run (connection, "ROLLBACK", NULL);
        return FALSE;
      }
  return TRUE;
}

static GPtrArray *
inspect_all (NbStore *self, const char *component, GPtrArray *files, GError **error)
{
  g_autoptr (NbConnection) connection = NULL;
  gboolean is_sqlite = self->shared.backend->is_sqlite;

  /* Looking must not make the file. */
  if (is_sqlite && !g_file_test (self->shared.target, G_FILE_TEST_EXISTS))
    {
      GPtrArray *report = g_ptr_array_new_with_free_func (free_migration);
      compare (component, files, NULL, report);
      return report;
    }
  connection = connect (self, TRUE, error);
  return connection != NULL ? inspect (connection, component, files, error) : NULL;
}

gboolean
nb_store_migrate (NbStore *self, const char *component, const char *dir, gboolean dry_run, GPtrArray **report,
                  GError **error)
{
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) found = NULL;
  gboolean is_right;

  g_return_val_if_fail (NB_IS_STORE (self), FALSE);
  g_return_val_if_fail (component != NULL && dir != NULL, FALSE);

  if (report != NULL)
    *report = NULL;
  files = nb_migration_files_read (dir, self->shared.backend->is_sqlite, error);
  if (files == NULL || (!dry_run && !apply_all (self, component, files, error)))
    return FALSE;
  found = inspect_all (self, component, files, error);
  if (found == NULL)
    return FALSE;
  is_right = check_report (found, error);
  if (report != NULL)
    *report = g_steal_pointer (&found);
  return is_right;
}
