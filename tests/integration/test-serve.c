/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The serving process: killed in a storm of bids, asked to stop or to reload, started where it can't. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "tests/integration/bid-storm.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"

#define N_PEOPLE 6
#define ROUNDS 10
#define BIDS_A_ROUND 40

typedef struct
{
  NbTestDatabase *database;
  char *config; /* the configuration file */
  char *log;
  const char *flags[3];
  char **tokens; /* of the bidders, with the seller's first */
} Fixture;

static void
write_config (Fixture *fixture, const char *more)
{
  g_autofree char *text = g_strdup_printf (
      "[server]\ndata-dir=%s/data\nlog=json\n[database]\nurl=%s\n[plugin auction-local]\neligibility=anyone\n[limits]\n"
      "writes-per-second=0\nconnections-per-address=0\nsign-ins-per-minute=0\n%s",
      nb_test_database_get_folder (fixture->database), nb_test_database_get_url (fixture->database), more);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->config, text, -1, &error);
  g_assert_no_error (error);
}

static NbTestRun *
expect (Fixture *fixture, const char *command, int code)
{
  NbTestRun *result = nb_test_program_run_words (command, fixture->flags);

  if (result->code != code)
    g_error ("neighborbid %s: ended with %d, expected %d\n%s%s", command, result->code, code, result->out, result->err);
  return result;
}

static char **
read_tokens (const char *path)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (char **line = lines; *line; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", -1);
      g_strv_builder_add (builder, words[2]);
    }
  return g_strv_builder_end (builder);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *folder;
  g_autofree char *tokens = NULL;
  g_autofree char *seed = NULL;
  g_autoptr (NbTestRun) seeded = NULL;

  fixture->database = nb_test_database_new (GPOINTER_TO_INT (data));
  folder = nb_test_database_get_folder (fixture->database);
  fixture->config = g_build_filename (folder, "site.conf", NULL);
  fixture->log = g_build_filename (folder, "log", NULL);
  fixture->flags[0] = "-c";
  fixture->flags[1] = fixture->config;
  write_config (fixture, "");
  tokens = g_build_filename (folder, "tokens", NULL);
  seed = g_strdup_printf ("demo seed --people %d --auctions 0 --balance 1000000000000 --tokens %s", N_PEOPLE, tokens);
  seeded = expect (fixture, seed, 0);
  fixture->tokens = read_tokens (tokens);
  g_assert_cmpuint (g_strv_length (fixture->tokens), ==, N_PEOPLE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_test_database_free (fixture->database);
  g_free (fixture->config);
  g_free (fixture->log);
  g_strfreev (fixture->tokens);
}

static NbTestSite *
start (Fixture *fixture)
{
  return nb_test_site_start (fixture->flags, fixture->log);
}

/* Lists an auction that takes any amount above the last. Returns: (transfer full): its id */
static char *
list_auction (Fixture *fixture, NbTestSite *site)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) end = g_date_time_add_hours (now, 2);
  g_autofree char *ends_at = g_date_time_format (end, "%Y-%m-%dT%H:%M:%S.000Z");
  g_autofree char *body
      = g_strdup_printf ("{\"type\":\"local\",\"title\":\"storm\",\"description\":\"-\",\"ends_at\":\"%s\","
                         "\"terms\":{\"start_price\":1,\"step\":1}}",
                         ends_at);
  g_autofree char *answer = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpuint (bid_storm_call (site->url, fixture->tokens[0], "POST", "/api/v1/auctions", body, &answer), ==, 201);
  node = json_from_string (answer, NULL);
  return g_strdup (json_object_get_string_member (json_node_get_object (node), "id"));
}

static char **
list_auctions (Fixture *fixture, NbTestSite *site)
{
  char **ids = g_new0 (char *, 3);

  ids[0] = list_auction (fixture, site);
  ids[1] = list_auction (fixture, site);
  return ids;
}

/* Every bid that a client was told of is in the database. */
static void
assert_all_there (Fixture *fixture, GPtrArray *bids)
{
  g_autoptr (GString) sql = g_string_new ("SELECT count(*) FROM bids WHERE id IN (0");
  g_autofree char *expected = g_strdup_printf ("%u", bids->len);
  g_autofree char *found = NULL;

  for (guint i = 0; i < bids->len; i++)
    g_string_append_printf (sql, ",%s", (const char *)bids->pdata[i]);
  g_string_append (sql, ")");
  found = nb_test_database_run (fixture->database, sql->str);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_kill_in_a_storm (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) auctions = NULL;

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (NbTestSite) site = start (fixture);
      g_autoptr (NbTestRun) healthy = NULL;
      g_autoptr (GPtrArray) accepted = NULL;
      BidStorm *storm;

      if (!auctions)
        auctions = list_auctions (fixture, site);
      storm = bid_storm_start (site->url, fixture->tokens + 1, auctions);
      bid_storm_wait_for (storm, BIDS_A_ROUND + (guint)g_test_rand_int_range (0, BIDS_A_ROUND));
      g_assert_cmpint (nb_test_site_stop (site, SIGKILL), ==, -1);
      accepted = bid_storm_end (storm);
      assert_all_there (fixture, accepted);
      healthy = expect (fixture, "doctor", 0);
    }
}

static void
test_stop_in_a_storm (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestSite) site = start (fixture);
  g_auto (GStrv) auctions = list_auctions (fixture, site);
  BidStorm *storm = bid_storm_start (site->url, fixture->tokens + 1, auctions);
  g_autoptr (GPtrArray) accepted = NULL;
  g_autoptr (NbTestRun) healthy = NULL;

  bid_storm_wait_for (storm, BIDS_A_ROUND);
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
  accepted = bid_storm_end (storm);
  assert_all_there (fixture, accepted);
  healthy = expect (fixture, "doctor", 0);
}

