/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Routes as plugins need them beyond pages and GET: answers without a body, lists in bodies, mail that is unsubscribed
 * from by one click (RFC 8058). */
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-server.h"

#include <neighborbid/nb-request.h>
#include <string.h>

typedef struct
{
  NbTestDatabase *database;
  NbTestServer *server;
  guint16 port;
  char *token;
} Fixture;

static void
on_remove (NbRequest *request, gpointer user_data)
{
  nb_request_respond_empty (request, 204);
}

static void
on_wishes (NbRequest *request, gpointer user_data)
{
  const NbField fields[] = { { .name = "kinds", .kind = NB_FIELD_LIST, .is_required = TRUE },
                             { .name = "quiet", .kind = NB_FIELD_OBJECT } };
  g_autoptr (GError) error = NULL;
  JsonObject *body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);

  if (body != NULL)
    nb_request_respond_json (request, 200, body);
  else
    nb_request_respond_error (request, error);
}

/* As an unsubscribe link: who asks is told by the token in the path alone. */
static void
on_unsubscribe (NbRequest *request, gpointer user_data)
{
  const NbField field = { .name = "List-Unsubscribe", .kind = NB_FIELD_TEXT };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, &field, 1, &error);
  JsonObject *answer;

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  answer = json_object_new ();
  json_object_set_string_member (answer, "token", nb_request_get_param (request, "token"));
  json_object_set_string_member (answer, "said",
                                 json_object_get_string_member_with_default (body, "List-Unsubscribe", "nothing"));
  nb_request_respond_json (request, 200, answer);
}

/* The same for senders that prefer a form in parts: what it says is known without reading it. */
static void
on_unsubscribe_unread (NbRequest *request, gpointer user_data)
{
  nb_request_respond_empty (request, 204);
}

static gboolean
make_person (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  const NbSignUp sign_up = { .username = "mina", .nickname = "미나", .language = "en" };
  const gint64 id = nb_accounts_create (transaction, &sign_up, "", "", error);
  char **token = user_data;

  g_clear_pointer (token, g_free);
  *token = id != 0 ? nb_accounts_create_session (transaction, id, &options, error) : NULL;
  return *token != NULL;
}

