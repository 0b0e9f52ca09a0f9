/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The account and region calls of the API, over HTTP, with the real wallet, on both databases. */
#include <string.h>

#include "core/plugin/nb-plugin-host.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-plugins.h"
#include "tests/support/nb-test-server.h"

#define JSON_TYPE "Content-Type: application/json\r\n"
#define SIGN_UP                                                                                                        \
  "{\"username\":\"Minji\",\"password\":\"tangerine-orchard\",\"nickname\":\"민지\",\"region\":\"1168010100\","      \
  "\"email\":\"minji@example.kr\",\"language\":\"ko\"}"
#define SIGN_IN "{\"username\":\"minji\",\"password\":\"tangerine-orchard\"}"

typedef struct
{
  NbTestDatabase *database;
  NbPluginHost *host;
  NbTestServer *server;
  guint16 port;
} Fixture;

static gboolean
load_regions (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbSite *site = user_data;
  g_autofree char *path = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "data", "regions", "kr.tsv", NULL);

  return nb_regions_import (transaction, path, error) > 0 && nb_regions_load (site->regions, transaction, error);
}

static void
fill_site (NbSite *site, gpointer user_data)
{
  static const NbAccountsOptions options
      = { .idle = G_GINT64_CONSTANT (3600000000), .absolute = G_GINT64_CONSTANT (86400000000) };
  static const NbEngineOptions engine;
  static const char *const ids[] = { "wallet", NULL };
  Fixture *self = user_data;
  g_autoptr (GError) error = NULL;

  site->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  self->host = nb_test_plugins_start (site->store, site->registry, ids);
  site->accounts = nb_accounts_new (site->store, &options);
  site->regions = nb_regions_new ();
  site->bid_engine = nb_bid_engine_new (site->store, site->registry, &engine);
  nb_store_transact (site->store, load_regions, site, &error);
  g_assert_no_error (error);
  nb_site_register (site, &error);
  g_assert_no_error (error);
}

static void
empty_site (NbSite *site, gpointer user_data)
{
  Fixture *self = user_data;

  nb_plugin_host_stop (self->host);
  g_assert_finalize_object (self->host);
  nb_registry_remove_owner (site->registry, "core");
  g_assert_finalize_object (site->bid_engine);
  g_assert_finalize_object (site->accounts);
  g_assert_finalize_object (site->regions);
  nb_store_stop (site->store);
  g_assert_finalize_object (site->store);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  NbServerOptions options;

  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  nb_test_server_default_options (&options);
  self->server = nb_test_server_new (&options, fill_site, empty_site, self);
  self->port = nb_test_server_get_port (self->server);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_test_server_free (self->server, G_USEC_PER_SEC);
  nb_test_database_free (self->database);
}

static char *
ask (Fixture *self, const char *method, const char *target, const char *token, const char *body)
{
  g_autofree char *bearer = token != NULL ? g_strdup_printf ("Authorization: Bearer %s\r\n", token) : g_strdup ("");
  g_autofree char *headers = g_strconcat (bearer, body != NULL ? JSON_TYPE : "", NULL);

  return nb_test_ask (self->port, method, target, headers, body);
}

/* Asks, and reads the object that must come with @status. */
static JsonObject *
ask_object (Fixture *self, const char *method, const char *target, const char *token, const char *body, guint status)
{
  g_autofree char *answer = ask (self, method, target, token, body);
  g_autoptr (JsonNode) node = NULL;

  if (nb_test_status (answer) != status)
    g_error ("%s %s: %s", method, target, answer);
  node = json_from_string (nb_test_body (answer), NULL);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

static void
assert_problem (Fixture *self, const char *method, const char *target, const char *body, guint status, const char *code,
                const char *field)
{
  g_autofree char *answer = ask (self, method, target, NULL, body);
  g_autoptr (JsonNode) node = NULL;

  nb_test_assert_problem (answer, status, code);
  node = json_from_string (nb_test_body (answer), NULL);
  if (field != NULL)
    g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "field"), ==, field);
}

static char *
sign_up_and_in (Fixture *self)
{
  g_autoptr (JsonObject) account = ask_object (self, "POST", "/api/v1/accounts", NULL, SIGN_UP, 201);
  g_autoptr (JsonObject) session = ask_object (self, "POST", "/api/v1/sessions", NULL, SIGN_IN, 200);

  g_assert_true (json_object_has_member (account, "id"));
  return g_strdup (json_object_get_string_member (session, "token"));
}

