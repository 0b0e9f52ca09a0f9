/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server answers: routes, methods, bodies, headers, keep-alive, answers that come later. */
#include "core/web/nb-request-private.h"
#include "tests/support/nb-test-server.h"

#include <string.h>
#include <unistd.h>

static const NbField note_fields[] = {
  { .name = "text", .kind = NB_FIELD_TEXT, .is_required = TRUE, .minimum = 1, .maximum = 10 },
  { .name = "amount", .kind = NB_FIELD_MONEY },
};

static void
on_hello (NbRequest *request, gpointer user_data)
{
  JsonObject *answer = json_object_new ();

  json_object_set_string_member (answer, "hello", "world");
  nb_request_respond_json (request, 200, answer);
}

static void
on_thing (NbRequest *request, gpointer user_data)
{
  JsonObject *answer = json_object_new ();

  json_object_set_int_member (answer, "id", nb_request_get_param_id (request, "id"));
  json_object_set_string_member (answer, "name", nb_request_get_param (request, "name"));
  json_object_set_string_member (answer, "q", nb_request_get_query (request, "q"));
  nb_request_respond_json (request, 200, answer);
}

static void
on_note (NbRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  JsonObject *body = nb_request_read_body (request, note_fields, G_N_ELEMENTS (note_fields), &error);

  if (body != NULL)
    nb_request_respond_json (request, 201, body);
  else
    nb_request_respond_error (request, error);
}

