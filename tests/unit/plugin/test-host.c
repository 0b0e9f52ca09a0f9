/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real modules, good and broken, through the plugin host: what runs, what is refused, and in which words. */
#include "tests/unit/plugin/nb-plugin-fixture.h"

#include <glib/gstdio.h>

static void
test_undo (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "good", NB_PLUGIN_RUNNING, NULL);
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 1);
  g_assert_cmpuint (nb_registry_get_links (fixture->registry)->len, ==, 1);
  g_assert_cmpuint (nb_registry_get_panels (fixture->registry)->len, ==, 1);
  g_assert_cmpuint (nb_registry_get_badges (fixture->registry)->len, ==, 1);
  g_assert_cmpuint (nb_registry_get_checks (fixture->registry)->len, ==, 1);
  g_assert_cmpuint (nb_registry_get_gauges (fixture->registry)->len, ==, 1);
  g_assert_nonnull (nb_registry_find_service (fixture->registry, g_type_from_name ("GoodService")));
  g_autofree char *dir = g_build_filename (fixture->folder, "good", NULL);
  g_assert_cmpstr (nb_registry_get_data_dir (fixture->registry, "good"), ==, dir);

  nb_plugin_host_stop (fixture->host);
  nb_plugin_fixture_assert (fixture, "good", NB_PLUGIN_LOADED, NULL);
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 0);
  g_assert_cmpuint (nb_registry_get_links (fixture->registry)->len, ==, 0);
  g_assert_cmpuint (nb_registry_get_panels (fixture->registry)->len, ==, 0);
  g_assert_cmpuint (nb_registry_get_badges (fixture->registry)->len, ==, 0);
  g_assert_cmpuint (nb_registry_get_checks (fixture->registry)->len, ==, 0);
  g_assert_cmpuint (nb_registry_get_gauges (fixture->registry)->len, ==, 0);
  g_assert_null (nb_registry_find_service (fixture->registry, g_type_from_name ("GoodService")));
  g_assert_null (nb_registry_get_data_dir (fixture->registry, "good"));
}

static void
test_requires_disabled (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "purse", "good", "");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=purse\n");
  nb_plugin_fixture_add (fixture, "street", "promises", "Requires=stall\n");
  nb_plugin_fixture_set_mode (fixture, "purse", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_set_mode (fixture, "street", NB_PLUGIN_REQUIRED);
  g_assert_false (nb_plugin_fixture_start (fixture, &error));
  nb_plugin_fixture_assert_error (fixture, error, "street requires stall, which requires purse, which is disabled");
  nb_plugin_fixture_assert (fixture, "purse", NB_PLUGIN_OFF, NULL);
  nb_plugin_fixture_assert (fixture, "stall", NB_PLUGIN_FAILED, "requires purse, which is disabled");
  g_assert_false (nb_plugin_host_is_ready (fixture->host));
}

static void
test_optional_chain (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "purse", "mute", "Provides=money\n");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=money\n");
  nb_plugin_fixture_add (fixture, "well", "good", "Wants=money;nothing\n");
  nb_plugin_fixture_set_mode (fixture, "well", NB_PLUGIN_REQUIRED);
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "purse", NB_PLUGIN_FAILED,
                            "'start' of purse failed without an error, a bug of purse");
  nb_plugin_fixture_assert (
      fixture, "stall", NB_PLUGIN_FAILED,
      "requires money of purse, which failed: 'start' of purse failed without an error, a bug of purse");
  nb_plugin_fixture_assert (fixture, "well", NB_PLUGIN_RUNNING, NULL);
  g_assert_true (nb_plugin_host_is_ready (fixture->host));
}

static void
test_required_fails (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_add (fixture, "purse", "mute", "");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=purse\n");
  nb_plugin_fixture_set_mode (fixture, "purse", NB_PLUGIN_REQUIRED);
  nb_plugin_fixture_set_mode (fixture, "stall", NB_PLUGIN_REQUIRED);
  g_assert_false (nb_plugin_fixture_start (fixture, &error));
  nb_plugin_fixture_assert_error (
      fixture, error,
      "purse failed: 'start' of purse failed without an error, a bug of purse\n"
      "stall requires purse, which failed: 'start' of purse failed without an error, a bug of purse");
  nb_plugin_fixture_assert (fixture, "good", NB_PLUGIN_LOADED, NULL);
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 0);
}

