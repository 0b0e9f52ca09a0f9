/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new config while the host serves: what starts, what stops, and when nothing changes. */
#include "core/plugin/nb-plugin-error.h"
#include "tests/unit/plugin/nb-plugin-fixture.h"

static gboolean
reload (NbPluginFixture *fixture, GError **error)
{
  GAsyncResult *pending = NULL;

  nb_plugin_host_reload_async (fixture->host, fixture->modes, fixture->sections, fixture->faults,
                               nb_test_loop_keep_result, &pending);
  g_autoptr (GAsyncResult) result = nb_test_loop_run_until_result (&fixture->loop, &pending);
  return nb_plugin_host_reload_finish (fixture->host, result, error);
}

static void
reload_well (NbPluginFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gboolean is_taken = reload (fixture, &error);

  g_assert_no_error (error);
  g_assert_true (is_taken);
}

/* What the web layer would know: who was asked to become quiet, and how to tell that it is. */
typedef struct
{
  GString *asked;
  NbQuiesceDone done;
  gpointer done_data;
} Quiet;

static void
on_quiesce (const char *owner, NbQuiesceDone done, gpointer done_data, gpointer user_data)
{
  Quiet *quiet = user_data;

  g_string_append_printf (quiet->asked, "%s ", owner);
  quiet->done = done;
  quiet->done_data = done_data;
}

static void
tell_quiet (Quiet *quiet)
{
  NbQuiesceDone done = g_steal_pointer (&quiet->done);

  g_assert_nonnull (done);
  done (quiet->done_data);
}

static const char *
greeting (NbPluginFixture *fixture)
{
  return g_object_get_data (nb_registry_find_service (fixture->registry, NB_TYPE_PLUGIN), "greeting");
}

static void
test_enable (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "purse", "good", "");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=purse\n");
  nb_plugin_fixture_set_mode (fixture, "purse", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "stall", NB_PLUGIN_FAILED, "requires purse, which is disabled");
  nb_plugin_fixture_set_mode (fixture, "purse", NB_PLUGIN_REQUIRED);
  reload_well (fixture);
  nb_plugin_fixture_assert (fixture, "purse", NB_PLUGIN_RUNNING, NULL);
  nb_plugin_fixture_assert (fixture, "stall", NB_PLUGIN_RUNNING, NULL);
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 1);
}

static void
test_disable (NbPluginFixture *fixture, gconstpointer data)
{
  Quiet quiet = { .asked = g_string_new (NULL) };
  GAsyncResult *pending = NULL;
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "purse", "good", "");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=purse\n");
  nb_plugin_fixture_add (fixture, "other", "promises", "");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_host_set_quiesce (fixture->host, on_quiesce, &quiet);
  nb_plugin_fixture_set_mode (fixture, "purse", NB_PLUGIN_DISABLED);
  nb_plugin_host_reload_async (fixture->host, fixture->modes, fixture->sections, fixture->faults,
                               nb_test_loop_keep_result, &pending);
  /* What requires it goes first, and it serves until its own requests have ended. */
  g_assert_cmpstr (quiet.asked->str, ==, "stall ");
  tell_quiet (&quiet);
  g_assert_cmpstr (quiet.asked->str, ==, "stall purse ");
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 1);
  tell_quiet (&quiet);
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 0);
  g_autoptr (GAsyncResult) result = nb_test_loop_run_until_result (&fixture->loop, &pending);
  g_assert_true (nb_plugin_host_reload_finish (fixture->host, result, &error));
  nb_plugin_fixture_assert (fixture, "purse", NB_PLUGIN_OFF, NULL);
  nb_plugin_fixture_assert (fixture, "stall", NB_PLUGIN_FAILED, "requires purse, which is disabled");
  nb_plugin_fixture_assert (fixture, "other", NB_PLUGIN_RUNNING, NULL);
  g_string_free (quiet.asked, TRUE);
}

static void
test_settings (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "polite", "settled", "");
  nb_plugin_fixture_start_well (fixture);
  g_assert_cmpstr (greeting (fixture), ==, "hello");
  nb_plugin_fixture_set_key (fixture, "polite", "greeting", "good day");
  nb_plugin_fixture_set_key (fixture, "polite", "count", "4");
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_MESSAGE,
                         "*plugin polite* count: the change is taken at the next start");
  reload_well (fixture);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (greeting (fixture), ==, "good day");
}

static void
test_faults_change_nothing (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_add (fixture, "polite", "settled", "");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_set_mode (fixture, "good", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_set_key (fixture, "polite", "count", "many");
  nb_plugin_fixture_set_key (fixture, "polite", "greeting", "good day");
  g_assert_false (reload (fixture, &error));
  g_assert_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_SETTINGS);
  nb_plugin_fixture_assert_error (fixture, error,
                                  "[plugin polite] count: found 'many', expected a whole number from 1 to 9");
  g_assert_cmpuint (fixture->faults->len, ==, 1);
  nb_plugin_fixture_assert (fixture, "good", NB_PLUGIN_RUNNING, NULL);
  g_assert_cmpstr (greeting (fixture), ==, "hello");
}

