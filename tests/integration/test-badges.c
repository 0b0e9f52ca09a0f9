/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers beside links: on every page of who is signed in, whatever happens while they are counted. */
#include "core/web/nb-request-private.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-gate.h"
#include "tests/support/nb-test-server.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  NbTestDatabase *database;
  NbTestServer *server;
  guint16 port;
  char *tokens[2]; /* mina's, and boss's, who is an administrator */
  char *plugin_dir;
  NbRegistry *registry;
  int is_removing;
  int count;
  int n_calls;
  int n_under_way;
  int is_failing;   /* 1: as a store that is busy, 2: by a fault of its own */
  NbTestGate *gate; /* (nullable) */
} Fixture;

static gboolean
count_waiting (NbTransaction *transaction, gint64 person, gint64 *count, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  const int failing = g_atomic_int_get (&fixture->is_failing);

  g_atomic_int_inc (&fixture->n_calls);
  g_atomic_int_inc (&fixture->n_under_way);
  if (fixture->gate != NULL && !nb_test_gate_pass (transaction, fixture->gate, error))
    return FALSE;
  g_atomic_int_add (&fixture->n_under_way, -1);
  if (failing == 1)
    nb_set_error (error, NB_ERROR_BUSY, N_ ("too many requests; try again in a moment"), NULL);
  if (failing == 2)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no idea");
  *count = g_atomic_int_get (&fixture->count);
  return failing == 0;
}

static JsonObject *
make_model (void)
{
  JsonObject *model = json_object_new ();

  json_object_set_string_member (model, "title", "A page");
  json_object_set_string_member (model, "detail", "of acme");
  return model;
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  nb_request_set_header (request, "X-Acme", "here");
  nb_request_flash (request, "see you");
  nb_request_respond_page (request, 201, "error.mustache", make_model ());
}

static void
on_broken_page (NbRequest *request, gpointer user_data)
{
  nb_request_respond_page (request, 200, "nowhere.mustache", make_model ());
}

static gboolean
make_people (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const char *const names[] = { "mina", "boss" };
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  Fixture *fixture = user_data;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const NbSignUp sign_up = { .username = names[i], .nickname = names[i], .language = "en" };
      const gint64 id = nb_accounts_create (transaction, &sign_up, "", i == 1 ? "admin" : "", error);

      g_clear_pointer (&fixture->tokens[i], g_free);
      fixture->tokens[i] = id != 0 ? nb_accounts_create_session (transaction, id, &options, error) : NULL;
      if (fixture->tokens[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
add_shop (NbRegistry *registry, Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  nb_registry_set_data_dir (registry, "shop", fixture->plugin_dir);
  nb_registry_add_link (registry, "shop", "/shop", "Shop", FALSE, &error);
  g_assert_no_error (error);
  nb_registry_add_badge (registry, "shop", "/shop", count_waiting, fixture, &error);
  g_assert_no_error (error);
  nb_registry_add_script (registry, "shop", "js/shop.js", &error);
  g_assert_no_error (error);
  nb_registry_add_route (registry, "shop", "GET", "/cellar", NB_ROUTE_ADMIN | NB_ROUTE_PAGE, on_page, NULL, &error);
  g_assert_no_error (error);
  nb_registry_add_link (registry, "shop", "/cellar", "Cellar", TRUE, &error);
  g_assert_no_error (error);
}

static void
set_up_site (NbSite *site, gpointer user_data)
{
  Fixture *fixture = user_data;
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  g_autoptr (GError) error = NULL;

  site->store = nb_test_store_new (fixture->database);
  site->accounts = nb_accounts_new (site->store, &options);
  g_assert_true (nb_store_transact (site->store, make_people, fixture, &error));
  g_assert_no_error (error);
  nb_registry_add_route (site->registry, "acme", "GET", "/page", NB_ROUTE_PAGE, on_page, NULL, &error);
  nb_registry_add_route (site->registry, "acme", "POST", "/page", NB_ROUTE_PAGE, on_page, NULL, &error);
  nb_registry_add_route (site->registry, "acme", "GET", "/broken", NB_ROUTE_PAGE, on_broken_page, NULL, &error);
  g_assert_no_error (error);
  fixture->registry = site->registry;
  add_shop (site->registry, fixture);
}

static void
tear_down_site (NbSite *site, gpointer user_data)
{
  g_clear_object (&site->accounts);
  nb_store_stop (site->store);
  g_clear_object (&site->store);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  NbServerOptions options;
  g_autofree char *web = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "data", "web", NULL);
  g_autofree char *locale = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "po", NULL);
  g_autofree char *js = NULL;
  g_autofree char *script = NULL;

  nb_test_server_default_options (&options);
  options.web_dir = web;
  options.locale_dir = locale;
  fixture->database = nb_test_database_new (NB_TEST_SQLITE);
  fixture->plugin_dir = g_build_filename (nb_test_database_get_folder (fixture->database), "shop", NULL);
  js = g_build_filename (fixture->plugin_dir, "static", "js", NULL);
  script = g_build_filename (js, "shop.js", NULL);
  g_assert_cmpint (g_mkdir_with_parents (js, 0700), ==, 0);
  g_assert_true (g_file_set_contents (script, "document.title;\n", -1, NULL));
  fixture->server = nb_test_server_new (&options, set_up_site, tear_down_site, fixture);
  fixture->port = nb_test_server_get_port (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_test_server_free (fixture->server, G_TIME_SPAN_MINUTE);
  nb_test_database_free (fixture->database);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->tokens); i++)
    g_free (fixture->tokens[i]);
  g_free (fixture->plugin_dir);
}

