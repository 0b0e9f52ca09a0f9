/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes that know nothing of each other on one database: started at once, with other roles, on sockets they share.
 */
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "core/web/nb-server-listener.h"
#include "tests/integration/bid-storm.h"
#include "tests/integration/crew-site.h"
#include "tests/integration/steady-load.h"
#include "tests/support/nb-test-server.h"

#define PATIENCE (60 * G_USEC_PER_SEC)

static NbTestSite *
spawn (CrewSite *self, GSocket *const *sockets, const char *names, const char *words)
{
  g_auto (GStrv) arguments = crew_site_make_arguments (self, words);

  return nb_test_site_spawn_on (sockets, names, (const char *const *)arguments, self->log);
}

/* All of them want to migrate, to read regions and to add demo data; each gets along. */
static void
test_start_at_once (CrewSite *self, gconstpointer data)
{
  NbTestSite *sites[3];
  g_autofree char *people = NULL;
  g_autoptr (NbTestRun) healthy = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (sites); i++)
    sites[i] = spawn (self, NULL, NULL, i == 0 ? "--dev --workers 2" : "--dev");
  for (gsize i = 0; i < G_N_ELEMENTS (sites); i++)
    {
      nb_test_site_wait (sites[i]);
      g_assert_cmpuint (bid_storm_call (sites[i]->url, NULL, "GET", "/api/v1/auctions", NULL, NULL), ==, 200);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sites); i++)
    {
      g_assert_cmpint (nb_test_site_stop (sites[i], SIGTERM), ==, 0);
      nb_test_site_free (sites[i]);
    }
  people = nb_test_database_run (self->database, "SELECT count(*) FROM people");
  g_assert_cmpstr (people, ==, "12");
  healthy = crew_site_expect (self, "doctor", 0);
}

/* Returns: (transfer full): the status of the auction as @site tells it */
static char *
read_status (const NbTestSite *site, const char *auction)
{
  g_autofree char *path = g_strconcat ("/api/v1/auctions/", auction, NULL);
  g_autofree char *answer = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpuint (bid_storm_call (site->url, NULL, "GET", path, NULL, &answer), ==, 200);
  node = json_from_string (answer, NULL);
  return g_strdup (json_object_get_string_member (json_node_get_object (node), "status"));
}

static void
wait_for_close (const NbTestSite *site, const char *auction)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autofree char *status = read_status (site, auction);

  while (g_str_equal (status, "open") || g_str_equal (status, "closing"))
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("auction %s is never closed", auction);
      g_usleep (20000);
      g_free (status);
      status = read_status (site, auction);
    }
  g_assert_cmpstr (status, ==, "sold");
}

/* What is bid in one process is closed by another. */
static void
test_jobs_elsewhere (CrewSite *self, gconstpointer data)
{
  g_auto (GStrv) tokens = crew_site_add_people (self, 3);
  g_autoptr (NbTestSite) web = crew_site_start (self, "--role web");
  g_autoptr (NbTestSite) other_web = crew_site_start (self, "--role live,web");
  g_autoptr (NbTestSite) jobs = crew_site_start (self, "--role jobs");
  g_autoptr (NbTestRun) healthy = NULL;
  g_autofree char *auction = crew_site_list_auction (web, "local", tokens[0]);
  g_autofree char *path = g_strdup_printf ("/api/v1/auctions/%s/bids", auction);
  g_autofree char *end = g_strdup_printf (
      "UPDATE auctions SET ends_at = CAST (extract (epoch FROM clock_timestamp ()) * 1000000 AS bigint) + 500000, "
      "next_due_at = CAST (extract (epoch FROM clock_timestamp ()) * 1000000 AS bigint) + 500000 WHERE id = %s",
      auction);

  g_assert_cmpuint (bid_storm_call (other_web->url, tokens[1], "POST", path, "{\"amount\":1000}", NULL), ==, 201);
  g_assert_cmpuint (bid_storm_call (web->url, tokens[2], "POST", path, "{\"amount\":2000}", NULL), ==, 201);
  g_free (nb_test_database_run (self->database, end));
  wait_for_close (web, auction);
  wait_for_close (other_web, auction);
  g_assert_null (jobs->url);
  g_assert_cmpuint (bid_storm_call (jobs->internal_url, NULL, "GET", "/readyz", NULL, NULL), ==, 200);
  healthy = crew_site_expect (self, "doctor", 0);
}

/* Who signs out in one process is signed out in the other before long. */
static void
test_sign_out_elsewhere (CrewSite *self, gconstpointer data)
{
  g_auto (GStrv) tokens = crew_site_add_people (self, 1);
  g_autoptr (NbTestSite) one = crew_site_start (self, "");
  g_autoptr (NbTestSite) other = crew_site_start (self, "");
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_assert_cmpuint (bid_storm_call (other->url, tokens[0], "GET", "/api/v1/me", NULL, NULL), ==, 200);
  g_assert_cmpuint (bid_storm_call (one->url, tokens[0], "DELETE", "/api/v1/sessions/current", NULL, NULL), ==, 204);
  g_assert_cmpuint (bid_storm_call (one->url, tokens[0], "GET", "/api/v1/me", NULL, NULL), ==, 401);
  while (bid_storm_call (other->url, tokens[0], "GET", "/api/v1/me", NULL, NULL) != 401)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (100000);
    }
}

