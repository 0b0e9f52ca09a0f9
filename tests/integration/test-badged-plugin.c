/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin's number beside its link, in the real program: on pages of core and of plugins, until it is switched off. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/integration/bid-storm.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"

typedef struct
{
  NbTestDatabase *database;
  char *config;
  char *log;
  const char *flags[3];
  NbTestSite *site;
  char *token;
} Fixture;

static void
write_file (Fixture *fixture, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (nb_test_database_get_folder (fixture->database), path, NULL);
  g_autofree char *dir = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
configure (Fixture *fixture, const char *mode)
{
  const char *folder = nb_test_database_get_folder (fixture->database);
  g_autofree char *text
      = g_strdup_printf ("[server]\ndata-dir=%s/data\n[database]\nurl=%s\n[plugins]\npath=%s/more\nbadged=%s\n", folder,
                         nb_test_database_get_url (fixture->database), folder, mode);

  write_file (fixture, "site.conf", text);
}

static void
lay_out_plugin (Fixture *fixture)
{
  const char *folder = nb_test_database_get_folder (fixture->database);
  g_autofree char *built = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "tests", "plugins", "badged.so", NULL);
  g_autofree char *link = g_build_filename (folder, "more", "badged", "badged.so", NULL);

  write_file (fixture, "more/badged/badged.plugin",
              "[Plugin]\nId=badged\nModule=badged\nName=Badged\nVersion=1.0\nApi=1.0\n");
  write_file (fixture, "more/badged/static/js/badged.js", "document.title;\n");
  write_file (fixture, "more/badged/templates/badged.mustache",
              "{{<layout}}{{$main}}<h1>Things</h1>{{/main}}{{/layout}}\n");
  g_assert_cmpint (symlink (built, link), ==, 0);
}

/* Calls with a body of JSON, which must be answered with @status. Returns: (transfer full) */
static char *
call (Fixture *fixture, const char *method, const char *path, const char *body, guint status)
{
  char *answer = NULL;
  const guint found = bid_storm_call (fixture->site->url, fixture->token, method, path, body, &answer);

  if (found != status)
    g_error ("%s %s: %u: %s", method, path, found, answer);
  return answer;
}

static void
join (Fixture *fixture)
{
  g_autofree char *created = call (
      fixture, "POST", "/api/v1/accounts",
      "{\"username\":\"mina\",\"password\":\"tangerine-orchard\",\"nickname\":\"Mina\",\"region\":\"1111000000\"}",
      201);
  g_autofree char *session
      = call (fixture, "POST", "/api/v1/sessions", "{\"username\":\"mina\",\"password\":\"tangerine-orchard\"}", 200);
  g_autoptr (JsonNode) node = json_from_string (session, NULL);

  fixture->token = g_strdup (json_object_get_string_member (json_node_get_object (node), "token"));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *folder;

  fixture->database = nb_test_database_new (NB_TEST_SQLITE);
  folder = nb_test_database_get_folder (fixture->database);
  fixture->config = g_build_filename (folder, "site.conf", NULL);
  fixture->log = g_build_filename (folder, "log", NULL);
  fixture->flags[0] = "-c";
  fixture->flags[1] = fixture->config;
  lay_out_plugin (fixture);
  configure (fixture, "required");
  fixture->site = nb_test_site_start (fixture->flags, fixture->log);
  join (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (nb_test_site_stop (fixture->site, SIGTERM), ==, 0);
  nb_test_site_free (fixture->site);
  nb_test_database_free (fixture->database);
  g_free (fixture->config);
  g_free (fixture->log);
  g_free (fixture->token);
}

static void
assert_shown (Fixture *fixture, const char *path, const char *part, gboolean is_there)
{
  g_autofree char *page = call (fixture, "GET", path, NULL, 200);

  g_assert_true (strstr (page, "</html>") != NULL);
  g_assert_true ((strstr (page, part) != NULL) == is_there);
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  static const char *const pages[] = { "/", "/search", "/me", "/wallet", "/badged" };

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      assert_shown (fixture, pages[i], " data-badge=\"/badged\" hidden>0</span>", TRUE);
      assert_shown (fixture, pages[i], "/badged/js/badged.js\"></script>", TRUE);
    }
  g_free (call (fixture, "PUT", "/badged/3", NULL, 204));
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    assert_shown (fixture, pages[i], " data-badge=\"/badged\">3</span>", TRUE);
  g_free (call (fixture, "PUT", "/badged/120", NULL, 204));
  assert_shown (fixture, "/me", " data-badge=\"/badged\">99+</span>", TRUE);
}

static void
test_signed_out (Fixture *fixture, gconstpointer data)
{
  g_free (call (fixture, "PUT", "/badged/3", NULL, 204));
  g_clear_pointer (&fixture->token, g_free);
  assert_shown (fixture, "/", "badged", FALSE);
}

typedef struct
{
  Fixture *fixture;
  int is_over;
} Reader;

static gpointer
read_pages (gpointer user_data)
{
  Reader *reader = user_data;

  while (g_atomic_int_get (&reader->is_over) == 0)
    assert_shown (reader->fixture, "/me", "</main>", TRUE);
  return NULL;
}

static void
wait_until_gone (Fixture *fixture)
{
  for (gint64 deadline = g_get_monotonic_time () + 90 * G_USEC_PER_SEC; g_get_monotonic_time () < deadline;)
    {
      g_autofree char *answer = NULL;

      if (bid_storm_call (fixture->site->url, fixture->token, "GET", "/badged", NULL, &answer) == 404)
        return;
      g_usleep (20000);
    }
  g_error ("the plugin never went");
}

/* While two people look at pages, it goes; and nobody is shown a link that leads nowhere. */
static void
test_switched_off (Fixture *fixture, gconstpointer data)
{
  Reader reader = { .fixture = fixture };
  GThread *threads[2];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_pages, &reader);
  configure (fixture, "disabled");
  g_subprocess_send_signal (fixture->site->process, SIGHUP);
  wait_until_gone (fixture);
  g_atomic_int_set (&reader.is_over, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_shown (fixture, "/me", "badged", FALSE);
}

#define add_test(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/badged-plugin/pages", test_pages);
  add_test ("/badged-plugin/signed-out", test_signed_out);
  add_test ("/badged-plugin/switched-off", test_switched_off);
  return g_test_run ();
}
