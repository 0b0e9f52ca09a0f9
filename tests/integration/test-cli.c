/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line as programs and people use it: help, exit codes, answers. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"

/* A database and the flags that name it. */
typedef struct
{
  NbTestDatabase *database;
  const char *folder;
  char *data_dir;
  char *url;
  const char *flags[5];
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->database = nb_test_database_new (GPOINTER_TO_INT (data));
  fixture->folder = nb_test_database_get_folder (fixture->database);
  fixture->data_dir = g_strdup_printf ("server.data-dir=%s/data", fixture->folder);
  fixture->url = g_strconcat ("database.url=", nb_test_database_get_url (fixture->database), NULL);
  fixture->flags[0] = "--set";
  fixture->flags[1] = fixture->data_dir;
  fixture->flags[2] = "--set";
  fixture->flags[3] = fixture->url;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_test_database_free (fixture->database);
  g_free (fixture->data_dir);
  g_free (fixture->url);
}

static NbTestRun *
run (Fixture *fixture, const char *command)
{
  return nb_test_program_run_words (command, fixture->flags);
}

/* Runs @command, which must end with @code. */
static NbTestRun *
expect (Fixture *fixture, const char *command, int code)
{
  NbTestRun *result = run (fixture, command);

  if (result->code != code)
    g_error ("neighborbid %s: ended with %d, expected %d\n%s%s", command, result->code, code, result->out, result->err);
  return result;
}

static void
assert_contains (const char *text, const char *part)
{
  if (!strstr (text, part))
    g_error ("'%s' is not in:\n%s", part, text);
}

static char *
write_file (Fixture *fixture, const char *name, const char *text)
{
  char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static const char *const commands[] = {
  "serve",          "check",      "config show",   "config defaults", "plugin list",  "plugin info",
  "db status",      "db migrate", "doctor",        "user add",        "user role",    "auction show",
  "auction replay", "demo seed",  "region import", "outbox list",     "outbox retry", "outbox drop",
};

static void
test_help (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *const help[] = { "--help", NULL };
      const char *const unknown[] = { "--no-such-option", NULL };
      const char *const surplus[] = { "a", "b", "c", NULL };
      g_autoptr (NbTestRun) good = nb_test_program_run_words (commands[i], help);
      g_autoptr (NbTestRun) bad = nb_test_program_run_words (commands[i], unknown);
      g_autoptr (NbTestRun) more = nb_test_program_run_words (commands[i], surplus);

      g_assert_cmpint (good->code, ==, 0);
      assert_contains (good->out, "Usage:");
      assert_contains (good->out, commands[i]);
      g_assert_cmpstr (good->err, ==, "");
      g_assert_cmpint (bad->code, ==, 2);
      assert_contains (bad->err, "--no-such-option");
      g_assert_cmpint (more->code, ==, 2);
    }
}

static void
test_no_command (void)
{
  static const struct
  {
    const char *words;
    int code;
  } cases[] = { { "--help", 0 },        { "-h", 0 },           { "--version", 0 },
                { "plugin --help", 0 }, { "plugin", 2 },       { "nosuch", 2 },
                { "plugin nosuch", 2 }, { "db --version", 2 }, { "--nosuch", 2 } };
  g_autoptr (NbTestRun) nothing = nb_test_program_run ((const char *const[]){ NULL }, NULL);
  g_autoptr (NbTestRun) help = nb_test_program_run_words ("--help", NULL);

  g_assert_cmpint (nothing->code, ==, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NbTestRun) result = nb_test_program_run_words (cases[i].words, NULL);
      if (result->code != cases[i].code)
        g_error ("neighborbid %s ended with %d", cases[i].words, result->code);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    assert_contains (help->out, commands[i]);
}