static char *
ask_as (Fixture *fixture, guint person, const char *path, const char *more)
{
  g_autofree char *headers = g_strdup_printf ("Cookie: nb_session=%s%s\r\n", fixture->tokens[person], more);

  return nb_test_ask (fixture->port, "GET", path, headers, NULL);
}

#define BADGE(hidden, text) "<span class=\"nav-badge\" data-badge=\"/shop\"" hidden ">" text "</span>"

static void
assert_badge (Fixture *fixture, int count, const char *expected)
{
  g_autofree char *answer = NULL;

  g_atomic_int_set (&fixture->count, count);
  answer = ask_as (fixture, 0, "/page", "");
  g_assert_cmpuint (nb_test_status (answer), ==, 201);
  g_assert_nonnull (strstr (answer, expected));
}

static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *korean = NULL;
  g_autofree char *stranger = NULL;

  assert_badge (fixture, 0, BADGE (" hidden", "0") "<span class=\"visually-hidden\"> unread</span>");
  assert_badge (fixture, 3, BADGE ("", "3") "<span class=\"visually-hidden\"> unread</span>");
  assert_badge (fixture, 99, BADGE ("", "99"));
  assert_badge (fixture, 120, BADGE ("", "99+"));
  assert_badge (fixture, -5, BADGE (" hidden", "0"));
  g_assert_cmpint (g_atomic_int_get (&fixture->n_calls), ==, 5);
  korean = ask_as (fixture, 0, "/page", "; nb_lang=ko");
  g_assert_nonnull (strstr (korean, " 건 안 읽음</span>"));
  stranger = nb_test_ask (fixture->port, "GET", "/page", NULL, NULL);
  g_assert_cmpuint (nb_test_status (stranger), ==, 201);
  g_assert_nonnull (strstr (stranger, "href=\"/shop\""));
  g_assert_null (strstr (stranger, "nav-badge"));
  g_assert_cmpint (g_atomic_int_get (&fixture->n_calls), ==, 6);
}

/* What the handler set before it gave its page is there, once. */
static void
test_headers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = ask_as (fixture, 0, "/page", "");
  g_autofree char *acme = nb_test_header (answer, "X-Acme");
  g_autofree char *cookie = nb_test_header (answer, "Set-Cookie");
  g_autofree char *flash = g_strdup_printf ("; %.*s", (int)strcspn (cookie, ";"), cookie);
  g_autofree char *next = ask_as (fixture, 0, "/page", flash);

  g_assert_cmpstr (acme, ==, "here");
  g_assert_true (g_str_has_prefix (cookie, "nb_flash="));
  g_assert_nonnull (strstr (next, "<span>see you</span>"));
  g_assert_nonnull (strstr (next, "Set-Cookie: nb_flash=; Path=/; Max-Age=0"));
}