static void
test_refusal_is_taken_back (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "first", "settled", "");
  nb_plugin_fixture_add (fixture, "second", "settled", "");
  nb_plugin_fixture_set_mode (fixture, "second", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_set_mode (fixture, "second", NB_PLUGIN_OPTIONAL);
  nb_plugin_fixture_set_key (fixture, "first", "greeting", "good day");
  nb_plugin_fixture_set_key (fixture, "second", "greeting", "damn");
  g_assert_false (reload (fixture, &error));
  nb_plugin_fixture_assert_error (fixture, error, "second refuses its settings: greeting: 'damn' isn't polite");
  nb_plugin_fixture_assert (fixture, "second", NB_PLUGIN_OFF, NULL);
  g_assert_cmpstr (greeting (fixture), ==, "hello");
}

static void
test_required_must_be_possible (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "purse", "good", "");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=purse\n");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_set_mode (fixture, "purse", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_set_mode (fixture, "stall", NB_PLUGIN_REQUIRED);
  nb_plugin_fixture_set_mode (fixture, "ghost", NB_PLUGIN_OPTIONAL);
  g_assert_false (reload (fixture, &error));
  nb_plugin_fixture_assert_error (fixture, error, "stall requires purse, which is disabled");
  nb_plugin_fixture_assert (fixture, "purse", NB_PLUGIN_RUNNING, NULL);
  nb_plugin_fixture_assert (fixture, "stall", NB_PLUGIN_RUNNING, NULL);
  g_autoptr (GPtrArray) list = nb_plugin_host_list (fixture->host);
  g_assert_cmpuint (list->len, ==, 2);
}

static void
test_failed_is_tried_again (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "polite", "settled", "");
  nb_plugin_fixture_set_key (fixture, "polite", "greeting", "damn");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "polite", NB_PLUGIN_FAILED, "greeting: 'damn' isn't polite");
  nb_plugin_fixture_set_key (fixture, "polite", "greeting", "dear");
  reload_well (fixture);
  nb_plugin_fixture_assert (fixture, "polite", NB_PLUGIN_RUNNING, NULL);
  g_assert_cmpstr (greeting (fixture), ==, "dear");
}

static void
test_required_newcomer_fails (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_add (fixture, "half", "half-start", "");
  nb_plugin_fixture_set_mode (fixture, "half", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_set_mode (fixture, "half", NB_PLUGIN_REQUIRED);
  g_assert_false (reload (fixture, &error));
  nb_plugin_fixture_assert_error (fixture, error, "half failed: the far end refused");
  nb_plugin_fixture_assert (fixture, "good", NB_PLUGIN_RUNNING, NULL);
  g_assert_false (nb_plugin_host_is_ready (fixture->host));
}

static void
test_stop_during_reload (NbPluginFixture *fixture, gconstpointer data)
{
  Quiet quiet = { .asked = g_string_new (NULL) };
  GAsyncResult *pending = NULL, *pending_second = NULL;
  g_autoptr (GError) error = NULL, busy = NULL;

  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_add (fixture, "polite", "settled", "");
  nb_plugin_fixture_set_mode (fixture, "polite", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_host_set_quiesce (fixture->host, on_quiesce, &quiet);
  nb_plugin_fixture_set_mode (fixture, "good", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_set_mode (fixture, "polite", NB_PLUGIN_OPTIONAL);
  nb_plugin_host_reload_async (fixture->host, fixture->modes, fixture->sections, fixture->faults,
                               nb_test_loop_keep_result, &pending);
  nb_plugin_host_reload_async (fixture->host, fixture->modes, fixture->sections, fixture->faults,
                               nb_test_loop_keep_result, &pending_second);
  g_autoptr (GAsyncResult) second = nb_test_loop_run_until_result (&fixture->loop, &pending_second);
  g_assert_false (nb_plugin_host_reload_finish (fixture->host, second, &busy));
  g_assert_error (busy, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_BUSY);

  nb_plugin_host_stop (fixture->host);
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 0);
  tell_quiet (&quiet);
  g_autoptr (GAsyncResult) first = nb_test_loop_run_until_result (&fixture->loop, &pending);
  g_assert_false (nb_plugin_host_reload_finish (fixture->host, first, &error));
  nb_plugin_fixture_assert_error (fixture, error, "the host stopped during the reload");
  g_assert_null (nb_registry_find_service (fixture->registry, NB_TYPE_PLUGIN));
  g_string_free (quiet.asked, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  nb_plugin_fixture_test ("/plugin/reload/newly-enabled-starts", test_enable);
  nb_plugin_fixture_test ("/plugin/reload/disabled-stops-once-quiet", test_disable);
  nb_plugin_fixture_test ("/plugin/reload/settings-reach-configure", test_settings);
  nb_plugin_fixture_test ("/plugin/reload/faults-change-nothing", test_faults_change_nothing);
  nb_plugin_fixture_test ("/plugin/reload/refusal-is-taken-back", test_refusal_is_taken_back);
  nb_plugin_fixture_test ("/plugin/reload/required-must-be-possible", test_required_must_be_possible);
  nb_plugin_fixture_test ("/plugin/reload/failed-is-tried-again", test_failed_is_tried_again);
  nb_plugin_fixture_test ("/plugin/reload/required-newcomer-fails", test_required_newcomer_fails);
  nb_plugin_fixture_test ("/plugin/reload/stop-during-reload", test_stop_during_reload);
  return g_test_run ();
}
