/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Migrates the host's tables and the plugin's, and runs a test on both databases. */
#include "tests/unit/notify/notify-fixture.h"

static void
migrate (NbStore *store, const char *component, const char *const *path)
{
  g_autofree char *below = g_build_filenamev ((char **)path);
  g_autofree char *folder = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), below, NULL);
  g_autoptr (GError) error = NULL;

  nb_store_migrate (store, component, folder, FALSE, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (NotifyFixture *self, NbTestDatabaseKind kind, guint seconds)
{
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&self->loop, seconds);
  self->database = nb_test_database_new (kind);
  self->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  migrate (self->store, "core", (const char *const[]){ "data", "sql", NULL });
  migrate (self->store, "notify", (const char *const[]){ "plugins", "notify", "migrations", NULL });
  nb_store_start (self->store, &error);
  g_assert_no_error (error);
}

static void
tear_down (NotifyFixture *self)
{
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
}

void
notify_fixture_add_people (NotifyFixture *self, guint n_people)
{
  g_autoptr (GString) sql
      = g_string_new ("INSERT INTO people (id, username, nickname, password_hash, created_at) VALUES ");

  for (guint i = 1; i <= n_people; i++)
    g_string_append_printf (sql, "%s(%u, 'person%u', 'Person %u', 'x', 0)", i > 1 ? ", " : "", i, i, i);
  g_free (nb_test_database_run (self->database, sql->str));
}

gint64
notify_fixture_count (NotifyFixture *self, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (self->database, sql);

  return cell != NULL ? g_ascii_strtoll (cell, NULL, 10) : 0;
}

typedef struct
{
  NbTestDatabaseKind kind;
  guint seconds;
  void (*function) (NotifyFixture *fixture);
} Case;

static void
run_case (gconstpointer data)
{
  const Case *self = data;
  NotifyFixture fixture = { 0 };

  set_up (&fixture, self->kind, self->seconds);
  self->function (&fixture);
  tear_down (&fixture);
}

void
notify_fixture_add_test (const char *path, guint seconds, void (*function) (NotifyFixture *fixture))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, nb_test_database_kind_name (kind));
      Case *test = g_new (Case, 1);

      *test = (Case){ kind, seconds, function };
      g_test_add_data_func_full (full, test, run_case, g_free);
    }
}