static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autofree char *busy = NULL;
  g_autofree char *broken = NULL;

  g_atomic_int_set (&fixture->count, 7);
  g_atomic_int_set (&fixture->is_failing, 1);
  busy = ask_as (fixture, 0, "/page", "");
  g_assert_cmpuint (nb_test_status (busy), ==, 201);
  g_assert_nonnull (strstr (busy, BADGE (" hidden", "0")));
  g_atomic_int_set (&fixture->is_failing, 2);
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "the badge /shop of shop gives no number: *no idea");
  broken = ask_as (fixture, 0, "/page", "");
  g_test_assert_expected_messages ();
  g_assert_cmpuint (nb_test_status (broken), ==, 201);
  g_assert_nonnull (strstr (broken, BADGE (" hidden", "0")));
}

/* A page that can't be rendered is an error all the same. */
static void
test_broken_page (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = NULL;

  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "GET /broken failed*there is no template*");
  answer = ask_as (fixture, 0, "/broken", "");
  g_test_assert_expected_messages ();
  g_assert_cmpuint (nb_test_status (answer), ==, 500);
}

static void
count_requests (NbServer *server, gpointer user_data)
{
  *(guint *)user_data = nb_server_get_n_requests (server);
}

static void
wait_for_requests (Fixture *fixture, guint expected)
{
  guint n = expected + 1;

  while (n != expected)
    {
      nb_test_server_invoke (fixture->server, count_requests, &n);
      g_usleep (1000);
    }
}

static int
send_page (Fixture *fixture)
{
  const int fd = nb_test_connect (fixture->port);
  g_autofree char *request
      = g_strdup_printf ("GET /page HTTP/1.1\r\nHost: a\r\nCookie: nb_session=%s\r\n\r\n", fixture->tokens[0]);

  nb_test_send (fd, request);
  return fd;
}

static void
close_gate (Fixture *fixture, NbTestGate *gate)
{
  nb_test_gate_init (gate);
  fixture->gate = gate;
}

/* Only once nobody can stand there any more. */
static void
remove_gate (Fixture *fixture, NbTestGate *gate)
{
  while (g_atomic_int_get (&fixture->n_under_way) > 0)
    g_usleep (1000);
  fixture->gate = NULL;
  nb_test_gate_clear (gate);
}

static void
test_two_pages (Fixture *fixture, gconstpointer data)
{
  NbTestGate gate;
  int fds[2];

  g_atomic_int_set (&fixture->count, 4);
  close_gate (fixture, &gate);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = send_page (fixture);
  nb_test_gate_wait (&gate);
  wait_for_requests (fixture, 2);
  nb_test_gate_open (&gate);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_autofree char *answer = nb_test_read_answer (fds[i], NULL);

      g_assert_cmpuint (nb_test_status (answer), ==, 201);
      g_assert_nonnull (strstr (answer, BADGE ("", "4")));
      close (fds[i]);
    }
  remove_gate (fixture, &gate);
}

static void
test_client_leaves (Fixture *fixture, gconstpointer data)
{
  NbTestGate gate;
  int fd;

  close_gate (fixture, &gate);
  fd = send_page (fixture);
  nb_test_gate_wait (&gate);
  close (fd);
  nb_test_gate_open (&gate);
  wait_for_requests (fixture, 0);
  remove_gate (fixture, &gate);
  assert_badge (fixture, 3, BADGE ("", "3"));
}

static void
on_quiesced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (nb_server_quiesce_owner_finish (NB_SERVER (source), result, NULL));
  g_atomic_int_set ((int *)user_data, 1);
}

static void
quiesce (NbServer *server, gpointer user_data)
{
  nb_server_quiesce_owner_async (server, "shop", on_quiesced, user_data);
}

/* A plugin that shall stop is waited for, and asked no more. */
static void
test_quiesce (Fixture *fixture, gconstpointer data)
{
  NbTestGate gate;
  int is_quiet = 0;
  int fd;
  g_autofree char *meanwhile = NULL;
  g_autofree char *answer = NULL;

  g_atomic_int_set (&fixture->count, 5);
  close_gate (fixture, &gate);
  fd = send_page (fixture);
  nb_test_gate_wait (&gate);
  nb_test_server_invoke (fixture->server, quiesce, &is_quiet);
  meanwhile = ask_as (fixture, 0, "/page", "");
  g_assert_nonnull (strstr (meanwhile, BADGE (" hidden", "0")));
  g_assert_cmpint (g_atomic_int_get (&is_quiet), ==, 0);
  nb_test_gate_open (&gate);
  answer = nb_test_read_answer (fd, NULL);
  g_assert_nonnull (strstr (answer, BADGE ("", "5")));
  while (g_atomic_int_get (&is_quiet) == 0)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_calls), ==, 1);
  close (fd);
  remove_gate (fixture, &gate);
}