static void
test_check (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good
      = write_file (fixture, "good.conf", "[limits]\nwrites-per-second=5\n[plugins]\nwallet=required\n");
  g_autofree char *bad = write_file (fixture, "bad.conf",
                                     "[server]\nlisen=x\n[plugins]\nwalet=required\nwallet=perhaps\n"
                                     "[plugin wallet]\ndeposit-max=much\n[plugin nosuch]\na=b\n");
  g_autofree char *check_good = g_strconcat ("check -c ", good, NULL);
  g_autofree char *check_bad = g_strconcat ("check -c ", bad, NULL);
  g_autofree char *server_line = g_strconcat (bad, ":2: [server] 'lisen': unknown key, did you mean 'listen'?\n", NULL);
  g_autoptr (NbTestRun) fine = expect (fixture, check_good, 0);
  g_autoptr (NbTestRun) faults = expect (fixture, check_bad, 78);
  g_autoptr (NbTestRun) missing = expect (fixture, "check -c /no/such/file", 78);
  g_autofree char *plugins = write_file (fixture, "plugins.conf",
                                         "[plugins]\nwalet=required\nwallet=perhaps\n"
                                         "[plugin wallet]\ndeposit-max=much\n[plugin nosuch]\na=b\n");
  g_autofree char *check_plugins = g_strconcat ("check -c ", plugins, NULL);
  g_autoptr (NbTestRun) more = expect (fixture, check_plugins, 78);

  g_assert_cmpstr (faults->err, ==, server_line);
  assert_contains (missing->err, "/no/such/file: can't be read");
  assert_contains (more->err, "plugins.conf:2: [plugins] walet: there is no such plugin, did you mean 'wallet'?\n");
  assert_contains (more->err, "plugins.conf:3: [plugins] wallet: found 'perhaps', expected required, optional or "
                              "disabled\n");
  assert_contains (more->err, "plugins.conf:5: [plugin wallet] deposit-max: found 'much'");
  assert_contains (more->err, "plugins.conf:6: [plugin nosuch]: no such plugin is installed\n");
}

/* What the program prints of a configuration is a configuration. */
static void
test_config_round_trip (Fixture *fixture, gconstpointer data)
{
  static const char *const printers[] = { "config show", "config defaults" };

  for (gsize i = 0; i < G_N_ELEMENTS (printers); i++)
    {
      g_autoptr (NbTestRun) printed = nb_test_program_run_words (printers[i], NULL);
      g_autofree char *path = write_file (fixture, "printed.conf", printed->out);
      const char *const arguments[] = { "check", "-c", path, NULL };
      g_autoptr (NbTestRun) checked = nb_test_program_run (arguments, NULL);

      g_assert_cmpint (printed->code, ==, 0);
      g_assert_cmpstr (checked->err, ==, "");
      g_assert_cmpint (checked->code, ==, 0);
    }
}

static void
test_config_show (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = write_file (fixture, "site.conf", "[server]\nbase-url=https://a.example\n");
  const char *const arguments[] = { "config",
                                    "show",
                                    "--json",
                                    "-c",
                                    file,
                                    "--set",
                                    "database.url=postgresql://me:hunter2@db.example/x?password=hunter3",
                                    NULL };
  g_autoptr (NbTestRun) shown = nb_test_program_run (arguments, NULL);
  g_autoptr (JsonNode) node = json_from_string (shown->out, NULL);
  g_autofree char *origin = g_strconcat (file, ":2", NULL);
  JsonObject *server;
  JsonObject *value;

  g_assert_cmpint (shown->code, ==, 0);
  g_assert_null (strstr (shown->out, "hunter"));
  assert_contains (shown->out, "postgresql://me:***@db.example/x?password=***");
  g_assert_nonnull (node);
  server = json_object_get_object_member (json_node_get_object (node), "server");
  value = json_object_get_object_member (server, "base-url");
  g_assert_cmpstr (json_object_get_string_member (value, "value"), ==, "https://a.example");
  g_assert_cmpstr (json_object_get_string_member (value, "origin"), ==, origin);
  value = json_object_get_object_member (server, "listen");
  g_assert_cmpstr (json_object_get_string_member (value, "origin"), ==, "default");
}

static void
test_plugins (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestRun) all = expect (fixture, "plugin list --json", 0);
  g_autoptr (NbTestRun) without = expect (fixture, "plugin list --set plugins.auction-local=disabled", 0);
  g_autoptr (NbTestRun) chain
      = expect (fixture, "plugin list --set plugins.wallet=disabled --set plugins.auction-local=required", 78);
  g_autoptr (NbTestRun) refused
      = expect (fixture, "serve --set plugins.wallet=disabled --set plugins.auction-local=required", 78);
  g_autoptr (NbTestRun) skipped = expect (fixture, "plugin list --set plugins.wallet=disabled", 0);
  g_autoptr (NbTestRun) info = expect (fixture, "plugin info wallet", 0);
  g_autoptr (NbTestRun) unknown = expect (fixture, "plugin info nosuch", 2);
  g_autoptr (JsonNode) node = json_from_string (all->out, NULL);

  g_assert_nonnull (node);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), "items")), >=, 2);
  g_assert_true (g_regex_match_simple ("auction-local .*disabled +disabled", without->out, 0, 0));
  assert_contains (chain->err, "auction-local requires wallet, which is disabled");
  assert_contains (refused->err, "auction-local requires wallet, which is disabled");
  assert_contains (skipped->out, "requires wallet, which is disabled");
  assert_contains (info->out, "deposit-max=");
  assert_contains (unknown->err, "nosuch");
}