static void
test_missing (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=purse\n");
  nb_plugin_fixture_set_mode (fixture, "stal", NB_PLUGIN_REQUIRED);
  g_assert_false (nb_plugin_fixture_start (fixture, &error));
  nb_plugin_fixture_assert_error (fixture, error, "stal failed: isn't installed, did you mean 'stall'?");
  nb_plugin_fixture_assert (fixture, "stall", NB_PLUGIN_FAILED, "requires purse, which isn't installed");
}

static void
test_cycle (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "a", "promises", "Requires=b\n");
  nb_plugin_fixture_add (fixture, "b", "promises", "Wants=c\n");
  nb_plugin_fixture_add (fixture, "c", "promises", "Requires=letter\n");
  nb_plugin_fixture_add (fixture, "d", "promises", "Requires=a\n");
  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_write (
      fixture, "a/a.plugin",
      "[Plugin]\nId=a\nModule=promises\nName=A\nVersion=1.0\nApi=1.0\nProvides=letter\nRequires=b\n");
  nb_plugin_fixture_set_mode (fixture, "b", NB_PLUGIN_REQUIRED);
  g_assert_false (nb_plugin_fixture_start (fixture, &error));
  nb_plugin_fixture_assert_error (fixture, error, "b failed: is in a cycle: b → c → a → b");
  nb_plugin_fixture_assert (fixture, "a", NB_PLUGIN_FAILED, "is in a cycle: a → b → c → a");
  nb_plugin_fixture_assert (fixture, "d", NB_PLUGIN_FAILED, "requires a, which failed: is in a cycle: a → b → c → a");
  nb_plugin_fixture_assert (fixture, "good", NB_PLUGIN_LOADED, NULL);
}

static void
test_self_cycle (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "a", "promises", "Requires=a\n");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "a", NB_PLUGIN_FAILED, "is in a cycle: a → a");
}

static void
test_double_id (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *expected = g_strdup_printf (
      "%s/other/x.plugin: Id: 'good' is already claimed by %s/good/good.plugin", fixture->folder, fixture->folder);

  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_write (fixture, "other/x.plugin",
                           "[Plugin]\nId=good\nModule=good\nName=Imitation\nVersion=1.0\nApi=1.0\n");
  nb_plugin_fixture_set_mode (fixture, "good", NB_PLUGIN_REQUIRED);
  nb_plugin_fixture_start_well (fixture);
  list = nb_plugin_host_list (fixture->host);
  g_assert_cmpuint (list->len, ==, 2);
  const NbPluginInfo *first = g_ptr_array_index (list, 0), *second = g_ptr_array_index (list, 1);
  g_assert_cmpint (first->state, ==, NB_PLUGIN_RUNNING);
  g_assert_cmpstr (nb_plugin_info_get_name (first, "ko"), ==, "Test of good");
  g_assert_cmpint (second->state, ==, NB_PLUGIN_FAILED);
  g_assert_cmpstr (second->reason, ==, expected);
}

static const struct
{
  const char *module;
  const char *reason;
} broken_modules[] = {
  { "bad-magic", "FOLDER/x/bad-magic.so: its ABI record begins with 0x12345678, expected 0x4e424431" },
  { "other-major", "FOLDER/x/other-major.so: was built for API 2.0, but this host offers 1.0" },
  { "newer-minor", "FOLDER/x/newer-minor.so: was built for API 1.1, but this host offers 1.0" },
  { "bad-size", "FOLDER/x/bad-size.so: was built with a plugin class of 8 bytes, but this host has 272" },
  { "no-record",
    "FOLDER/x/no-record.so: has no symbol 'nb_plugin_abi', expected NB_PLUGIN_DEFINE() in one of its files" },
  { "no-type", "FOLDER/x/no-type.so: has no symbol 'nb_plugin_type', expected NB_PLUGIN_DEFINE() in one of its files" },
  { "bad-class", "FOLDER/x/bad-class.so: nb_plugin_type() answered BadThing, expected a class derived from NbPlugin" },
};

static void
test_broken_module (NbPluginFixture *fixture, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  nb_plugin_fixture_add (fixture, "x", broken_modules[i].module, "");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "x", NB_PLUGIN_FAILED, broken_modules[i].reason);
}

