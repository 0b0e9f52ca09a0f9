/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the internal listener tells of a real server: readiness by its checks, and metrics that go with their plugin. */
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "tests/integration/bid-storm.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"

typedef struct
{
  NbTestDatabase *database;
  char *config;
  char *log;
  const char *flags[3];
} Fixture;

static void
write_config (Fixture *fixture, const char *more)
{
  const char *folder = nb_test_database_get_folder (fixture->database);
  g_autofree char *text
      = g_strdup_printf ("[server]\ndata-dir=%s/data\nlog=json\n[database]\nurl=%s\n[plugins]\npath=%s/more\n%s",
                         folder, nb_test_database_get_url (fixture->database), folder, more);

  g_assert_true (g_file_set_contents (fixture->config, text, -1, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *folder;
  g_autofree char *more = NULL;

  fixture->database = nb_test_database_new (NB_TEST_SQLITE);
  folder = nb_test_database_get_folder (fixture->database);
  fixture->config = g_build_filename (folder, "site.conf", NULL);
  fixture->log = g_build_filename (folder, "log", NULL);
  fixture->flags[0] = "-c";
  fixture->flags[1] = fixture->config;
  more = g_build_filename (folder, "more", NULL);
  g_assert_cmpint (g_mkdir_with_parents (more, 0700), ==, 0);
  write_config (fixture, "");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_test_database_free (fixture->database);
  g_free (fixture->config);
  g_free (fixture->log);
}

static guint
ask (NbTestSite *site, const char *path, char **answer)
{
  return bid_storm_call (site->internal_url, NULL, "GET", path, NULL, answer);
}

/* Returns: (transfer full): the answer of `/readyz?verbose`, which must have this @status */
static JsonObject *
get_ready (NbTestSite *site, guint status)
{
  g_autofree char *answer = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpuint (ask (site, "/readyz?verbose", &answer), ==, status);
  node = json_from_string (answer, NULL);
  g_assert_nonnull (node);
  return json_node_dup_object (node);
}

static JsonObject *
get_check (JsonObject *ready, const char *name)
{
  return json_object_get_object_member (json_object_get_object_member (ready, "checks"), name);
}

static JsonObject *
find_plugin (JsonObject *ready, const char *id)
{
  JsonArray *plugins = json_object_get_array_member (get_check (ready, "plugins"), "plugins");

  for (guint i = 0; i < json_array_get_length (plugins); i++)
    {
      JsonObject *plugin = json_array_get_object_element (plugins, i);
      if (g_str_equal (json_object_get_string_member (plugin, "id"), id))
        return plugin;
    }
  g_error ("/readyz lists no plugin %s", id);
}

static void
test_ready (Fixture *fixture, gconstpointer data)
{
  static const char *const checks[] = { "draining", "database", "migrations", "plugins" };
  g_autoptr (NbTestSite) site = nb_test_site_start (fixture->flags, fixture->log);
  g_autoptr (JsonObject) ready = get_ready (site, 200);
  g_autofree char *brief = NULL;

  g_assert_true (json_object_get_boolean_member (ready, "ready"));
  g_assert_cmpstr (json_object_get_string_member (ready, "status"), ==, "up");
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    g_assert_true (json_object_get_boolean_member (get_check (ready, checks[i]), "ok"));
  g_assert_cmpstr (json_object_get_string_member (find_plugin (ready, "wallet"), "state"), ==, "running");
  g_assert_cmpuint (ask (site, "/readyz", &brief), ==, 200);
  g_assert_cmpstr (brief, ==, "ready\n");
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

/* An optional plugin that can't be opened: the site serves, and says what is wrong. */
static void
test_degraded (Fixture *fixture, gconstpointer data)
{
  const char *folder = nb_test_database_get_folder (fixture->database);
  g_autofree char *manifest = g_build_filename (folder, "more", "broken.plugin", NULL);
  g_autoptr (NbTestSite) site = NULL;
  g_autoptr (JsonObject) ready = NULL;
  g_autofree char *metrics = NULL;
  JsonObject *plugin;

  g_assert_true (g_file_set_contents (
      manifest, "[Plugin]\nId=broken\nModule=broken\nName=Broken\nVersion=1.0\nApi=1.0\n", -1, NULL));
  write_config (fixture, "broken=optional\n");
  site = nb_test_site_start (fixture->flags, fixture->log);
  ready = get_ready (site, 200);
  g_assert_cmpstr (json_object_get_string_member (ready, "status"), ==, "degraded");
  plugin = find_plugin (ready, "broken");
  g_assert_cmpstr (json_object_get_string_member (plugin, "state"), ==, "failed");
  g_assert_nonnull (strstr (json_object_get_string_member (plugin, "reason"), "broken"));
  g_assert_cmpuint (ask (site, "/metrics", &metrics), ==, 200);
  g_assert_nonnull (strstr (metrics, "neighborbid_plugin_errors_total{id=\"broken\"} 1\n"));
  g_assert_nonnull (strstr (metrics, "neighborbid_plugin_errors_total{id=\"wallet\"} 0\n"));
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

/* A newer program that migrates the database makes this one not ready, within its next look. */
static void
test_newer_schema (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestSite) site = nb_test_site_start (fixture->flags, fixture->log);
  gint64 deadline = g_get_monotonic_time () + 120 * G_USEC_PER_SEC;
  g_autoptr (JsonObject) ready = NULL;

  g_free (nb_test_database_run (fixture->database,
                                "INSERT INTO schema_migrations (component, number, name, checksum, applied_at) "
                                "VALUES ('core', 999, '999-later', 'x', 0)"));
  while (ask (site, "/readyz", NULL) == 200 && g_get_monotonic_time () < deadline)
    g_usleep (100000);
  ready = get_ready (site, 503);
  g_assert_cmpstr (json_object_get_string_member (ready, "status"), ==, "down");
  g_assert_false (json_object_get_boolean_member (get_check (ready, "migrations"), "ok"));
  g_assert_nonnull (strstr (json_object_get_string_member (get_check (ready, "migrations"), "reason"), "999"));
  g_assert_true (json_object_get_boolean_member (get_check (ready, "database"), "ok"));
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

/* Waits until `/metrics` has @text, or has it no more. */
static void
wait_for_metric (NbTestSite *site, const char *text, gboolean is_there)
{
  for (gint64 deadline = g_get_monotonic_time () + 90 * G_USEC_PER_SEC; g_get_monotonic_time () < deadline;)
    {
      g_autofree char *metrics = NULL;

      g_assert_cmpuint (ask (site, "/metrics", &metrics), ==, 200);
      if ((strstr (metrics, text) != NULL) == is_there)
        return;
      g_usleep (20000);
    }
  g_error ("/metrics %s %s", is_there ? "never showed" : "kept", text);
}

static void
assert_described (NbTestSite *site, const char *path, gboolean is_there)
{
  g_autofree char *answer = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpuint (bid_storm_call (site->url, NULL, "GET", "/api/v1/openapi.json", NULL, &answer), ==, 200);
  node = json_from_string (answer, NULL);
  g_assert_nonnull (node);
  g_assert_true (json_object_has_member (json_object_get_object_member (json_node_get_object (node), "paths"), path)
                 == is_there);
}

static void
test_gauges (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestSite) site = nb_test_site_start (fixture->flags, fixture->log);

  wait_for_metric (site, "neighborbid_auctions_open{type=\"local\"} 0\n", TRUE);
  wait_for_metric (site, "neighborbid_outbox_pending 0\n", TRUE);
  wait_for_metric (site, "neighborbid_outbox_oldest_age_seconds 0\n", TRUE);
  wait_for_metric (site, "neighborbid_ledger_imbalance 0\n", TRUE);
  wait_for_metric (site, "neighborbid_wallet_locked 0\n", TRUE);
  write_config (fixture, "wallet=disabled\nauction-local=disabled\n");
  g_subprocess_send_signal (site->process, SIGHUP);
  wait_for_metric (site, "neighborbid_wallet_locked", FALSE);
  wait_for_metric (site, "neighborbid_ledger_imbalance", FALSE);
  wait_for_metric (site, "neighborbid_outbox_pending 0\n", TRUE);
  assert_described (site, "/api/v1/auctions/{id}/bids", TRUE);
  assert_described (site, "/api/v1/wallet", FALSE);
  write_config (fixture, "");
  g_subprocess_send_signal (site->process, SIGHUP);
  wait_for_metric (site, "neighborbid_wallet_locked 0\n", TRUE);
  assert_described (site, "/api/v1/wallet", TRUE);
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

#define add_test(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/operations/ready", test_ready);
  add_test ("/operations/degraded", test_degraded);
  add_test ("/operations/newer-schema", test_newer_schema);
  add_test ("/operations/what-a-plugin-shows-goes-with-it", test_gauges);
  return g_test_run ();
}