/* Waits until the server's log has grown by a line with @text. @from: (inout): where to look from */
static void
wait_for_log (Fixture *fixture, const char *text, gsize *from)
{
  gint64 deadline = g_get_monotonic_time () + 90 * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < deadline)
    {
      g_autofree char *log = NULL;
      gsize length = 0;
      const char *found;

      g_assert_true (g_file_get_contents (fixture->log, &log, &length, NULL));
      found = length > *from ? strstr (log + *from, text) : NULL;
      if (found)
        {
          *from = (gsize)(found - log) + strlen (text);
          return;
        }
      g_usleep (10000);
    }
  g_error ("the log never said '%s'", text);
}

static void
reload (Fixture *fixture, NbTestSite *site, const char *config, const char *answer, gsize *from)
{
  write_config (fixture, config);
  g_subprocess_send_signal (site->process, SIGHUP);
  wait_for_log (fixture, answer, from);
}

static char *
list_types (NbTestSite *site)
{
  char *answer = NULL;

  g_assert_cmpuint (bid_storm_call (site->url, NULL, "GET", "/api/v1/auction-types", NULL, &answer), ==, 200);
  return answer;
}

static void
test_reload (Fixture *fixture, gconstpointer data)
{
  static const char *const broken[] = { "[limits]\n",
                                        "[nosuch]\na=b\n",
                                        "[plugins]\nwallet=perhaps\n",
                                        "[plugin wallet]\ndeposit-max=much\n",
                                        "[plugins]\nwallet=disabled\nauction-local=required\n",
                                        "[auctions\n" };
  g_autoptr (NbTestSite) site = start (fixture);
  g_autofree char *types = list_types (site);
  g_autofree char *auction = list_auction (fixture, site);
  g_autofree char *path = g_strconcat ("/api/v1/auctions/", auction, NULL);
  gsize from = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *after = NULL;
      reload (fixture, site, broken[i], "was not taken over; the one before stays", &from);
      after = list_types (site);
      g_assert_cmpuint (strlen (after), ==, strlen (types));
    }
  reload (fixture, site, "[plugins]\nauction-local=disabled\n", "the configuration was taken over", &from);
  {
    g_autofree char *without = list_types (site);
    g_autofree char *paused = NULL;

    g_assert_null (strstr (without, "\"local\""));
    g_assert_cmpuint (bid_storm_call (site->url, NULL, "GET", path, NULL, &paused), ==, 200);
  }
  reload (fixture, site, "[auctions]\nfee-percent=3\n", "the configuration was taken over", &from);
  {
    g_autofree char *again = list_types (site);
    g_assert_nonnull (strstr (again, "\"local\""));
  }
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

static void
test_restart_keys_are_named (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestSite) site = start (fixture);
  gsize from = 0;

  write_config (fixture, "");
  {
    g_autofree char *text = NULL;
    g_autofree char *changed = NULL;

    g_assert_true (g_file_get_contents (fixture->config, &text, NULL, NULL));
    changed = g_strconcat ("[auctions]\nmin-duration=2m\n", text, NULL);
    g_assert_true (g_file_set_contents (fixture->config, changed, -1, NULL));
  }
  {
    g_autofree char *text = NULL;
    GString *changed;

    g_assert_true (g_file_get_contents (fixture->config, &text, NULL, NULL));
    changed = g_string_new (text);
    g_string_replace (changed, "log=json\n", "log=json\nbase-url=https://other.example\n", 1);
    g_assert_true (g_file_set_contents (fixture->config, changed->str, -1, NULL));
    g_string_free (changed, TRUE);
  }
  g_subprocess_send_signal (site->process, SIGHUP);
  wait_for_log (fixture, "[server] base-url has changed; it is taken at the next start", &from);
  wait_for_log (fixture, "the configuration was taken over", &from);
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

static void
test_no_start (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbTestSite) site = start (fixture);
  g_autofree char *taken = g_strconcat ("serve --set server.listen=", site->url + strlen ("http://"), NULL);
  g_autoptr (NbTestRun) in_use = expect (fixture, taken, 1);
  g_autoptr (NbTestRun) newer = NULL;

  g_assert_nonnull (strstr (in_use->err, site->url + strlen ("http://")));
  g_assert_cmpint (nb_test_site_stop (site, SIGINT), ==, 0);
  g_free (nb_test_database_run (fixture->database,
                                "INSERT INTO schema_migrations (component, number, name, checksum, applied_at) "
                                "VALUES ('core', 999, '999-later', 'x', 0)"));
  newer = expect (fixture, "serve", 1);
  g_assert_nonnull (strstr (newer->err, "newer"));
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
    { "kill-in-a-storm", test_kill_in_a_storm, TRUE },
    { "stop-in-a-storm", test_stop_in_a_storm, TRUE },
    { "reload", test_reload, FALSE },
    { "restart-keys-are-named", test_restart_keys_are_named, FALSE },
    { "no-start", test_no_start, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize k = 0; k < (cases[i].is_on_both ? G_N_ELEMENTS (kinds) : 1); k++)
      {
        g_autofree char *path = g_strdup_printf ("/serve/%s/%s", cases[i].name, nb_test_database_kind_name (kinds[k]));
        g_test_add (path, Fixture, GINT_TO_POINTER (kinds[k]), set_up, cases[i].function, tear_down);
      }
  return g_test_run ();
}