static gboolean
answer_later (gpointer user_data)
{
  g_autoptr (NbRequest) request = NB_REQUEST (user_data);

  on_hello (request, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_later (NbRequest *request, gpointer user_data)
{
  g_autoptr (GSource) source = g_timeout_source_new (20);

  g_source_set_callback (source, answer_later, g_object_ref (request), NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
on_nothing (NbRequest *request, gpointer user_data)
{
}

static void
add (NbSite *site, const char *method, const char *pattern, NbRouteFlags flags, NbHandler handler)
{
  g_autoptr (GError) error = NULL;

  nb_registry_add_route (site->registry, "core", method, pattern, flags, handler, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (NbSite *site, gpointer user_data)
{
  add (site, "GET", "/hello", NB_ROUTE_DEFAULT, on_hello);
  add (site, "GET", "/things/{id:id}/{name}", NB_ROUTE_DEFAULT, on_thing);
  add (site, "POST", "/notes", NB_ROUTE_DEFAULT, on_note);
  add (site, "POST", "/keyed", NB_ROUTE_NEEDS_KEY, on_note);
  add (site, "GET", "/me", NB_ROUTE_SIGNED_IN, on_hello);
  add (site, "GET", "/later", NB_ROUTE_DEFAULT, on_later);
  add (site, "GET", "/nothing", NB_ROUTE_DEFAULT, on_nothing);
}

static NbTestServer *
start (void)
{
  NbServerOptions options;

  nb_test_server_default_options (&options);
  return nb_test_server_new (&options, set_up, NULL, NULL);
}

static void
test_hello (void)
{
  NbTestServer *server = start ();
  g_autofree char *answer = nb_test_ask (nb_test_server_get_port (server), "GET", "/hello", NULL, NULL);
  g_autofree char *type = nb_test_header (answer, "Content-Type");
  g_autofree char *policy = nb_test_header (answer, "Content-Security-Policy");
  g_autofree char *sniff = nb_test_header (answer, "X-Content-Type-Options");
  g_autofree char *cache = nb_test_header (answer, "Cache-Control");
  g_autofree char *transport = nb_test_header (answer, "Strict-Transport-Security");

  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  g_assert_true (g_str_has_prefix (nb_test_body (answer), "{\"hello\":\"world\",\"server_time\":\"20"));
  g_assert_cmpstr (type, ==, "application/json; charset=utf-8");
  g_assert_nonnull (strstr (policy, "object-src 'none'"));
  g_assert_null (strstr (policy, "unsafe-inline"));
  g_assert_cmpstr (sniff, ==, "nosniff");
  g_assert_cmpstr (cache, ==, "no-store");
  g_assert_null (transport);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_routes (void)
{
  NbTestServer *server = start ();
  const guint16 port = nb_test_server_get_port (server);
  g_autofree char *found = nb_test_ask (port, "GET", "/things/42/a%2Fb%20%EA%B0%80?q=x+y%26z", NULL, NULL);
  g_autofree char *missing = nb_test_ask (port, "GET", "/things/42", NULL, NULL);
  g_autofree char *slash = nb_test_ask (port, "GET", "/hello/", NULL, NULL);
  g_autofree char *method = nb_test_ask (port, "DELETE", "/hello", NULL, NULL);
  g_autofree char *allow = nb_test_header (method, "Allow");
  g_autofree char *utf8 = nb_test_ask (port, "GET", "/things/42/%ff", NULL, NULL);
  g_autofree char *nul = nb_test_ask (port, "GET", "/things/42/a%00b", NULL, NULL);
  g_autofree char *query = nb_test_ask (port, "GET", "/hello?q=%ff", NULL, NULL);
  g_autofree char *twice = nb_test_ask (port, "GET", "/hello?q=1&q=2", NULL, NULL);
  g_autofree char *anonymous = nb_test_ask (port, "GET", "/me", NULL, NULL);

  g_assert_cmpuint (nb_test_status (found), ==, 200);
  g_assert_nonnull (strstr (found, "{\"id\":42,\"name\":\"a/b 가\",\"q\":\"x y&z\","));
  nb_test_assert_problem (missing, 404, "not_found");
  nb_test_assert_problem (slash, 404, "not_found");
  nb_test_assert_problem (method, 405, "method_not_allowed");
  g_assert_cmpstr (allow, ==, "GET, HEAD");
  nb_test_assert_problem (utf8, 400, "malformed_request");
  nb_test_assert_problem (nul, 400, "malformed_request");
  nb_test_assert_problem (query, 400, "malformed_request");
  nb_test_assert_problem (twice, 400, "malformed_request");
  nb_test_assert_problem (anonymous, 401, "not_signed_in");
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_head (void)
{
  NbTestServer *server = start ();
  const int fd = nb_test_connect (nb_test_server_get_port (server));
  g_autofree char *both = NULL;
  g_autofree char *length = NULL;

  nb_test_send (fd,
                "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  both = nb_test_read_all (fd);
  length = nb_test_header (both, "Content-Length");
  g_assert_cmpuint (nb_test_status (both), ==, 200);
  g_assert_cmpint (atoi (length), >, 40);
  /* The second answer follows the first head at once. */
  g_assert_true (g_str_has_prefix (nb_test_body (both), "HTTP/1.1 200"));
  close (fd);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_bodies (void)
{
  NbTestServer *server = start ();
  const guint16 port = nb_test_server_get_port (server);
  const char *json = "Content-Type: application/json\r\n";
  const char *form = "Content-Type: application/x-www-form-urlencoded\r\n";
  g_autofree char *good = nb_test_ask (port, "POST", "/notes", json, "{\"text\":\"\\uac00\",\"amount\":10000}");
  g_autofree char *filled = nb_test_ask (port, "POST", "/notes", form, "text=a+b&amount=10%2C000");
  g_autofree char *unknown = nb_test_ask (port, "POST", "/notes", json, "{\"text\":\"a\",\"balance\":1}");
  g_autofree char *broken = nb_test_ask (port, "POST", "/notes", json, "{\"text\":");
  g_autofree char *bare = nb_test_ask (port, "POST", "/notes", NULL, "{\"text\":\"a\"}");
  g_autofree char *xml = nb_test_ask (port, "POST", "/notes", "Content-Type: text/xml\r\n", "<a/>");
  g_autofree char *keyless = nb_test_ask (port, "POST", "/keyed", json, "{\"text\":\"a\"}");
  g_autofree char *bad_key
      = nb_test_ask (port, "POST", "/keyed", "Content-Type: application/json\r\nIdempotency-Key: a b\r\n", "{}");

  g_assert_cmpuint (nb_test_status (good), ==, 201);
  g_assert_nonnull (strstr (good, "{\"text\":\"가\",\"amount\":10000,"));
  g_assert_nonnull (strstr (filled, "{\"text\":\"a b\",\"amount\":10000,"));
  nb_test_assert_problem (unknown, 422, "validation_failed");
  g_assert_nonnull (strstr (unknown, "\"field\":\"balance\""));
  nb_test_assert_problem (broken, 400, "malformed_json");
  nb_test_assert_problem (bare, 415, "unsupported_media_type");
  nb_test_assert_problem (xml, 415, "unsupported_media_type");
  nb_test_assert_problem (keyless, 422, "validation_failed");
  nb_test_assert_problem (bad_key, 422, "validation_failed");
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_later (void)
{
  NbTestServer *server = start ();
  const guint16 port = nb_test_server_get_port (server);
  g_autofree char *later = nb_test_ask (port, "GET", "/later", NULL, NULL);
  g_autofree char *nothing = NULL;

  g_assert_cmpuint (nb_test_status (later), ==, 200);
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "*a handler gave no answer*");
  nothing = nb_test_ask (port, "GET", "/nothing", NULL, NULL);
  g_test_assert_expected_messages ();
  nb_test_assert_problem (nothing, 500, "internal_error");
  g_assert_null (strstr (nothing, "handler"));
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_pipelining (void)
{
  NbTestServer *server = start ();
  const int fd = nb_test_connect (nb_test_server_get_port (server));
  GString *requests = g_string_new (NULL);
  g_autofree char *answers = NULL;
  guint n = 0;

  for (int i = 0; i < 50; i++)
    g_string_append (requests, i % 2 == 0 ? "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
                                          : "POST /notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                            "Content-Length: 12\r\n\r\n{\"text\":\"x\"}");
  g_string_append (requests, "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  nb_test_send (fd, requests->str);
  answers = nb_test_read_all (fd);
  for (const char *p = answers; (p = strstr (p, "HTTP/1.1 20")) != NULL; p++)
    n++;
  g_assert_cmpuint (n, ==, 51);
  g_string_free (requests, TRUE);
  close (fd);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/hello-has-security-headers-and-server-time", test_hello);
  g_test_add_func ("/http/routes-parameters-and-refusals", test_routes);
  g_test_add_func ("/http/head-has-length-and-no-body", test_head);
  g_test_add_func ("/http/bodies-json-and-forms", test_bodies);
  g_test_add_func ("/http/answers-may-come-later", test_later);
  g_test_add_func ("/http/pipelined-requests-are-answered-in-order", test_pipelining);
  return g_test_run ();
}
