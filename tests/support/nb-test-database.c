/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Temporary databases. Core's tables come from data/sql, as they do for the host. */
#include "tests/support/nb-test-database.h"

#include "tests/support/nb-test-cluster.h"

#include <glib/gstdio.h>
#include <libpq-fe.h>
#include <sqlite3.h>

struct _NbTestDatabase
{
  NbTestDatabaseKind kind;
  char *folder;
  char *name; /* PostgreSQL: of the database */
  char *url;
};

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) listing = g_dir_open (path, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

NbTestDatabase *
nb_test_database_new (NbTestDatabaseKind kind)
{
  static gint count;
  NbTestDatabase *self = g_new0 (NbTestDatabase, 1);
  g_autoptr (GError) error = NULL;

  self->kind = kind;
  self->folder = g_dir_make_tmp ("neighborbid-test-XXXXXX", &error);
  g_assert_no_error (error);
  if (kind == NB_TEST_SQLITE)
    self->url = g_strdup_printf ("sqlite:%s/test.sqlite", self->folder);
  else
    {
      g_autofree char *create = NULL;

      self->name = g_strdup_printf ("test%d", g_atomic_int_add (&count, 1));
      create = g_strdup_printf ("CREATE DATABASE %s", self->name);
      g_free (nb_test_cluster_run ("postgres", create));
      self->url = g_strdup_printf ("postgresql:///%s?host=%s&user=postgres", self->name, nb_test_cluster_get_socket ());
    }
  return self;
}

void
nb_test_database_free (NbTestDatabase *self)
{
  if (self->kind == NB_TEST_POSTGRESQL && nb_test_cluster_is_running ())
    {
      g_autofree char *drop = g_strdup_printf ("DROP DATABASE %s WITH (FORCE)", self->name);
      g_free (nb_test_cluster_run ("postgres", drop));
    }
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->name);
  g_free (self->url);
  g_free (self);
}

const char *
nb_test_database_get_url (NbTestDatabase *self)
{
  return self->url;
}

const char *
nb_test_database_get_folder (NbTestDatabase *self)
{
  return self->folder;
}

const char *
nb_test_database_kind_name (NbTestDatabaseKind kind)
{
  return kind == NB_TEST_SQLITE ? "sqlite" : "postgresql";
}

NbStore *
nb_test_store_new_full (NbTestDatabase *self, const NbStoreOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql
      = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR") ? g_getenv ("NB_TEST_SOURCE_DIR") : ".", "data", "sql", NULL);
  NbStore *store = nb_store_new (self->url, options, &error);

  g_assert_no_error (error);
  nb_store_migrate (store, "core", sql, FALSE, NULL, &error);
  g_assert_no_error (error);
  nb_store_start (store, &error);
  g_assert_no_error (error);
  return store;
}

NbStore *
nb_test_store_new (NbTestDatabase *self)
{
  return nb_test_store_new_full (self, NULL);
}

static int
keep_first (void *user_data, int n_columns, char **values, char **names)
{
  char **first = user_data;

  if (*first == NULL && n_columns > 0)
    *first = g_strdup (values[0]);
  return 0;
}

static char *
run_sqlite (NbTestDatabase *self, const char *sql)
{
  sqlite3 *handle = NULL;
  char *first = NULL;
  char *reason = NULL;

  if (sqlite3_open (self->url + strlen ("sqlite:"), &handle) != SQLITE_OK)
    g_error ("can't open %s", self->url);
  sqlite3_busy_timeout (handle, 60000);
  if (sqlite3_exec (handle, sql, keep_first, &first, &reason) != SQLITE_OK)
    g_error ("%s: %s", sql, reason);
  sqlite3_close (handle);
  return first;
}

char *
nb_test_database_run (NbTestDatabase *self, const char *sql)
{
  return self->kind == NB_TEST_SQLITE ? run_sqlite (self, sql) : nb_test_cluster_run (self->name, sql);
}

guint
nb_test_database_kill_backends (NbTestDatabase *self)
{
  g_autofree char *sql = NULL;
  g_autofree char *count = NULL;

  g_assert_cmpint (self->kind, ==, NB_TEST_POSTGRESQL);
  sql = g_strdup_printf ("SELECT count(pg_terminate_backend (pid, 60000)) FROM pg_stat_activity WHERE datname = '%s'",
                         self->name);
  count = nb_test_cluster_run ("postgres", sql);
  return (guint)g_ascii_strtoull (count, NULL, 10);
}

void
nb_test_database_stop_at_once (NbTestDatabase *self)
{
  g_assert_cmpint (self->kind, ==, NB_TEST_POSTGRESQL);
  nb_test_cluster_stop_at_once ();
}

void
nb_test_database_start_again (NbTestDatabase *self)
{
  g_assert_cmpint (self->kind, ==, NB_TEST_POSTGRESQL);
  nb_test_cluster_start_again ();
}

void
nb_test_database_shut_down (void)
{
  nb_test_cluster_shut_down ();
}