static void
test_database (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestRun) before = expect (fixture, "db status", 0);
  g_autoptr (NbTestRun) early = expect (fixture, "doctor", 3);
  g_autoptr (NbTestRun) dry = expect (fixture, "db migrate --dry-run", 0);
  g_autoptr (NbTestRun) still = expect (fixture, "db status", 0);
  g_autoptr (NbTestRun) migrated = expect (fixture, "db migrate", 0);
  g_autoptr (NbTestRun) again = expect (fixture, "db migrate", 0);
  g_autoptr (NbTestRun) after = expect (fixture, "db status --json", 0);
  g_autoptr (JsonNode) node = json_from_string (after->out, NULL);

  assert_contains (before->out, "pending");
  assert_contains (early->out, "is pending");
  assert_contains (dry->out, "would apply core 001");
  g_assert_cmpstr (before->out, ==, still->out);
  assert_contains (migrated->out, "applied core 001");
  assert_contains (again->out, "up to date");
  g_assert_nonnull (node);
  g_assert_null (strstr (after->out, "pending"));
}

static void
test_people (Fixture *fixture, gconstpointer data)
{
  g_autofree char *password = write_file (fixture, "password", "correct horse battery\n");
  g_autofree char *with_file = g_strdup_printf ("user add bora --role admin --password-file %s", password);
  const char *const by_input[] = { "user", "add", "areum", "--set", fixture->data_dir, "--set", fixture->url, NULL };
  g_autoptr (NbTestRun) first = expect (fixture, with_file, 0);
  g_autoptr (NbTestRun) second = nb_test_program_run (by_input, "another long password\n");
  g_autoptr (NbTestRun) twice = expect (fixture, with_file, 1);
  g_autoptr (NbTestRun) empty = expect (fixture, "user add carol", 1);
  g_autoptr (NbTestRun) weak = nb_test_program_run (by_input, "password\n");
  g_autoptr (NbTestRun) role = expect (fixture, "user role areum admin", 0);
  g_autoptr (NbTestRun) nobody = expect (fixture, "user role nobody admin", 1);
  g_autofree char *roles
      = nb_test_database_run (fixture->database, "SELECT roles FROM people WHERE username = 'areum'");
  g_autofree char *count = nb_test_database_run (fixture->database, "SELECT count(*) FROM people");
  g_autofree char *audit = nb_test_database_run (fixture->database, "SELECT count(*) FROM audit");

  g_assert_cmpint (second->code, ==, 0);
  g_assert_cmpint (weak->code, ==, 1);
  g_assert_cmpstr (roles, ==, "admin");
  g_assert_cmpstr (count, ==, "2");
  g_assert_cmpstr (audit, ==, "3");
}

/* The one hold of an ascending auction is its leader's, of its price. */
static void
assert_shows_hold (Fixture *fixture)
{
  g_autofree char *id = nb_test_database_run (
      fixture->database, "SELECT id FROM auctions WHERE bid_count > 0 AND status = 'open' ORDER BY id LIMIT 1");
  g_autofree char *sql = g_strdup_printf (
      "SELECT leader_id || ' ' || (SELECT amount FROM holds WHERE auction_id = a.id) FROM auctions AS a WHERE id = %s",
      id);
  g_autofree char *stored = nb_test_database_run (fixture->database, sql);
  g_auto (GStrv) parts = g_strsplit (stored, " ", 2);
  g_autofree char *expected = g_strdup_printf ("HOLD OF PERSON               AMOUNT\n%-20s %14s\n", parts[0], parts[1]);
  g_autofree char *words = g_strdup_printf ("auction show %s", id);
  g_autofree char *bare_words
      = g_strdup_printf ("auction show --set plugins.wallet=disabled --set plugins.auction-local=disabled %s", id);
  g_autoptr (NbTestRun) show = expect (fixture, words, 0);
  g_autoptr (NbTestRun) bare = expect (fixture, bare_words, 0);

  assert_contains (show->out, expected);
  g_assert_null (strstr (bare->out, "HOLD OF PERSON"));
}