/* The module would end the process if it were opened and asked. */
static void
test_manifest_api (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_write (fixture, "x.plugin", "[Plugin]\nId=x\nModule=other-major\nName=X\nVersion=1.0\nApi=2.0\n");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "x", NB_PLUGIN_FAILED,
                            "FOLDER/x.plugin: Api: found 2.0, but this host offers 1.0");
}

static void
test_module_file (NbPluginFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "loose", "loose.so", NULL);

  nb_plugin_fixture_write (fixture, "gone.plugin", "[Plugin]\nId=gone\nModule=gone\nName=X\nVersion=1.0\nApi=1.0\n");
  nb_plugin_fixture_write (fixture, "loose/loose.plugin",
                           "[Plugin]\nId=loose\nModule=loose\nName=X\nVersion=1.0\nApi=1.0\n");
  nb_plugin_fixture_write (fixture, "loose/loose.so", "anything");
  nb_plugin_fixture_write (fixture, "text/text.plugin",
                           "[Plugin]\nId=text\nModule=text\nName=X\nVersion=1.0\nApi=1.0\n");
  nb_plugin_fixture_write (fixture, "text/text.so", "not a module");
  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "gone", NB_PLUGIN_FAILED,
                            "FOLDER/gone.so: can't be read: No such file or directory");
  nb_plugin_fixture_assert (fixture, "loose", NB_PLUGIN_FAILED,
                            "FOLDER/loose/loose.so: may be written by everybody, expected mode o-w");
  nb_plugin_fixture_assert (fixture, "text", NB_PLUGIN_FAILED,
                            "FOLDER/text/text.so: can't be opened: FOLDER/text/text.so: file too short");
}

static void
test_half_start (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "half", "half-start", "");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "half", NB_PLUGIN_FAILED, "the far end refused");
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 0);
  g_assert_null (nb_registry_find_service (fixture->registry, G_TYPE_OBJECT));
  g_assert_null (nb_registry_get_data_dir (fixture->registry, "half"));
}

static void
test_route_conflict (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_add (fixture, "later", "claims-route", "");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "later", NB_PLUGIN_FAILED,
                            "route 'GET /good/{name}' is already claimed by good, as 'GET /good/{id:id}'");
  g_assert_cmpuint (nb_registry_get_links (fixture->registry)->len, ==, 1);
}

static void
test_unready (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "base", "unready", "");
  nb_plugin_fixture_add (fixture, "middle", "good", "Requires=base\n");
  nb_plugin_fixture_add (fixture, "upper", "promises", "Requires=middle\n");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "base", NB_PLUGIN_FAILED, "nobody is there");
  nb_plugin_fixture_assert (fixture, "middle", NB_PLUGIN_FAILED, "requires base, which failed: nobody is there");
  nb_plugin_fixture_assert (fixture, "upper", NB_PLUGIN_FAILED,
                            "requires middle, which requires base, which failed: nobody is there");
  g_assert_cmpuint (nb_registry_get_links (fixture->registry)->len, ==, 0);
}

static void
test_broken_promise (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "liar", "promises", "Provides=auction-type:dutch\n");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "liar", NB_PLUGIN_FAILED,
                            "its manifest provides 'auction-type:dutch', but 'start' added no auction type 'dutch', a "
                            "bug of liar");
}

static void
test_auction_type (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) names = NULL;

  nb_plugin_fixture_add (fixture, "rogue", "type-rogue", "Provides=auction-type:rogue\n");
  nb_plugin_fixture_start_well (fixture);
  names = nb_registry_list_auction_types (fixture->registry);
  g_assert_cmpuint (names->len, ==, 1);
  g_autoptr (NbAuctionType) type = nb_registry_ref_auction_type (fixture->registry, "rogue");
  g_assert_true (NB_IS_AUCTION_TYPE (type));
  g_autofree char *owner = nb_registry_dup_auction_type_owner (fixture->registry, "rogue");
  g_assert_cmpstr (owner, ==, "rogue");
  nb_plugin_host_stop (fixture->host);
  g_assert_null (nb_registry_ref_auction_type (fixture->registry, "rogue"));
}

static void
test_late_registration (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "late", "asks-late", "");
  nb_plugin_fixture_start_well (fixture);
  g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, "refused: late has stopped and can't register anything");
  nb_plugin_host_stop (fixture->host);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (nb_registry_get_links (fixture->registry)->len, ==, 0);
}