static void
assert_is_minji (JsonObject *account)
{
  gint64 id = 0;

  g_assert_true (nb_id_parse (json_object_get_string_member (account, "id"), &id));
  g_assert_cmpstr (json_object_get_string_member (account, "username"), ==, "minji");
  g_assert_cmpstr (json_object_get_string_member (account, "nickname"), ==, "민지");
  g_assert_cmpstr (json_object_get_string_member (account, "region"), ==, "1168010100");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (account, "roles")), ==, 0);
  g_assert_true (g_str_has_suffix (json_object_get_string_member (account, "created_at"), "Z"));
}

static void
test_journey (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) account = ask_object (self, "POST", "/api/v1/accounts", NULL, SIGN_UP, 201);
  g_autoptr (JsonObject) session = ask_object (self, "POST", "/api/v1/sessions", NULL, SIGN_IN, 200);
  const char *token = json_object_get_string_member (session, "token");
  g_autoptr (JsonObject) me = ask_object (self, "GET", "/api/v1/me", token, NULL, 200);
  g_autofree char *signed_out = NULL;
  g_autofree char *after = NULL;

  assert_is_minji (account);
  g_assert_true (json_object_has_member (account, "server_time"));
  assert_is_minji (json_object_get_object_member (session, "account"));
  g_assert_cmpuint (strlen (token), ==, 64);
  g_assert_cmpuint (strlen (json_object_get_string_member (session, "csrf_token")), >=, 32);
  g_assert_true (json_object_has_member (session, "expires_at"));
  assert_is_minji (me);
  g_assert_cmpint (json_object_get_int_member (me, "available"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (me, "locked"), ==, 0);
  signed_out = ask (self, "DELETE", "/api/v1/sessions/current", token, NULL);
  g_assert_cmpuint (nb_test_status (signed_out), ==, 204);
  after = ask (self, "GET", "/api/v1/me", token, NULL);
  nb_test_assert_problem (after, 401, "not_signed_in");
}

/* Returns: (transfer full): `name=value` of the session's cookie in @answer */
static char *
get_cookie (const char *answer)
{
  g_autofree char *header = nb_test_header (answer, "Set-Cookie");
  char *end;

  g_assert_nonnull (header);
  g_assert_nonnull (strstr (header, "HttpOnly"));
  g_assert_nonnull (strstr (header, "SameSite=Lax"));
  end = strchr (header, ';');
  return g_strndup (header, (gsize)(end - header));
}

static void
test_cookie (Fixture *self, gconstpointer data)
{
  g_autofree char *first = sign_up_and_in (self);
  g_autofree char *answer = ask (self, "POST", "/api/v1/sessions", NULL, SIGN_IN);
  g_autofree char *cookie = get_cookie (answer);
  g_autoptr (JsonNode) node = json_from_string (nb_test_body (answer), NULL);
  const char *csrf = json_object_get_string_member (json_node_get_object (node), "csrf_token");
  g_autofree char *plain = g_strdup_printf ("Cookie: %s\r\n", cookie);
  g_autofree char *with_token = g_strdup_printf ("Cookie: %s\r\nX-CSRF-Token: %s\r\n", cookie, csrf);
  g_autofree char *me = nb_test_ask (self->port, "GET", "/api/v1/me", plain, NULL);
  g_autofree char *refused = nb_test_ask (self->port, "DELETE", "/api/v1/sessions/current", plain, NULL);
  g_autofree char *ended = nb_test_ask (self->port, "DELETE", "/api/v1/sessions/current", with_token, NULL);
  g_autofree char *after = nb_test_ask (self->port, "GET", "/api/v1/me", plain, NULL);

  g_assert_null (strstr (answer, first));
  g_assert_cmpuint (nb_test_status (me), ==, 200);
  nb_test_assert_problem (refused, 403, "csrf_failed");
  g_assert_cmpuint (nb_test_status (ended), ==, 204);
  nb_test_assert_problem (after, 401, "not_signed_in");
}

