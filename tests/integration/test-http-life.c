/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server's life: where it listens, how it leaves, what it tells of itself; its static files. */
#include "core/web/nb-request-private.h"
#include "core/web/nb-server-listener.h"
#include "tests/support/nb-test-server.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static NbRequest *held; /* on the server's thread */

static void
on_hello (NbRequest *request, gpointer user_data)
{
  JsonObject *answer = json_object_new ();

  json_object_set_string_member (answer, "hello", "world");
  nb_request_respond_json (request, 200, answer);
}

static void
on_long (NbRequest *request, gpointer user_data)
{
  JsonObject *answer = json_object_new ();
  g_autofree char *text = g_strnfill (20000, 'x');

  json_object_set_string_member (answer, "text", text);
  nb_request_respond_json (request, 200, answer);
}

static void
on_hold (NbRequest *request, gpointer user_data)
{
  held = g_object_ref (request);
}

static void
set_up (NbSite *site, gpointer user_data)
{
  g_assert_true (nb_registry_add_route (site->registry, "core", "GET", "/hello", 0, on_hello, NULL, NULL));
  g_assert_true (nb_registry_add_route (site->registry, "core", "GET", "/long", 0, on_long, NULL, NULL));
  g_assert_true (nb_registry_add_route (site->registry, "core", "POST", "/long", 0, on_long, NULL, NULL));
  g_assert_true (nb_registry_add_route (site->registry, "acme", "GET", "/hold", 0, on_hold, NULL, NULL));
  if (user_data != NULL)
    nb_registry_set_data_dir (site->registry, "acme", user_data);
}

static NbTestServer *
start (void)
{
  NbServerOptions options;

  nb_test_server_default_options (&options);
  return nb_test_server_new (&options, set_up, NULL, NULL);
}

static void
count_requests (NbServer *server, gpointer user_data)
{
  *(guint *)user_data = nb_server_get_n_requests (server);
}

static void
wait_for_request (NbTestServer *server)
{
  guint n = 0;

  while (n == 0)
    {
      nb_test_server_invoke (server, count_requests, &n);
      g_usleep (1000);
    }
}

static void
release (NbServer *server, gpointer user_data)
{
  NbRequest *request = g_steal_pointer (&held);

  on_hello (request, NULL);
  g_object_unref (request);
}

static void
on_quiesced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gint *is_quiet = user_data;

  g_assert_true (nb_server_quiesce_owner_finish (NB_SERVER (source), result, NULL));
  g_atomic_int_set (is_quiet, 1);
}

static void
quiesce (NbServer *server, gpointer user_data)
{
  nb_server_quiesce_owner_async (server, "acme", on_quiesced, user_data);
}