static void
assert_lacks_role (const NbTestSite *site, const char *target, const char *role)
{
  g_autofree char *answer = nb_test_ask (crew_site_get_port (site->url), "GET", target,
                                         "Accept: text/html\r\nAccept-Language: en\r\n", NULL);
  g_autofree char *detail = g_strdup_printf ("it lacks the role %s\"", role);

  nb_test_assert_problem (answer, 404, "not_found");
  if (!strstr (answer, detail))
    g_error ("%s: %s", target, answer);
}

static void
test_live_alone (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) live = crew_site_start (self, "--role live");

  assert_lacks_role (live, "/", "web");
  assert_lacks_role (live, "/api/v1/auctions", "web");
  assert_lacks_role (live, "/static/css/site.css", "web");
  assert_lacks_role (live, "/nosuch", "web");
  g_assert_cmpuint (bid_storm_call (live->internal_url, NULL, "GET", "/livez", NULL, NULL), ==, 200);
}

static GSocket *
bind_socket (void)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = nb_listener_bind ("127.0.0.1:0", &error);

  g_assert_no_error (error);
  return socket;
}

static void
assert_url (const char *url, GSocket *socket)
{
  g_autofree char *address = nb_listener_describe (socket);

  g_assert_true (g_str_has_prefix (url, "http://"));
  g_assert_cmpstr (url + strlen ("http://"), ==, address);
}

/* As a service manager starts it, with one process and with several. */
static void
test_given_sockets (CrewSite *self, gconstpointer data)
{
  static const char *const words[] = { "--workers 1", "--workers 2" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GSocket) internal = bind_socket ();
      g_autoptr (GSocket) site = bind_socket ();
      GSocket *const sockets[] = { internal, site, NULL };
      g_autoptr (NbTestSite) server = spawn (self, sockets, "internal:web.socket", words[i]);

      nb_test_site_wait (server);
      assert_url (server->url, site);
      assert_url (server->internal_url, internal);
      g_assert_cmpuint (bid_storm_call (server->url, NULL, "GET", "/api/v1/auctions", NULL, NULL), ==, 200);
      g_assert_cmpuint (bid_storm_call (server->internal_url, NULL, "GET", "/livez", NULL, NULL), ==, 200);
      g_assert_cmpint (nb_test_site_stop (server, SIGTERM), ==, 0);
    }
}

/* A process that was started with something that is no socket says so. */
static void
test_given_nonsense (CrewSite *self, gconstpointer data)
{
  g_autoptr (GSocket) deaf = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  GSocket *const sockets[] = { deaf, NULL };
  g_autoptr (NbTestSite) server = spawn (self, sockets, "site", "");

  g_assert_true (g_subprocess_wait (server->process, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (server->process), ==, 78);
  crew_site_wait_for_log (self, "'site', does not listen", 0);
}

/* The next program is there before the last one leaves; whoever connects notices nothing. */
static void
test_take_over (CrewSite *self, gconstpointer data)
{
  g_auto (GStrv) tokens = crew_site_add_people (self, 4);
  g_autoptr (GSocket) socket = bind_socket ();
  GSocket *const sockets[] = { socket, NULL };
  g_autoptr (NbTestSite) before = spawn (self, sockets, "site", "");
  g_autoptr (NbTestSite) after = NULL;
  g_autoptr (GPtrArray) accepted = NULL;
  g_autofree char *auction = NULL;
  SteadyLoad *load;

  nb_test_site_wait (before);
  auction = crew_site_list_auction (before, "local", tokens[0]);
  load = steady_load_start (crew_site_get_port (before->url), tokens + 1, auction);
  steady_load_wait_for (load, 30);
  after = spawn (self, sockets, "site", "--workers 2");
  nb_test_site_wait (after);
  g_assert_cmpint (nb_test_site_stop (before, SIGTERM), ==, 0);
  steady_load_wait_for (load, 30);
  g_assert_cmpuint (steady_load_count_cut (load), ==, 0);
  accepted = steady_load_end (load);
  g_assert_cmpint (nb_test_site_stop (after, SIGTERM), ==, 0);
  crew_site_assert_all_there (self, accepted);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*function) (CrewSite *self, gconstpointer data);
  } cases[] = {
    { "start-at-once", test_start_at_once },
    { "jobs-elsewhere", test_jobs_elsewhere },
    { "sign-out-elsewhere", test_sign_out_elsewhere },
    { "live-alone", test_live_alone },
    { "given-sockets", test_given_sockets },
    { "given-nonsense", test_given_nonsense },
    { "take-over", test_take_over },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/side-by-side/", cases[i].name, NULL);
      g_test_add (path, CrewSite, NULL, crew_site_set_up, cases[i].function, crew_site_tear_down);
    }
  return g_test_run ();
}