#define PAUSE_FAULT                                                                                                    \
  "[plugin polite] pause: found '2h', expected a duration from 1s to 1h, in seconds or with a unit as in 90s, 5m, "    \
  "3h, "                                                                                                               \
  "3d"

static void
test_sections (NbPluginFixture *fixture, gconstpointer data)
{
  static const char *const expected[] = {
    "[plugin polite] count: found '10', expected a whole number from 1 to 9",
    PAUSE_FAULT,
    "[plugin polite] 'greting': unknown key, did you mean 'greeting'?",
    "[plugin polit]: no such plugin is installed, did you mean 'polite'?",
  };
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "polite", "settled", "");
  nb_plugin_fixture_add (fixture, "off", "settled", "");
  nb_plugin_fixture_set_mode (fixture, "off", NB_PLUGIN_DISABLED);
  nb_plugin_fixture_set_key (fixture, "off", "whatever", "1");
  nb_plugin_fixture_set_key (fixture, "polite", "count", "10");
  nb_plugin_fixture_set_key (fixture, "polite", "pause", "2h");
  nb_plugin_fixture_set_key (fixture, "polite", "greting", "hi");
  nb_plugin_fixture_set_key (fixture, "polit", "count", "1");
  g_assert_true (nb_plugin_host_add_folder (fixture->host, fixture->folder, NB_PLUGIN_OPTIONAL, &error));
  g_assert_true (nb_plugin_host_load (fixture->host, fixture->modes, &error));
  g_assert_cmpstr (nb_plugin_host_get_specs (fixture->host, "polite")[0].name, ==, "greeting");
  g_assert_null (nb_plugin_host_get_specs (fixture->host, "off"));
  g_assert_false (nb_plugin_host_configure (fixture->host, fixture->sections, fixture->faults));
  g_assert_cmpuint (fixture->faults->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (((NbSettingFault *)g_ptr_array_index (fixture->faults, i))->sentence, ==, expected[i]);
}

static void
test_refused_settings (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "polite", "settled", "");
  nb_plugin_fixture_set_key (fixture, "polite", "greeting", "damn");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "polite", NB_PLUGIN_FAILED, "greeting: 'damn' isn't polite");
}

static void
test_unnamed (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_add (fixture, "good", "good", "");
  nb_plugin_fixture_add (fixture, "named", "promises", "");
  nb_plugin_fixture_set_mode (fixture, "named", NB_PLUGIN_OPTIONAL);
  g_assert_true (nb_plugin_host_add_folder (fixture->host, fixture->folder, NB_PLUGIN_DISABLED, &error));
  g_assert_true (nb_plugin_host_load (fixture->host, fixture->modes, &error));
  nb_plugin_fixture_assert (fixture, "good", NB_PLUGIN_OFF, NULL);
  nb_plugin_fixture_assert (fixture, "named", NB_PLUGIN_LOADED, NULL);
}

static void
test_broken_manifest (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_plugin_fixture_write (fixture, "Bad One.plugin", "[Plugin]\nModule=x\nName=X\nVersion=1.0\nApi=1.0\n");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=-ad--ne\n");
  nb_plugin_fixture_set_mode (fixture, "-ad--ne", NB_PLUGIN_REQUIRED);
  g_assert_false (nb_plugin_fixture_start (fixture, &error));
  nb_plugin_fixture_assert_error (
      fixture, error,
      "-ad--ne failed: FOLDER/Bad One.plugin:5: Id: is missing, expected 1 to 64 of a-z, 0-9 "
      "and '-', a letter first, not 'core' or 'path'");
}

static void
test_any_provider (NbPluginFixture *fixture, gconstpointer data)
{
  nb_plugin_fixture_add (fixture, "bank", "mute", "Provides=money\n");
  nb_plugin_fixture_add (fixture, "purse", "good", "Provides=money\n");
  nb_plugin_fixture_add (fixture, "stall", "promises", "Requires=money\n");
  nb_plugin_fixture_start_well (fixture);
  nb_plugin_fixture_assert (fixture, "bank", NB_PLUGIN_FAILED,
                            "'start' of bank failed without an error, a bug of bank");
  nb_plugin_fixture_assert (fixture, "stall", NB_PLUGIN_RUNNING, NULL);
}