static void
test_quiesce (void)
{
  NbTestServer *server = start ();
  const guint16 port = nb_test_server_get_port (server);
  const int fd = nb_test_connect (port);
  gint is_quiet = 0;
  g_autofree char *refused = NULL;
  g_autofree char *others = NULL;
  g_autofree char *answer = NULL;

  nb_test_send (fd, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_for_request (server);
  nb_test_server_invoke (server, quiesce, &is_quiet);
  refused = nb_test_ask (port, "GET", "/hold", NULL, NULL);
  others = nb_test_ask (port, "GET", "/hello", NULL, NULL);
  nb_test_assert_problem (refused, 503, "feature_disabled");
  g_assert_cmpuint (nb_test_status (others), ==, 200);
  g_assert_cmpint (g_atomic_int_get (&is_quiet), ==, 0);
  nb_test_server_invoke (server, release, NULL);
  answer = nb_test_read_answer (fd, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  while (g_atomic_int_get (&is_quiet) == 0)
    g_usleep (1000);
  close (fd);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static gpointer
free_server (gpointer server)
{
  nb_test_server_free (server, G_TIME_SPAN_MINUTE);
  return NULL;
}

static void
test_graceful_stop (void)
{
  NbTestServer *server = start ();
  const guint16 port = nb_test_server_get_port (server);
  const int busy = nb_test_connect (port);
  const int idle = nb_test_connect (port);
  g_autofree char *first = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *connection = NULL;
  g_autofree char *rest = NULL;
  GThread *stopper;

  nb_test_send (idle, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  first = nb_test_read_answer (idle, NULL);
  nb_test_send (busy, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_for_request (server);
  stopper = g_thread_new ("stopper", free_server, server);
  /* The idle one is cut as soon as the stop has begun, the busy one may still be answered. */
  rest = nb_test_read_all (idle);
  g_assert_cmpstr (rest, ==, "");
  nb_test_server_invoke (server, release, NULL);
  answer = nb_test_read_all (busy);
  connection = nb_test_header (answer, "Connection");
  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  g_assert_cmpstr (connection, ==, "close");
  g_thread_join (stopper);
  close (busy);
  close (idle);
}

static void
test_stop_cuts (void)
{
  NbTestServer *server = start ();
  const int fd = nb_test_connect (nb_test_server_get_port (server));
  const gint64 began = g_get_monotonic_time ();
  g_autofree char *answer = NULL;

  nb_test_send (fd, "GET /hello HTTP/1.1\r\nHost:");
  g_usleep (50000);
  nb_test_server_free (server, 100000);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 30 * G_TIME_SPAN_SECOND);
  answer = nb_test_read_all (fd);
  g_assert_cmpstr (answer, ==, "");
  close (fd);
}

static void
set_draining (NbServer *server, gpointer user_data)
{
  nb_server_set_draining (server);
}

static gboolean
is_unwell (char **reason, gpointer user_data)
{
  *reason = g_strdup ("no wind");
  return FALSE;
}

static void
add_check (NbServer *server, gpointer user_data)
{
  nb_server_add_ready_check (server, "mill", is_unwell, NULL);
}

static void
test_internal (void)
{
  NbTestServer *server = start ();
  const guint16 inside = nb_test_server_get_internal_port (server);
  const guint16 outside = nb_test_server_get_port (server);
  g_autofree char *hello = nb_test_ask (outside, "GET", "/hello", NULL, NULL);
  g_autofree char *live = nb_test_ask (inside, "GET", "/livez", NULL, NULL);
  g_autofree char *ready = nb_test_ask (inside, "GET", "/readyz", NULL, NULL);
  g_autofree char *metrics = nb_test_ask (inside, "GET", "/metrics", NULL, NULL);
  g_autofree char *post = nb_test_ask (inside, "POST", "/livez", NULL, "");
  g_autofree char *site = nb_test_ask (inside, "GET", "/hello", NULL, NULL);
  g_autofree char *leak = nb_test_ask (outside, "GET", "/metrics", NULL, NULL);
  g_autofree char *unwell = NULL;
  g_autofree char *leaving = NULL;

  g_assert_cmpuint (nb_test_status (hello), ==, 200);
  g_assert_cmpuint (nb_test_status (live), ==, 200);
  g_assert_cmpuint (nb_test_status (ready), ==, 200);
  g_assert_nonnull (strstr (metrics, "neighborbid_http_requests_total{route=\"/hello\",code=\"200\"}"));
  g_assert_nonnull (strstr (metrics, "neighborbid_http_request_duration_seconds_bucket{route=\"/hello\""));
  nb_test_assert_problem (post, 405, "method_not_allowed");
  nb_test_assert_problem (site, 404, "not_found");
  nb_test_assert_problem (leak, 404, "not_found");
  nb_test_server_invoke (server, add_check, NULL);
  unwell = nb_test_ask (inside, "GET", "/readyz?verbose", NULL, NULL);
  g_assert_cmpuint (nb_test_status (unwell), ==, 503);
  g_assert_nonnull (strstr (unwell, "\"mill\":{\"ok\":false,\"reason\":\"no wind\"}"));
  nb_test_server_invoke (server, set_draining, NULL);
  leaving = nb_test_ask (inside, "GET", "/readyz?verbose", NULL, NULL);
  g_assert_nonnull (strstr (leaving, "\"draining\":{\"ok\":false"));
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static char *
ask_unix (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  char *answer;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  nb_test_send (fd, "GET /hello HTTP/1.0\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n");
  answer = nb_test_read_all (fd);
  close (fd);
  return answer;
}

static void
test_unix (void)
{
  g_autofree char *dir = g_dir_make_tmp ("nb-http-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "s", NULL);
  g_autofree char *listen = g_strdup_printf ("127.0.0.1:0; unix:%s", path);
  NbServerOptions options;

  nb_test_server_default_options (&options);
  options.listen = listen;
  /* The second start meets the file of a server that died. */
  for (int i = 0; i < 2; i++)
    {
      NbTestServer *server = nb_test_server_new (&options, set_up, NULL, NULL);
      g_autofree char *answer = ask_unix (path);
      g_autofree char *tcp = nb_test_ask (nb_test_server_get_port (server), "GET", "/hello", NULL, NULL);
      struct sockaddr_un address = { .sun_family = AF_UNIX };
      const int fd = socket (AF_UNIX, SOCK_STREAM, 0);

      g_assert_cmpuint (nb_test_status (answer), ==, 200);
      g_assert_cmpuint (nb_test_status (tcp), ==, 200);
      nb_test_server_free (server, G_TIME_SPAN_SECOND);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      g_strlcpy (address.sun_path, path, sizeof address.sun_path);
      g_assert_cmpint (bind (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
      close (fd);
    }
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_given_socket (void)
{
  NbServerOptions options;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = nb_listener_bind ("127.0.0.1:0", &error);
  g_autoptr (GPtrArray) sockets = g_ptr_array_new ();
  NbTestServer *server;
  g_autofree char *answer = NULL;

  g_assert_no_error (error);
  g_ptr_array_add (sockets, socket);
  nb_test_server_default_options (&options);
  options.listen = NULL;
  options.sockets = sockets;
  server = nb_test_server_new (&options, set_up, NULL, NULL);
  answer = nb_test_ask (nb_test_server_get_port (server), "GET", "/hello", NULL, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_bad_options (void)
{
  static const struct
  {
    const char *listen, *base_url, *proxies;
  } cases[] = {
    { "127.0.0.1", "http://a", NULL },
    { "127.0.0.1:70000", "http://a", NULL },
    { "example.com:80", "http://a", NULL },
    { "unix:relative", "http://a", NULL },
    { "", "http://a", NULL },
    { "127.0.0.1:0", "http://a/", NULL },
    { "127.0.0.1:0", "ftp://a", NULL },
    { "127.0.0.1:0", "nothing", NULL },
    { "127.0.0.1:0", "http://a", "10.0.0.0/99" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      NbSite site = { .registry = nb_registry_new () };
      NbServerOptions options
          = { .listen = cases[i].listen, .base_url = cases[i].base_url, .trusted_proxies = cases[i].proxies };
      g_autoptr (GError) error = NULL;

      g_assert_null (nb_server_new (&site, &options, &error));
      g_assert_nonnull (error);
      g_object_unref (site.registry);
    }
}

static void
write_file (const char *dir, const char *folder, const char *name, const char *text)
{
  g_autofree char *parent = g_build_filename (dir, "static", folder, NULL);
  g_autofree char *path = g_build_filename (parent, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
get_urls (NbServer *server, gpointer user_data)
{
  char **urls = user_data;

  urls[0] = g_strdup (nb_server_get_static_url (server, "css/a.css"));
  urls[1] = g_strdup (nb_server_get_static_url (server, "acme/b.js"));
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

static void
test_static (void)
{
  g_autofree char *web = g_dir_make_tmp ("nb-web-XXXXXX", NULL);
  g_autofree char *acme = g_dir_make_tmp ("nb-web-XXXXXX", NULL);
  g_autofree char *css = g_strnfill (5000, 'a');
  char *urls[2] = { NULL, NULL };
  NbServerOptions options;
  NbTestServer *server;
  guint16 port;

  write_file (web, "css", "a.css", css);
  write_file (web, ".", ".secret", "no");
  write_file (acme, ".", "b.js", "1");
  nb_test_server_default_options (&options);
  options.web_dir = web;
  server = nb_test_server_new (&options, set_up, NULL, acme);
  port = nb_test_server_get_port (server);
  nb_test_server_invoke (server, get_urls, urls);
  {
    g_autofree char *digested = nb_test_ask (port, "GET", urls[0], NULL, NULL);
    g_autofree char *plain = nb_test_ask (port, "GET", "/static/css/a.css", NULL, NULL);
    g_autofree char *plugin = nb_test_ask (port, "GET", urls[1], NULL, NULL);
    g_autofree char *for_ever = nb_test_header (digested, "Cache-Control");
    g_autofree char *asks = nb_test_header (plain, "Cache-Control");
    g_autofree char *etag = nb_test_header (plain, "ETag");
    g_autofree char *condition = g_strdup_printf ("If-None-Match: %s\r\n", etag);
    g_autofree char *unchanged = nb_test_ask (port, "GET", "/static/css/a.css", condition, NULL);
    g_autofree char *hidden = nb_test_ask (port, "GET", "/static/.secret", NULL, NULL);
    g_autofree char *above = nb_test_ask (port, "GET", "/static/css/%2e%2e/%2e%2e/etc/passwd", NULL, NULL);
    g_autofree char *stale = nb_test_ask (port, "GET", "/static/0123456789abcdef/css/a.css", NULL, NULL);
    g_autofree char *post = nb_test_ask (port, "POST", urls[0], NULL, "");
    g_autofree char *packed = nb_test_ask (port, "GET", urls[0], "Accept-Encoding: br, gzip\r\n", NULL);
    g_autofree char *coding = nb_test_header (packed, "Content-Encoding");
    g_autofree char *length = nb_test_header (packed, "Content-Length");
    g_autofree char *type = nb_test_header (digested, "Content-Type");

    g_assert_cmpstr (nb_test_body (digested), ==, css);
    g_assert_cmpstr (type, ==, "text/css; charset=utf-8");
    g_assert_cmpstr (for_ever, ==, "public, max-age=31536000, immutable");
    g_assert_cmpstr (asks, ==, "public, no-cache");
    g_assert_cmpstr (nb_test_body (plugin), ==, "1");
    g_assert_cmpuint (nb_test_status (unchanged), ==, 304);
    g_assert_cmpstr (nb_test_body (unchanged), ==, "");
    nb_test_assert_problem (hidden, 404, "not_found");
    nb_test_assert_problem (above, 404, "not_found");
    nb_test_assert_problem (stale, 404, "not_found");
    nb_test_assert_problem (post, 405, "method_not_allowed");
    g_assert_cmpstr (coding, ==, "gzip");
    g_assert_cmpint (atoi (length), <, 200);
  }
  g_free (urls[0]);
  g_free (urls[1]);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
  remove_tree (web);
  remove_tree (acme);
}

static void
test_gzip (void)
{
  NbTestServer *server = start ();
  const guint16 port = nb_test_server_get_port (server);
  g_autofree char *packed = nb_test_ask (port, "GET", "/long", "Accept-Encoding: gzip\r\n", NULL);
  g_autofree char *plain = nb_test_ask (port, "GET", "/long", NULL, NULL);
  g_autofree char *refused = nb_test_ask (port, "GET", "/long", "Accept-Encoding: gzip;q=0\r\n", NULL);
  g_autofree char *small = nb_test_ask (port, "GET", "/hello", "Accept-Encoding: gzip\r\n", NULL);
  g_autofree char *write = nb_test_ask (port, "POST", "/long", "Accept-Encoding: gzip\r\n", "");
  const char *const answers[] = { packed, plain, refused, small, write };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *coding = nb_test_header (answers[i], "Content-Encoding");

      g_assert_cmpstr (coding, ==, i == 0 ? "gzip" : NULL);
    }
  {
    g_autofree char *vary = nb_test_header (plain, "Vary");

    g_assert_cmpstr (vary, ==, "Accept-Encoding");
  }
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/life/an-owner-is-left-by-its-requests", test_quiesce);
  g_test_add_func ("/http/life/stop-lets-requests-end", test_graceful_stop);
  g_test_add_func ("/http/life/stop-cuts-what-does-not-end", test_stop_cuts);
  g_test_add_func ("/http/life/internal-listener", test_internal);
  g_test_add_func ("/http/life/unix-socket", test_unix);
  g_test_add_func ("/http/life/given-socket", test_given_socket);
  g_test_add_func ("/http/life/bad-options-are-refused", test_bad_options);
  g_test_add_func ("/http/life/static-files", test_static);
  g_test_add_func ("/http/life/gzip", test_gzip);
  return g_test_run ();
}