static void
remove_shop (NbServer *server, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_atomic_int_set (&fixture->is_removing, 1);
  nb_registry_remove_owner (fixture->registry, "shop");
  g_assert_cmpint (g_atomic_int_get (&fixture->n_under_way), ==, 0);
}

static gpointer
run_removal (gpointer user_data)
{
  nb_test_server_invoke (((Fixture *)user_data)->server, remove_shop, user_data);
  return NULL;
}

/* One that goes without being waited for: its function has returned before it is gone, and the page is answered. */
static void
test_removal (Fixture *fixture, gconstpointer data)
{
  NbTestGate gate;
  GThread *remover;
  g_autofree char *answer = NULL;
  int fd;

  close_gate (fixture, &gate);
  fd = send_page (fixture);
  nb_test_gate_wait (&gate);
  remover = g_thread_new ("remover", run_removal, fixture);
  while (g_atomic_int_get (&fixture->is_removing) == 0)
    g_usleep (1000);
  nb_test_gate_open (&gate);
  g_thread_join (remover);
  answer = nb_test_read_answer (fd, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 201);
  g_assert_null (strstr (answer, "href=\"/shop\""));
  g_assert_cmpint (g_atomic_int_get (&fixture->n_calls), ==, 1);
  close (fd);
  remove_gate (fixture, &gate);
}

static void
test_admin_link (Fixture *fixture, gconstpointer data)
{
  g_autofree char *mina = ask_as (fixture, 0, "/page", "");
  g_autofree char *boss = ask_as (fixture, 1, "/page", "");
  g_autofree char *refused = ask_as (fixture, 0, "/cellar", "");
  g_autofree char *cellar = ask_as (fixture, 1, "/cellar", "");

  g_assert_null (strstr (mina, "href=\"/cellar\""));
  g_assert_nonnull (strstr (boss, "href=\"/cellar\""));
  g_assert_cmpuint (nb_test_status (refused), ==, 403);
  g_assert_cmpuint (nb_test_status (cellar), ==, 201);
}

static void
test_script (Fixture *fixture, gconstpointer data)
{
  static const char tag[] = "<script type=\"module\" src=\"/static/";
  g_autofree char *mina = ask_as (fixture, 0, "/page", "");
  g_autofree char *stranger = nb_test_ask (fixture->port, "GET", "/page", NULL, NULL);
  const char *found = strstr (mina, "/shop/js/shop.js\"></script>");
  g_autofree char *address = NULL;
  g_autofree char *script = NULL;

  g_assert_nonnull (found);
  g_assert_null (strstr (stranger, "shop.js"));
  address = g_strdup_printf ("/static/%.16s/shop/js/shop.js", found - 16);
  g_assert_cmpmem (found - 16 - strlen (tag), strlen (tag), tag, strlen (tag));
  script = nb_test_ask (fixture->port, "GET", address, NULL, NULL);
  g_assert_cmpuint (nb_test_status (script), ==, 200);
  g_assert_nonnull (strstr (script, "immutable"));
  g_assert_cmpstr (nb_test_body (script), ==, "document.title;\n");
}

#define add_test(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/badges/numbers", test_numbers);
  add_test ("/badges/headers-and-flash-are-kept", test_headers);
  add_test ("/badges/failures-leave-the-page", test_failures);
  add_test ("/badges/broken-page", test_broken_page);
  add_test ("/badges/two-pages-at-a-time", test_two_pages);
  add_test ("/badges/client-leaves", test_client_leaves);
  add_test ("/badges/owner-that-stops-is-waited-for", test_quiesce);
  add_test ("/badges/removal-ends-calls", test_removal);
  add_test ("/badges/admins-link", test_admin_link);
  add_test ("/badges/script", test_script);
  return g_test_run ();
}