static void
set_up_site (NbSite *site, gpointer user_data)
{
  static const struct
  {
    const char *method, *pattern;
    NbRouteFlags flags;
    NbHandler handler;
  } routes[] = {
    { "DELETE", "/api/v1/things/{id:id}", NB_ROUTE_SIGNED_IN, on_remove },
    { "PUT", "/api/v1/wishes", NB_ROUTE_SIGNED_IN, on_wishes },
    { "PATCH", "/api/v1/wishes", NB_ROUTE_SIGNED_IN, on_wishes },
    { "POST", "/wishes", NB_ROUTE_PAGE | NB_ROUTE_SIGNED_IN, on_wishes },
    { "POST", "/unsubscribe/{token}", NB_ROUTE_PAGE, on_unsubscribe },
    { "POST", "/leave/{token}", NB_ROUTE_PAGE, on_unsubscribe_unread },
  };
  Fixture *fixture = user_data;
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  g_autoptr (GError) error = NULL;

  site->store = nb_test_store_new (fixture->database);
  site->accounts = nb_accounts_new (site->store, &options);
  g_assert_true (nb_store_transact (site->store, make_person, &fixture->token, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    g_assert_true (nb_registry_add_route (site->registry, "acme", routes[i].method, routes[i].pattern, routes[i].flags,
                                          routes[i].handler, NULL, &error));
  g_assert_no_error (error);
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

  nb_test_server_default_options (&options);
  fixture->database = nb_test_database_new (NB_TEST_SQLITE);
  fixture->server = nb_test_server_new (&options, set_up_site, tear_down_site, fixture);
  fixture->port = nb_test_server_get_port (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_test_server_free (fixture->server, G_TIME_SPAN_MINUTE);
  nb_test_database_free (fixture->database);
  g_free (fixture->token);
}

#define JSON "Content-Type: application/json\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static char *
ask_as (Fixture *fixture, const char *method, const char *target, const char *more, const char *body)
{
  g_autofree char *headers = g_strdup_printf ("Authorization: Bearer %s\r\n%s", fixture->token, more);

  return nb_test_ask (fixture->port, method, target, headers, body);
}

static void
test_no_content (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = ask_as (fixture, "DELETE", "/api/v1/things/7", "", NULL);
  g_autofree char *stranger = nb_test_ask (fixture->port, "DELETE", "/api/v1/things/7", NULL, NULL);
  g_autofree char *other = ask_as (fixture, "GET", "/api/v1/things/7", "", NULL);
  g_autofree char *allow = nb_test_header (other, "Allow");

  g_assert_cmpuint (nb_test_status (answer), ==, 204);
  g_assert_cmpstr (nb_test_body (answer), ==, "");
  g_assert_null (nb_test_header (answer, "Content-Type"));
  nb_test_assert_problem (stranger, 401, "not_signed_in");
  nb_test_assert_problem (other, 405, "method_not_allowed");
  g_assert_cmpstr (allow, ==, "DELETE");
}

static void
assert_answer (const char *answer, guint status, const char *part)
{
  g_assert_cmpuint (nb_test_status (answer), ==, status);
  g_assert_nonnull (strstr (answer, part));
}

static void
test_bodies (Fixture *fixture, gconstpointer data)
{
  static const char wishes[]
      = "{\"kinds\":[\"outbid\",\"won\"],\"quiet\":{\"from\":\"22:00\",\"channels\":{\"mail\":true}}}";
  g_autofree char *put = ask_as (fixture, "PUT", "/api/v1/wishes", JSON, wishes);
  g_autofree char *patch = ask_as (fixture, "PATCH", "/api/v1/wishes", JSON, wishes);
  g_autofree char *form = ask_as (fixture, "POST", "/wishes", FORM, "kinds=&kinds=outbid&kinds=won&quiet.from=22%3A00");
  g_autofree char *none = ask_as (fixture, "POST", "/wishes", FORM, "kinds=");
  g_autofree char *missing = ask_as (fixture, "PUT", "/api/v1/wishes", JSON, "{}");
  g_autofree char *wrong = ask_as (fixture, "PUT", "/api/v1/wishes", JSON, "{\"kinds\":[7]}");
  g_autofree char *twice = ask_as (fixture, "POST", "/wishes", FORM, "kinds=a&quiet.from=1&quiet.from=2");

  assert_answer (put, 200,
                 "{\"kinds\":[\"outbid\",\"won\"],\"quiet\":{\"from\":\"22:00\",\"channels\":{\"mail\":true}}");
  assert_answer (patch, 200, "\"kinds\":[\"outbid\",\"won\"]");
  assert_answer (form, 200, "{\"kinds\":[\"outbid\",\"won\"],\"quiet\":{\"from\":\"22:00\"}");
  assert_answer (none, 200, "\"kinds\":[]");
  nb_test_assert_problem (missing, 422, "validation_failed");
  nb_test_assert_problem (wrong, 422, "validation_failed");
  assert_answer (wrong, 422, "\"field\":\"kinds\"");
  nb_test_assert_problem (twice, 400, "malformed_request");
}

static void
test_repeated_token (Fixture *fixture, gconstpointer data)
{
  static const char *const forms[] = { "csrf_token=a&csrf_token=a", "idempotency_key=a&idempotency_key=a" };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *answer = ask_as (fixture, "POST", "/wishes", FORM, forms[i]);

      nb_test_assert_problem (answer, 400, "malformed_request");
    }
}

/* A mail provider has no cookie, and sends no word of where the request began. */
static void
test_one_click (Fixture *fixture, gconstpointer data)
{
  static const char parts[]
      = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
  g_autofree char *form = nb_test_ask (fixture->port, "POST", "/unsubscribe/t0ken", FORM, "List-Unsubscribe=One-Click");
  g_autofree char *in_parts
      = nb_test_ask (fixture->port, "POST", "/leave/t0ken", "Content-Type: multipart/form-data; boundary=b\r\n", parts);
  g_autofree char *from_elsewhere = nb_test_ask (fixture->port, "POST", "/unsubscribe/t0ken",
                                                 FORM "Origin: https://evil.example\r\n", "List-Unsubscribe=One-Click");

  assert_answer (form, 200, "\"token\":\"t0ken\",\"said\":\"One-Click\"");
  g_assert_cmpuint (nb_test_status (in_parts), ==, 204);
  /* A page of another site may not do it through somebody's browser. */
  nb_test_assert_problem (from_elsewhere, 403, "origin_not_allowed");
}

#define add_test(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/plugin-routes/no-content", test_no_content);
  add_test ("/plugin-routes/bodies", test_bodies);
  add_test ("/plugin-routes/repeated-token", test_repeated_token);
  add_test ("/plugin-routes/one-click-unsubscribe", test_one_click);
  return g_test_run ();
}