static void
test_demo_and_doctor (Fixture *fixture, gconstpointer data)
{
  g_autofree char *tokens = g_build_filename (fixture->folder, "tokens", NULL);
  g_autofree char *seed = g_strdup_printf ("demo seed --people 6 --auctions 10 --type local --tokens %s", tokens);
  g_autoptr (NbTestRun) no_type = expect (fixture, "demo seed --type nosuch", 78);
  g_autoptr (NbTestRun) seeded = expect (fixture, seed, 0);
  g_autoptr (NbTestRun) twice = expect (fixture, seed, 1);
  g_autoptr (NbTestRun) healthy = expect (fixture, "doctor --json", 0);
  g_autoptr (NbTestRun) list = expect (fixture, "doctor --list", 0);
  g_autoptr (NbTestRun) one = expect (fixture, "doctor --run clock", 0);
  g_autoptr (NbTestRun) none = expect (fixture, "doctor --run nosuch", 2);
  g_autofree char *id
      = nb_test_database_run (fixture->database, "SELECT id FROM auctions WHERE bid_count > 0 ORDER BY id LIMIT 1");
  g_autofree char *show_words = g_strdup_printf ("auction show --json %s", id);
  g_autofree char *replay_words = g_strdup_printf ("auction replay %s", id);
  g_autoptr (NbTestRun) show = expect (fixture, show_words, 0);
  g_autoptr (NbTestRun) equal = expect (fixture, replay_words, 0);
  g_autofree char *text = NULL;
  GStatBuf status;

  g_assert_true (g_file_get_contents (tokens, &text, NULL, NULL));
  g_assert_true (g_regex_match_simple ("^([0-9]+ [a-z0-9]+ [0-9a-f]{64}\n){6}$", text, 0, 0));
  g_assert_no_errno (g_stat (tokens, &status));
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  assert_contains (twice->err, "has people in it");
  assert_contains (list->out, "ledger-sums");
  assert_contains (one->out, "clock");
  assert_contains (show->out, "\"last_bids\"");
  assert_contains (show->out, "\"holds\"");
  assert_shows_hold (fixture);
  g_clear_pointer (&text, g_free);
  text = g_strdup_printf ("UPDATE auctions SET price = price + 1 WHERE id = %s", id);
  g_free (nb_test_database_run (fixture->database, text));
  {
    g_autoptr (NbTestRun) differs = expect (fixture, replay_words, 3);
    g_autoptr (NbTestRun) sick = expect (fixture, "doctor", 3);

    assert_contains (sick->out, "FAULT");
    g_assert_cmpstr (differs->out, !=, "");
  }
}

static void
test_auction_faults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestRun) migrated = expect (fixture, "db migrate", 0);
  g_autoptr (NbTestRun) missing = expect (fixture, "auction show 42", 1);
  g_autoptr (NbTestRun) not_an_id = expect (fixture, "auction show 1e3", 2);
  g_autoptr (NbTestRun) replay = expect (fixture, "auction replay 42", 1);

  assert_contains (missing->err, "no such auction");
}

/* Two events that were given up, one that waits for its next try, and one that is due. */
static void
fill_outbox (Fixture *fixture)
{
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO outbox (id, kind, version, auction_id, payload, created_at, tries, next_at, is_dead, reason) VALUES "
      "(11, 'outbid', 1, 77, '{}', %" G_GINT64_FORMAT ", 8, 0, 1, 'no such ' || CAST (2 AS TEXT)), "
      "(12, 'settled', 1, 0, '{}', 0, 8, 0, 1, 'worse'), "
      "(13, 'outbid', 1, 77, '{}', %" G_GINT64_FORMAT ", 3, 9000000000000000, 0, 'later'), "
      "(14, 'outbid', 1, 0, '{}', %" G_GINT64_FORMAT ", 0, 0, 0, '')",
      g_get_real_time (), g_get_real_time (), g_get_real_time ());

  g_free (nb_test_database_run (fixture->database, sql));
}

static gint64
count (Fixture *fixture, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (fixture->database, sql);

  return g_ascii_strtoll (cell, NULL, 10);
}