static void
note_link (NbRegistry *registry, gpointer user_data)
{
  GPtrArray *links = nb_registry_get_links (registry);

  g_string_append_printf (user_data, "%u ", links->len);
}

/* Those of the same rank keep the order of their ids; a need goes before it. */
static void
test_order (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) changes = g_string_new (NULL);
  GPtrArray *links = nb_registry_get_links (fixture->registry);

  nb_plugin_fixture_add (fixture, "a", "claims-route", "Wants=late\n");
  nb_plugin_fixture_add (fixture, "z", "asks-late", "Provides=late\n");
  nb_plugin_fixture_add (fixture, "b", "unready", "Wants=nobody\n");
  g_signal_connect (fixture->registry, "changed", G_CALLBACK (note_link), changes);
  /* The links tell the order, before the one that isn't ready goes. */
  nb_plugin_fixture_start_well (fixture);
  g_assert_cmpuint (links->len, ==, 2);
  g_assert_cmpstr (((NbLink *)g_ptr_array_index (links, 0))->owner, ==, "z");
  g_assert_cmpstr (((NbLink *)g_ptr_array_index (links, 1))->owner, ==, "a");
  g_assert_cmpstr (changes->str, ==, "2 ");
  nb_plugin_host_stop (fixture->host);
  g_assert_cmpstr (changes->str, ==, "2 1 0 ");
}

static void
test_no_folder (NbPluginFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_plugin_host_add_folder (fixture->host, "/nowhere/at/all", NB_PLUGIN_OPTIONAL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A plugin that fails is told as a warning; that is what most of these tests are about. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  nb_plugin_fixture_test ("/plugin/host/what-was-registered-is-undone", test_undo);
  nb_plugin_fixture_test ("/plugin/host/chain-ends-at-disabled", test_requires_disabled);
  nb_plugin_fixture_test ("/plugin/host/optional-chain-is-skipped", test_optional_chain);
  nb_plugin_fixture_test ("/plugin/host/required-failure-stops-all", test_required_fails);
  nb_plugin_fixture_test ("/plugin/host/missing-is-named", test_missing);
  nb_plugin_fixture_test ("/plugin/host/cycle-is-printed", test_cycle);
  nb_plugin_fixture_test ("/plugin/host/own-need-is-a-cycle", test_self_cycle);
  nb_plugin_fixture_test ("/plugin/host/second-of-an-id-is-refused", test_double_id);
  for (guint i = 0; i < G_N_ELEMENTS (broken_modules); i++)
    {
      g_autofree char *path = g_strconcat ("/plugin/host/module/", broken_modules[i].module, NULL);
      g_test_add (path, NbPluginFixture, GUINT_TO_POINTER (i), nb_plugin_fixture_set_up, test_broken_module,
                  nb_plugin_fixture_tear_down);
    }
  nb_plugin_fixture_test ("/plugin/host/manifest-api-comes-before-code", test_manifest_api);
  nb_plugin_fixture_test ("/plugin/host/module-file", test_module_file);
  nb_plugin_fixture_test ("/plugin/host/half-start-is-undone", test_half_start);
  nb_plugin_fixture_test ("/plugin/host/route-conflict-names-the-first", test_route_conflict);
  nb_plugin_fixture_test ("/plugin/host/unready-takes-dependants-along", test_unready);
  nb_plugin_fixture_test ("/plugin/host/broken-promise-is-named", test_broken_promise);
  nb_plugin_fixture_test ("/plugin/host/auction-type-comes-and-goes", test_auction_type);
  nb_plugin_fixture_test ("/plugin/host/late-registration-is-refused", test_late_registration);
  nb_plugin_fixture_test ("/plugin/host/faults-of-sections", test_sections);
  nb_plugin_fixture_test ("/plugin/host/refused-settings", test_refused_settings);
  nb_plugin_fixture_test ("/plugin/host/unnamed-stays-off", test_unnamed);
  nb_plugin_fixture_test ("/plugin/host/broken-manifest-is-listed", test_broken_manifest);
  nb_plugin_fixture_test ("/plugin/host/any-provider-will-do", test_any_provider);
  nb_plugin_fixture_test ("/plugin/host/order-follows-needs", test_order);
  nb_plugin_fixture_test ("/plugin/host/folder-that-is-not-there", test_no_folder);
  return g_test_run ();
}