static const struct
{
  const char *target;
  const char *body;
  guint status;
  const char *code;
  const char *field;
} refusals[] = {
  { "/api/v1/accounts", "{", 400, "malformed_json", NULL },
  { "/api/v1/accounts", "{}", 422, "validation_failed", "username" },
  { "/api/v1/accounts", "{\"username\":5,\"password\":\"x\",\"nickname\":\"n\"}", 422, "validation_failed",
    "username" },
  { "/api/v1/accounts", "{\"username\":\"ab\",\"password\":\"tangerine-tree\",\"nickname\":\"n\"}", 422,
    "validation_failed", "username" },
  { "/api/v1/accounts", "{\"username\":\"jisoo\",\"password\":\"password1\",\"nickname\":\"n\"}", 422,
    "validation_failed", "password" },
  { "/api/v1/accounts", "{\"username\":\"jisoo\",\"password\":\"short\",\"nickname\":\"n\"}", 422, "validation_failed",
    "password" },
  { "/api/v1/accounts", "{\"username\":\"jisoo\",\"password\":\"tangerine-tree\",\"nickname\":\"a\\u202eb\"}", 422,
    "validation_failed", "nickname" },
  { "/api/v1/accounts",
    "{\"username\":\"jisoo\",\"password\":\"tangerine-tree\",\"nickname\":\"n\",\"region\":\"1168099900\"}", 422,
    "validation_failed", "region" },
  { "/api/v1/accounts",
    "{\"username\":\"jisoo\",\"password\":\"tangerine-tree\",\"nickname\":\"n\",\"roles\":\"admin\"}", 422,
    "validation_failed", "roles" },
  { "/api/v1/accounts", SIGN_UP, 409, "name_taken", "username" },
  { "/api/v1/sessions", "{\"username\":\"minji\"}", 422, "validation_failed", "password" },
  { "/api/v1/sessions", "{\"username\":\"minji\",\"password\":\"tangerine-orchards\"}", 401, "bad_credentials", NULL },
  { "/api/v1/sessions", "{\"username\":\"nobody\",\"password\":\"tangerine-orchard\"}", 401, "bad_credentials", NULL },
};

static void
test_refusals (Fixture *self, gconstpointer data)
{
  g_autofree char *token = sign_up_and_in (self);
  g_autofree char *people = NULL;

  g_assert_nonnull (token);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    assert_problem (self, "POST", refusals[i].target, refusals[i].body, refusals[i].status, refusals[i].code,
                    refusals[i].field);
  assert_problem (self, "GET", "/api/v1/me", NULL, 401, "not_signed_in", NULL);
  assert_problem (self, "DELETE", "/api/v1/sessions/current", NULL, 401, "not_signed_in", NULL);
  assert_problem (self, "GET", "/api/v1/accounts", NULL, 405, "method_not_allowed", NULL);
  people = nb_test_database_run (self->database, "SELECT count(*) FROM people");
  g_assert_cmpstr (people, ==, "1");
}

static void
test_guessing_waits (Fixture *self, gconstpointer data)
{
  g_autofree char *token = sign_up_and_in (self);
  g_autofree char *answer = NULL;
  gint64 failed_at = 0;

  g_assert_nonnull (token);
  /* The wait is a second; whoever came later than that signs in, and has to guess anew. */
  do
    {
      for (int i = 0; i < 5; i++)
        {
          failed_at = g_get_monotonic_time ();
          assert_problem (self, "POST", "/api/v1/sessions", "{\"username\":\"minji\",\"password\":\"guess\"}", 401,
                          "bad_credentials", NULL);
        }
      g_free (answer);
      answer = ask (self, "POST", "/api/v1/sessions", NULL, SIGN_IN);
    }
  while (nb_test_status (answer) == 200 && g_get_monotonic_time () >= failed_at + G_USEC_PER_SEC);
  nb_test_assert_problem (answer, 429, "rate_limited");
  g_assert_nonnull (strstr (answer, "Retry-After:"));
}

/* Returns: the `code` of the first item, and checks how many there are */
static const char *
check_items (JsonObject *page, guint n)
{
  JsonArray *items = json_object_get_array_member (page, "items");

  g_assert_cmpuint (json_array_get_length (items), ==, n);
  return json_object_get_string_member (json_array_get_object_element (items, 0), "code");
}

static void
test_regions (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) top = ask_object (self, "GET", "/api/v1/regions", NULL, NULL, 200);
  g_autoptr (JsonObject) seoul = ask_object (self, "GET", "/api/v1/regions?parent=1100000000", NULL, NULL, 200);
  g_autoptr (JsonObject) some = ask_object (self, "GET", "/api/v1/regions?parent=1100000000&limit=20", NULL, NULL, 200);
  g_autofree char *more = g_strdup_printf ("/api/v1/regions?parent=1100000000&limit=20&cursor=%s",
                                           json_object_get_string_member (some, "next_cursor"));
  g_autoptr (JsonObject) rest = ask_object (self, "GET", more, NULL, NULL, 200);
  JsonObject *first = json_array_get_object_element (json_object_get_array_member (top, "items"), 0);

  g_assert_cmpstr (check_items (top, 17), ==, "1100000000");
  g_assert_cmpstr (json_object_get_string_member (first, "name"), ==, "서울특별시");
  g_assert_cmpint (json_object_get_int_member (first, "level"), ==, 1);
  g_assert_true (json_object_get_null_member (top, "next_cursor"));
  g_assert_cmpstr (check_items (seoul, 25), ==, "1111000000");
  g_assert_cmpstr (check_items (some, 20), ==, "1111000000");
  g_assert_cmpstr (check_items (rest, 5), ==, "1162000000");
  g_assert_true (json_object_get_null_member (rest, "next_cursor"));
  assert_problem (self, "GET", "/api/v1/regions?parent=99", NULL, 422, "validation_failed", "parent");
  assert_problem (self, "GET", "/api/v1/regions?limit=0", NULL, 422, "validation_failed", "limit");
  assert_problem (self, "GET", "/api/v1/regions?limit=101", NULL, 422, "validation_failed", "limit");
  assert_problem (self, "GET", "/api/v1/regions?cursor=x", NULL, 422, "validation_failed", "cursor");
}