static void
test_outbox_list (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestRun) migrated = expect (fixture, "db migrate", 0);
  g_autoptr (NbTestRun) empty = expect (fixture, "outbox list", 0);
  g_autoptr (NbTestRun) none_dead = expect (fixture, "outbox list --dead", 0);
  g_autoptr (NbTestRun) none = expect (fixture, "outbox list --limit 0", 2);
  g_autoptr (NbTestRun) healthy = expect (fixture, "doctor --run outbox", 0);

  assert_contains (empty->out, "Nothing waits.");
  assert_contains (none_dead->out, "Nothing was given up.");
  assert_contains (none->err, "--limit: found 0, expected 1 to 10000");
  fill_outbox (fixture);
  g_autoptr (NbTestRun) all = expect (fixture, "outbox list", 0);
  g_autoptr (NbTestRun) dead = expect (fixture, "outbox list --dead", 0);
  g_autoptr (NbTestRun) one = expect (fixture, "outbox list --limit 1 --json", 0);
  g_autoptr (NbTestRun) sick = expect (fixture, "doctor --run outbox", 3);
  g_autoptr (JsonNode) node = json_from_string (one->out, NULL);
  JsonArray *items = json_object_get_array_member (json_node_get_object (node), "items");
  JsonObject *item = json_array_get_object_element (items, 0);

  assert_contains (all->out, "auction 77");
  assert_contains (all->out, "no such 2");
  assert_contains (all->out, "waiting  later");
  assert_contains (dead->out, "worse");
  g_assert_null (strstr (dead->out, "waiting"));
  assert_contains (sick->out, "2 events were given up");
  g_assert_cmpuint (json_array_get_length (items), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (item, "what"), ==, "event");
  g_assert_cmpstr (json_object_get_string_member (item, "id"), ==, "11");
  g_assert_cmpstr (json_object_get_string_member (item, "kind"), ==, "outbid");
  g_assert_cmpstr (json_object_get_string_member (item, "auction"), ==, "77");
  g_assert_cmpint (json_object_get_int_member (item, "tries"), ==, 8);
  g_assert_cmpstr (json_object_get_string_member (item, "state"), ==, "dead");
  g_assert_true (json_object_get_null_member (item, "next_at"));
}

static void
test_outbox_changes (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *command;
    int code;
    const char *said;
  } refused[] = {
    { "outbox retry", 2, "expected an id, or --all" },
    { "outbox retry 11 --all", 2, "expected an id, or --all" },
    { "outbox retry 1e3", 2, "'1e3' is no event's or delivery's id" },
    { "outbox retry 99", 1, "there is no event or delivery 99" },
    { "outbox retry 13", 1, "event 13 still waits" },
    { "outbox drop 14 --reason old", 1, "event 14 still waits" },
    { "outbox drop 11", 2, "--reason: expected 1 to 500 bytes" },
    { "outbox drop --all --reason=", 2, "--reason: expected 1 to 500 bytes" },
  };
  g_autoptr (NbTestRun) migrated = expect (fixture, "db migrate", 0);

  fill_outbox (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (NbTestRun) result = expect (fixture, refused[i].command, refused[i].code);
      assert_contains (result->err, refused[i].said);
    }
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM outbox WHERE is_dead = 1"), ==, 2);
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM audit"), ==, 0);

  g_autoptr (NbTestRun) retried = expect (fixture, "outbox retry 11", 0);
  assert_contains (retried->out, "tried again: 1 events, 0 deliveries");
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM outbox WHERE id = 11 AND is_dead = 0 AND tries = 0"), ==, 1);
  g_autoptr (NbTestRun) dropped = expect (fixture, "outbox drop --all --reason nonsense", 0);
  assert_contains (dropped->out, "dropped: 1 events, 0 deliveries");
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM outbox WHERE id = 12"), ==, 0);
  g_autoptr (NbTestRun) nothing = expect (fixture, "outbox retry --all", 0);
  assert_contains (nothing->out, "tried again: 0 events");
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM outbox"), ==, 3);
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM audit WHERE actor = 'command line' AND action = "
                                   "'outbox-retry' AND subject = '11'"),
                   ==, 1);
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM audit WHERE action = 'outbox-drop' AND subject = 'all' AND "
                                   "reason = '1 events, 0 deliveries: nonsense'"),
                   ==, 1);
}

