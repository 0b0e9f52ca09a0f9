/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gauges are read on a store, shown with their labels, and gone with their owner. */
#include "core/domain/nb-metrics-private.h"
#include "core/plugin/nb-gauges.h"
#include "core/plugin/nb-plugin-error.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#include <string.h>

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbRegistry *registry;
  NbGauges *gauges;
  const char *awaited;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  nb_test_loop_set_up (&fixture->loop, 240);
  fixture->database = nb_test_database_new (NB_TEST_SQLITE);
  fixture->store = nb_test_store_new (fixture->database);
  fixture->registry = nb_registry_new ();
  fixture->gauges = nb_gauges_new (fixture->registry, fixture->store);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_gauges_stop (fixture->gauges);
  nb_registry_remove_owner (fixture->registry, "shop");
  nb_store_stop (fixture->store);
  nb_test_loop_drain (&fixture->loop);
  g_assert_finalize_object (fixture->gauges);
  g_assert_finalize_object (fixture->registry);
  g_assert_finalize_object (fixture->store);
  nb_test_database_free (fixture->database);
  nb_test_loop_tear_down (&fixture->loop);
}

static gboolean
is_shown (gpointer user_data)
{
  const Fixture *fixture = user_data;
  g_autofree char *text = nb_metrics_print ();

  return strstr (text, fixture->awaited) != NULL;
}

static void
wait_for (Fixture *fixture, const char *line)
{
  fixture->awaited = line;
  nb_test_loop_run_until (&fixture->loop, is_shown, fixture);
}

static gboolean
read_people (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT COUNT (*) FROM people", NULL, "x" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  nb_samples_add (samples, NULL, (double)(nb_rows_get_int (rows, 0, 0) + *(const int *)user_data));
  return TRUE;
}

static gboolean
read_shelves (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  nb_samples_add (samples, "oak", 2.5);
  nb_samples_add (samples, "so-called \"pine\"\\\n", -1);
  return TRUE;
}

static gboolean
read_badly (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no idea");
  return FALSE;
}

static void
note_freed (gpointer data)
{
  *(int *)data = -1;
}

static void
test_values (Fixture *fixture, gconstpointer data)
{
  int more = 7;
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;

  g_assert_true (nb_registry_add_gauge (fixture->registry, "shop", "shop_people", NULL, "People.", read_people, &more,
                                        note_freed, &error));
  nb_gauges_start (fixture->gauges);
  wait_for (fixture, "# TYPE neighborbid_shop_people gauge\nneighborbid_shop_people 7\n");
  /* One that comes later doesn't wait for the next round. */
  g_assert_true (nb_registry_add_gauge (fixture->registry, "shop", "shop_shelves", "wood", "Shelves.", read_shelves,
                                        NULL, NULL, &error));
  wait_for (fixture, "neighborbid_shop_shelves{wood=\"oak\"} 2.5\n"
                     "neighborbid_shop_shelves{wood=\"so-called \\\"pine\\\"\\\\\\n\"} -1\n");
  nb_registry_remove_owner (fixture->registry, "shop");
  left = nb_metrics_print ();
  g_assert_null (strstr (left, "neighborbid_shop_"));
  g_assert_cmpint (more, ==, -1);
}

static void
test_removed_while_read (Fixture *fixture, gconstpointer data)
{
  int more = 7;
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;

  g_assert_true (nb_registry_add_gauge (fixture->registry, "shop", "shop_people", NULL, "People.", read_people, &more,
                                        note_freed, &error));
  nb_gauges_start (fixture->gauges);
  nb_registry_remove_owner (fixture->registry, "shop");
  g_assert_cmpint (more, ==, 7);
  while (more == 7)
    g_main_context_iteration (fixture->loop.context, TRUE);
  left = nb_metrics_print ();
  g_assert_null (strstr (left, "neighborbid_shop_people"));
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (
      nb_registry_add_gauge (fixture->registry, "shop", "shop_bad", NULL, "Bad.", read_badly, NULL, NULL, &error));
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "metric shop_bad of shop can't be read: *");
  nb_gauges_start (fixture->gauges);
  wait_for (fixture, "neighborbid_plugin_errors_total{id=\"shop\"} 1\n");
  g_test_assert_expected_messages ();
  text = nb_metrics_print ();
  g_assert_null (strstr (text, "shop_bad"));
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "", "Shop", "1shop", "shop people", "shop-people" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) inner = NULL;
      g_assert_false (
          nb_registry_add_gauge (fixture->registry, "shop", bad[i], NULL, "X.", read_badly, NULL, NULL, &inner));
      g_assert_error (inner, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID);
    }
  g_assert_true (nb_registry_add_gauge (fixture->registry, "shop", "one", NULL, "X.", read_badly, NULL, NULL, &error));
  g_assert_false (nb_registry_add_gauge (fixture->registry, "b", "one", NULL, "X.", read_badly, NULL, NULL, &error));
  g_assert_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_CONFLICT);
  g_assert_cmpstr (error->message, ==, "metric 'one' is already claimed by shop");
  g_clear_error (&error);
  nb_metrics_counter ("requests", "Requests.", "route=\"/\"");
  g_assert_false (
      nb_registry_add_gauge (fixture->registry, "b", "requests", NULL, "X.", read_badly, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "metric 'requests' is already claimed by core");
}

#define add_test(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/plugin/gauges/values-come-and-go", test_values);
  add_test ("/plugin/gauges/removed-while-read", test_removed_while_read);
  add_test ("/plugin/gauges/failure-is-counted", test_failure);
  add_test ("/plugin/gauges/names", test_names);
  return g_test_run ();
}
