/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin's migrations are applied before it starts, or it doesn't start. */
#include "tests/support/nb-test-database.h"
#include "tests/unit/plugin/nb-plugin-fixture.h"

#define CREATE "CREATE TABLE shelf (id INTEGER PRIMARY KEY, height INTEGER NOT NULL);\n"

/* Loads the plugin `shelf` in a host on a store of its own, which isn't started yet. */
static NbPluginHost *
load (NbPluginFixture *fixture, NbTestDatabase *database, const char *sql, NbStore **store)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "shelf", "promises", "");
  nb_plugin_fixture_write (fixture, "shelf/migrations/001-shelf.sql", sql);
  *store = nb_store_new (nb_test_database_get_url (database), NULL, &error);
  g_assert_no_error (error);
  NbPluginHost *host = nb_plugin_host_new (fixture->registry, *store);
  g_assert_true (nb_plugin_host_add_folder (host, fixture->folder, NB_PLUGIN_REQUIRED, &error));
  g_assert_true (nb_plugin_host_load (host, NULL, &error));
  g_assert_true (nb_plugin_host_configure (host, NULL, fixture->faults));
  return host;
}

static void
test_applied (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestDatabase) database = nb_test_database_new (NB_TEST_SQLITE);
  g_autoptr (NbStore) store = NULL;
  g_autoptr (NbPluginHost) host = load (fixture, database, CREATE, &store);
  g_autoptr (GError) error = NULL;

  g_assert_true (nb_plugin_host_migrate (host, TRUE, &error));
  g_assert_true (nb_plugin_host_start (host, &error));
  g_autofree char *n = nb_test_database_run (database, "SELECT count(*) FROM shelf");
  g_assert_cmpstr (n, ==, "0");
  /* What is applied is accepted by a process that may not write. */
  g_assert_true (nb_plugin_host_migrate (host, FALSE, &error));
  g_assert_no_error (error);
}

static void
test_pending (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestDatabase) database = nb_test_database_new (NB_TEST_SQLITE);
  g_autoptr (NbStore) store = NULL;
  g_autoptr (NbPluginHost) host = load (fixture, database, CREATE, &store);
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_plugin_host_migrate (host, FALSE, &error));
  nb_plugin_fixture_assert_error (fixture, error,
                                  "shelf failed: its database migration 001-shelf is pending; 'neighborbid db migrate' "
                                  "applies what is pending");
}

static void
test_broken (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestDatabase) database = nb_test_database_new (NB_TEST_SQLITE);
  g_autoptr (NbStore) store = NULL;
  g_autoptr (NbPluginHost) host = load (fixture, database, "CREATE NONSENSE;\n", &store);
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_plugin_host_migrate (host, TRUE, &error));
  g_assert_true (g_str_has_prefix (error->message, "shelf failed: "));
  g_assert_false (nb_plugin_host_start (host, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  nb_plugin_fixture_test ("/plugin/migrations/applied-before-start", test_applied);
  nb_plugin_fixture_test ("/plugin/migrations/pending-is-refused", test_pending);
  nb_plugin_fixture_test ("/plugin/migrations/broken-is-told", test_broken);
  return g_test_run ();
}