/* The messages that a plugin has still to deliver are among them. */
static void
test_outbox_deliveries (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestRun) migrated = expect (fixture, "db migrate", 0);

  g_free (nb_test_database_run (
      fixture->database,
      "INSERT INTO notify_deliveries (id, message_id, person_id, channel, tries, next_at, is_dead, "
      "reason, created_at) VALUES (21, 7, 5, 'mail', 8, 0, 1, '550 nobody', 1), "
      "(22, 8, 5, 'mail', 1, 9000000000000000, 0, 'soon', 1), (23, 9, 5, 'mail', 8, 0, 1, 'no', 1)"));
  g_autoptr (NbTestRun) all = expect (fixture, "outbox list", 0);
  g_autoptr (NbTestRun) dead = expect (fixture, "outbox list --dead --json", 0);
  g_autoptr (NbTestRun) early = expect (fixture, "outbox retry 22", 1);
  g_autoptr (NbTestRun) retried = expect (fixture, "outbox retry 21", 0);
  g_autoptr (NbTestRun) dropped = expect (fixture, "outbox drop 23 --reason nobody", 0);
  g_autoptr (JsonNode) node = json_from_string (dead->out, NULL);
  JsonArray *items = json_object_get_array_member (json_node_get_object (node), "items");
  JsonObject *item = json_array_get_object_element (items, 0);

  assert_contains (all->out, "mail to 5");
  assert_contains (all->out, "soon");
  g_assert_cmpuint (json_array_get_length (items), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (item, "what"), ==, "delivery");
  g_assert_cmpstr (json_object_get_string_member (item, "id"), ==, "21");
  g_assert_cmpstr (json_object_get_string_member (item, "channel"), ==, "mail");
  g_assert_cmpstr (json_object_get_string_member (item, "reason"), ==, "550 nobody");
  assert_contains (early->err, "delivery 22 still waits");
  assert_contains (retried->out, "tried again: 0 events, 1 deliveries");
  assert_contains (dropped->out, "dropped: 0 events, 1 deliveries");
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM notify_deliveries WHERE id = 21 AND is_dead = 0"), ==, 1);
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM notify_deliveries WHERE id = 23"), ==, 0);
  g_assert_cmpint (count (fixture, "SELECT count(*) FROM audit"), ==, 2);
}

static void
test_regions (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = write_file (fixture, "good.tsv",
                                      "code\tname\tname_en\tlatitude\tlongitude\n"
                                      "1100000000\t서울특별시\tSeoul\t37.567\t126.978\n");
  g_autofree char *bad = write_file (fixture, "bad.tsv",
                                     "code\tname\tname_en\tlatitude\tlongitude\n"
                                     "11\t서울특별시\tSeoul\t37.567\t126.978\n");
  g_autofree char *import_good = g_strconcat ("region import ", good, NULL);
  g_autofree char *import_bad = g_strconcat ("region import ", bad, NULL);
  g_autoptr (NbTestRun) taken = expect (fixture, import_good, 0);
  g_autoptr (NbTestRun) refused = expect (fixture, import_bad, 1);
  g_autoptr (NbTestRun) missing = expect (fixture, "region import /no/such/file", 1);

  assert_contains (taken->out, "1 regions");
  assert_contains (refused->err, "bad.tsv");
}

int
main (int argc, char **argv)
{
  static const NbTestDatabaseKind kinds[] = { NB_TEST_SQLITE, NB_TEST_POSTGRESQL };
  static const struct
  {
    const char *name;
    void (*function) (Fixture *fixture, gconstpointer data);
    gboolean is_on_both;
  } cases[] = {
    { "check", test_check, FALSE },
    { "config-round-trip", test_config_round_trip, FALSE },
    { "config-show", test_config_show, FALSE },
    { "plugins", test_plugins, FALSE },
    { "database", test_database, TRUE },
    { "people", test_people, TRUE },
    { "demo-and-doctor", test_demo_and_doctor, TRUE },
    { "auction-faults", test_auction_faults, TRUE },
    { "outbox-list", test_outbox_list, TRUE },
    { "outbox-changes", test_outbox_changes, TRUE },
    { "outbox-deliveries", test_outbox_deliveries, TRUE },
    { "regions", test_regions, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/help", test_help);
  g_test_add_func ("/cli/no-command", test_no_command);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize k = 0; k < (cases[i].is_on_both ? G_N_ELEMENTS (kinds) : 1); k++)
      {
        g_autofree char *path = g_strdup_printf ("/cli/%s/%s", cases[i].name, nb_test_database_kind_name (kinds[k]));
        g_test_add (path, Fixture, GINT_TO_POINTER (kinds[k]), set_up, cases[i].function, tear_down);
      }
  return g_test_run ();
}