/* Signs in. Returns: (transfer full): the token */
static char *
sign_in (Fixture *self, const char *body)
{
  g_autoptr (JsonObject) session = ask_object (self, "POST", "/api/v1/sessions", NULL, body, 200);

  return g_strdup (json_object_get_string_member (session, "token"));
}

/* Returns: (transfer full): the id of the one session in the list that is, or isn't, that of @token */
static char *
find_session (Fixture *self, const char *token, gboolean is_current, guint n_sessions)
{
  g_autoptr (JsonObject) page = ask_object (self, "GET", "/api/v1/sessions", token, NULL, 200);
  JsonArray *items = json_object_get_array_member (page, "items");
  char *id = NULL;

  g_assert_cmpuint (json_array_get_length (items), ==, n_sessions);
  for (guint i = 0; i < n_sessions; i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);

      if (json_object_get_boolean_member (item, "current") != is_current)
        continue;
      g_assert_null (id);
      id = g_strdup (json_object_get_string_member (item, "id"));
    }
  return id;
}

static void
assert_refused (Fixture *self, const char *method, const char *target, const char *token, guint status,
                const char *code)
{
  g_autofree char *answer = ask (self, method, target, token, NULL);

  nb_test_assert_problem (answer, status, code);
}

static void
test_own_sessions (Fixture *self, gconstpointer data)
{
  static const char other[] = "{\"username\":\"junho\",\"password\":\"tangerine-orchard\",\"nickname\":\"j\"}";
  g_autoptr (JsonObject) first = ask_object (self, "POST", "/api/v1/accounts", NULL, SIGN_UP, 201);
  g_autoptr (JsonObject) second = ask_object (self, "POST", "/api/v1/accounts", NULL, other, 201);
  g_autofree char *here = sign_in (self, SIGN_IN);
  g_autofree char *there = sign_in (self, SIGN_IN);
  g_autofree char *strange = sign_in (self, "{\"username\":\"junho\",\"password\":\"tangerine-orchard\"}");
  g_autofree char *id = find_session (self, here, FALSE, 2);
  g_autofree char *target = g_strconcat ("/api/v1/sessions/", id, NULL);
  g_autofree char *mine = find_session (self, here, TRUE, 2);
  g_autofree char *own = g_strconcat ("/api/v1/sessions/", mine, NULL);
  g_autofree char *ended = NULL;
  g_autofree char *left = NULL;

  /* It is known to the process before it is ended. */
  g_free (find_session (self, there, TRUE, 2));
  assert_refused (self, "DELETE", target, NULL, 401, "not_signed_in");
  assert_refused (self, "DELETE", target, strange, 404, "not_found");
  ended = ask (self, "DELETE", target, here, NULL);
  g_assert_cmpuint (nb_test_status (ended), ==, 204);
  assert_refused (self, "GET", "/api/v1/me", there, 401, "not_signed_in");
  assert_refused (self, "DELETE", target, here, 404, "not_found");
  g_free (find_session (self, here, TRUE, 1));
  left = ask (self, "DELETE", own, here, NULL);
  g_assert_cmpuint (nb_test_status (left), ==, 204);
  assert_refused (self, "GET", "/api/v1/sessions", here, 401, "not_signed_in");
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path
          = g_strdup_printf ("/api/accounts/%s/%s", nb_test_database_kind_name ((NbTestDatabaseKind)kind), name);

      g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("sign-up-in-me-out", test_journey);
  add ("cookie-needs-csrf-token", test_cookie);
  add ("refusals", test_refusals);
  add ("own-sessions", test_own_sessions);
  add ("guessing-waits", test_guessing_waits);
  add ("regions", test_regions);
  return g_test_run ();
}
