/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is asking: cookies, bearer tokens, proof of origin, limits, language; with real accounts in a real database. */
#include "core/web/nb-csrf.h"
#include "core/web/nb-request-private.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-server.h"

#include <string.h>
#include <unistd.h>

typedef struct
{
  NbTestDatabase *database;
  NbTestServer *server;
  guint16 port;
  char *token;
  char *csrf;
} Fixture;

static void
on_who (NbRequest *request, gpointer user_data)
{
  JsonObject *answer = json_object_new ();

  json_object_set_string_member (answer, "nickname", nb_request_get_nickname (request));
  json_object_set_string_member (answer, "language", nb_request_get_language (request));
  json_object_set_string_member (answer, "csrf", nb_request_get_csrf_token (request));
  json_object_set_string_member (answer, "address", nb_request_get_address (request));
  nb_request_respond_json (request, 200, answer);
}

static void
on_write (NbRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  const NbField field = { .name = "a", .kind = NB_FIELD_INT };
  JsonObject *body = nb_request_read_body (request, &field, 1, &error);

  if (body != NULL)
    nb_request_respond_json (request, 200, body);
  else
    nb_request_respond_error (request, error);
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("<p>", 3);

  nb_request_respond_bytes (request, 200, "text/html; charset=utf-8", bytes);
}

static void
on_enter (NbRequest *request, gpointer user_data)
{
  NbSession session = { .token = (char *)user_data, .expires_at = g_get_real_time () + G_TIME_SPAN_HOUR };

  nb_request_start_session (request, &session);
  nb_request_redirect (request, "/who?x=1");
}

static gboolean
make_person (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  const NbSignUp sign_up = { .username = "mina", .nickname = "미나", .language = "en" };
  const gint64 id = nb_accounts_create (transaction, &sign_up, "", "", error);
  char **token = user_data;

  if (id == 0)
    return FALSE;
  g_free (*token);
  *token = nb_accounts_create_session (transaction, id, &options, error);
  return *token != NULL;
}

static void
set_up_site (NbSite *site, gpointer user_data)
{
  Fixture *fixture = user_data;
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  g_autoptr (GError) error = NULL;
  const struct
  {
    const char *method, *pattern;
    NbRouteFlags flags;
    NbHandler handler;
  } routes[] = {
    { "GET", "/who", 0, on_who },
    { "GET", "/mine", NB_ROUTE_SIGNED_IN, on_who },
    { "GET", "/boss", NB_ROUTE_ADMIN, on_who },
    { "GET", "/page", NB_ROUTE_PAGE | NB_ROUTE_SIGNED_IN, on_page },
    { "GET", "/open-page", NB_ROUTE_PAGE, on_page },
    { "POST", "/write", 0, on_write },
    { "POST", "/enter", NB_ROUTE_SIGN_IN, on_enter },
    { "POST", "/join", NB_ROUTE_SIGN_UP, on_write },
  };

  site->store = nb_test_store_new (fixture->database);
  site->accounts = nb_accounts_new (site->store, &options);
  g_assert_true (nb_store_transact (site->store, make_person, &fixture->token, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      nb_registry_add_route (site->registry, "core", routes[i].method, routes[i].pattern, routes[i].flags,
                             routes[i].handler, fixture->token, &error);
      g_assert_no_error (error);
    }
}

static void
tear_down_site (NbSite *site, gpointer user_data)
{
  g_clear_object (&site->accounts);
  nb_store_stop (site->store);
  g_clear_object (&site->store);
}

static char *
get_text (const char *answer, const char *name)
{
  g_autofree char *start = g_strdup_printf ("\"%s\":\"", name);
  const char *found = strstr (answer, start);

  g_assert_nonnull (found);
  found += strlen (start);
  return g_strndup (found, strcspn (found, "\""));
}

static char *
ask_as (Fixture *fixture, const char *method, const char *target, const char *more, const char *body)
{
  g_autofree char *headers = g_strdup_printf ("Cookie: a=b; nb_session=%s\r\n%s", fixture->token, more);

  return nb_test_ask (fixture->port, method, target, headers, body);
}

static void
start (Fixture *fixture, const NbServerOptions *options)
{
  g_autofree char *who = NULL;

  fixture->database = nb_test_database_new (NB_TEST_SQLITE);
  fixture->server = nb_test_server_new (options, set_up_site, tear_down_site, fixture);
  fixture->port = nb_test_server_get_port (fixture->server);
  who = ask_as (fixture, "GET", "/who", "", NULL);
  fixture->csrf = get_text (who, "csrf");
}

static void
start_default (Fixture *fixture)
{
  NbServerOptions options;

  nb_test_server_default_options (&options);
  start (fixture, &options);
}

static void
stop (Fixture *fixture)
{
  nb_test_server_free (fixture->server, G_TIME_SPAN_SECOND);
  nb_test_database_free (fixture->database);
  g_free (fixture->token);
  g_free (fixture->csrf);
}

#define JSON "Content-Type: application/json\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static void
test_session (void)
{
  Fixture fixture = { 0 };
  g_autofree char *bearer = NULL;
  g_autofree char *by_cookie = NULL;
  g_autofree char *by_bearer = NULL;
  g_autofree char *wrong = NULL;
  g_autofree char *old = NULL;
  g_autofree char *boss = NULL;
  g_autofree char *cookie = NULL;

  start_default (&fixture);
  bearer = g_strdup_printf ("Authorization: Bearer %s\r\n", fixture.token);
  by_cookie = ask_as (&fixture, "GET", "/mine", "", NULL);
  by_bearer = nb_test_ask (fixture.port, "GET", "/mine", bearer, NULL);
  wrong = nb_test_ask (fixture.port, "GET", "/who", "Authorization: Bearer 00\r\n", NULL);
  old = nb_test_ask (fixture.port, "GET", "/who", "Cookie: nb_session=00\r\n", NULL);
  boss = ask_as (&fixture, "GET", "/boss", "", NULL);
  g_assert_nonnull (strstr (by_cookie, "\"nickname\":\"미나\""));
  g_assert_nonnull (strstr (by_bearer, "\"nickname\":\"미나\""));
  nb_test_assert_problem (wrong, 401, "not_signed_in");
  g_assert_cmpuint (nb_test_status (old), ==, 200);
  g_assert_nonnull (strstr (old, "\"nickname\":\"\""));
  cookie = nb_test_header (old, "Set-Cookie");
  g_assert_true (g_str_has_prefix (cookie, "nb_session=; Path=/; Max-Age=0;"));
  nb_test_assert_problem (boss, 403, "admin_only");
  stop (&fixture);
}

static void
test_csrf (void)
{
  Fixture fixture = { 0 };
  g_autofree char *token = NULL;
  g_autofree char *field = NULL;
  g_autofree char *bearer = NULL;
  g_autofree char *without = NULL;
  g_autofree char *wrong = NULL;
  g_autofree char *right = NULL;
  g_autofree char *form = NULL;
  g_autofree char *program = NULL;
  g_autofree char *again = NULL;
  g_autofree char *other = NULL;

  start_default (&fixture);
  token = g_strdup_printf (JSON "X-CSRF-Token: %s\r\n", fixture.csrf);
  field = g_strdup_printf ("a=7&csrf_token=%s", fixture.csrf);
  bearer = g_strdup_printf (JSON "Authorization: Bearer %s\r\n", fixture.token);
  without = ask_as (&fixture, "POST", "/write", JSON, "{}");
  wrong = ask_as (&fixture, "POST", "/write", JSON "X-CSRF-Token: 00\r\n", "{}");
  right = ask_as (&fixture, "POST", "/write", token, "{\"a\":7}");
  form = ask_as (&fixture, "POST", "/write", FORM, field);
  program = nb_test_ask (fixture.port, "POST", "/write", bearer, "{\"a\":7}");
  again = ask_as (&fixture, "GET", "/who", "", NULL);
  nb_test_assert_problem (without, 403, "csrf_failed");
  nb_test_assert_problem (wrong, 403, "csrf_failed");
  g_assert_cmpuint (nb_test_status (right), ==, 200);
  g_assert_cmpuint (nb_test_status (form), ==, 200);
  g_assert_nonnull (strstr (form, "{\"a\":7,"));
  g_assert_cmpuint (nb_test_status (program), ==, 200);
  /* The same token looks different on every page. */
  other = get_text (again, "csrf");
  g_assert_cmpstr (other, !=, fixture.csrf);
  stop (&fixture);
}

static void
test_origin (void)
{
  Fixture fixture = { 0 };
  static const struct
  {
    const char *headers;
    guint status;
  } cases[] = {
    { "Origin: http://evil.example\r\n", 403 },
    { "Origin: null\r\n", 403 },
    { "Origin: http://bid.example.evil\r\n", 403 },
    { "Origin: http://bid.exampl\r\n", 403 },
    { "Sec-Fetch-Site: cross-site\r\n", 403 },
    { "Sec-Fetch-Site: same-site\r\n", 403 },
    { "Sec-Fetch-Site: cross-site\r\nOrigin: http://bid.example\r\n", 403 },
    { "Origin: http://bid.example\r\n", 200 },
    { "Sec-Fetch-Site: same-origin\r\nOrigin: http://bid.example\r\n", 200 },
    { "", 200 },
  };

  start_default (&fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *headers = g_strconcat (JSON, cases[i].headers, NULL);
      g_autofree char *signed_in = g_strdup_printf ("%sX-CSRF-Token: %s\r\n", headers, fixture.csrf);
      g_autofree char *anonymous = nb_test_ask (fixture.port, "POST", "/write", headers, "{}");
      g_autofree char *person = ask_as (&fixture, "POST", "/write", signed_in, "{}");

      g_assert_cmpuint (nb_test_status (anonymous), ==, cases[i].status);
      g_assert_cmpuint (nb_test_status (person), ==, cases[i].status);
      if (cases[i].status == 403)
        nb_test_assert_problem (anonymous, 403, "origin_not_allowed");
    }
  stop (&fixture);
}

static void
test_cookie_attributes (void)
{
  Fixture fixture = { 0 };
  g_autofree char *plain = NULL;
  g_autofree char *cookie = NULL;
  g_autofree char *location = NULL;

  start_default (&fixture);
  plain = nb_test_ask (fixture.port, "POST", "/enter", JSON, "{}");
  cookie = nb_test_header (plain, "Set-Cookie");
  location = nb_test_header (plain, "Location");
  g_assert_cmpuint (nb_test_status (plain), ==, 303);
  g_assert_cmpstr (location, ==, "/who?x=1");
  g_assert_true (g_str_has_prefix (cookie, "nb_session="));
  g_assert_nonnull (strstr (cookie, "; HttpOnly; SameSite=Lax"));
  g_assert_null (strstr (cookie, "Secure"));
  stop (&fixture);
}

static void
test_https (void)
{
  Fixture fixture = { 0 };
  NbServerOptions options;
  g_autofree char *answer = NULL;
  g_autofree char *cookie = NULL;
  g_autofree char *transport = NULL;
  g_autofree char *plain_cookie = NULL;
  g_autofree char *headers = NULL;

  nb_test_server_default_options (&options);
  options.base_url = "https://bid.example";
  fixture.database = nb_test_database_new (NB_TEST_SQLITE);
  fixture.server = nb_test_server_new (&options, set_up_site, tear_down_site, &fixture);
  fixture.port = nb_test_server_get_port (fixture.server);
  answer = nb_test_ask (fixture.port, "POST", "/enter", JSON, "{}");
  cookie = nb_test_header (answer, "Set-Cookie");
  transport = nb_test_header (answer, "Strict-Transport-Security");
  g_assert_true (g_str_has_prefix (cookie, "__Host-nb_session="));
  g_assert_nonnull (strstr (cookie, "; Path=/;"));
  g_assert_nonnull (strstr (cookie, "; Secure"));
  g_assert_nonnull (transport);
  /* Without the prefix another host of the domain could have set it. */
  headers = g_strdup_printf ("Cookie: nb_session=%s\r\n", fixture.token);
  plain_cookie = nb_test_ask (fixture.port, "GET", "/mine", headers, NULL);
  nb_test_assert_problem (plain_cookie, 401, "not_signed_in");
  stop (&fixture);
}

static void
test_pages (void)
{
  Fixture fixture = { 0 };
  g_autofree char *sent_away = NULL;
  g_autofree char *location = NULL;
  g_autofree char *mine = NULL;
  g_autofree char *open = NULL;
  g_autofree char *private_cache = NULL;
  g_autofree char *open_cache = NULL;

  start_default (&fixture);
  sent_away = nb_test_ask (fixture.port, "GET", "/page?a=1&b=2", NULL, NULL);
  location = nb_test_header (sent_away, "Location");
  mine = ask_as (&fixture, "GET", "/page", "", NULL);
  open = nb_test_ask (fixture.port, "GET", "/open-page", NULL, NULL);
  private_cache = nb_test_header (mine, "Cache-Control");
  open_cache = nb_test_header (open, "Cache-Control");
  g_assert_cmpuint (nb_test_status (sent_away), ==, 303);
  g_assert_cmpstr (location, ==, "/sign-in?next=%2Fpage%3Fa%3D1%26b%3D2");
  g_assert_cmpuint (nb_test_status (mine), ==, 200);
  g_assert_cmpstr (private_cache, ==, "no-store");
  g_assert_cmpstr (open_cache, ==, "private, no-cache");
  stop (&fixture);
}

static void
assert_language (Fixture *fixture, const char *headers, const char *expected)
{
  g_autofree char *answer = nb_test_ask (fixture->port, "GET", "/who", headers, NULL);
  g_autofree char *language = get_text (answer, "language");

  g_assert_cmpstr (language, ==, expected);
}

static void
test_language (void)
{
  Fixture fixture = { 0 };
  g_autofree char *person = NULL;
  g_autofree char *chosen = NULL;

  start_default (&fixture);
  assert_language (&fixture, NULL, "ko");
  assert_language (&fixture, "Accept-Language: en-US,en;q=0.9\r\n", "en");
  assert_language (&fixture, "Accept-Language: fr, en;q=0.3, ko;q=0.7\r\n", "ko");
  assert_language (&fixture, "Accept-Language: eng\r\n", "ko");
  assert_language (&fixture, "Accept-Language: ,;q=,en;q=0\r\n", "ko");
  assert_language (&fixture, "Cookie: nb_lang=en\r\nAccept-Language: ko\r\n", "en");
  person = ask_as (&fixture, "GET", "/who", "Accept-Language: ko\r\n", NULL);
  chosen = get_text (person, "language");
  g_assert_cmpstr (chosen, ==, "en");
  stop (&fixture);
}

static guint
count_status (Fixture *fixture, const char *target, const char *headers, guint n, guint status)
{
  guint found = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *answer = nb_test_ask (fixture->port, "POST", target, headers, "{}");
      g_autofree char *retry = nb_test_header (answer, "Retry-After");

      found += nb_test_status (answer) == status;
      if (nb_test_status (answer) == 429)
        {
          nb_test_assert_problem (answer, 429, "rate_limited");
          g_assert_nonnull (retry);
          g_assert_nonnull (strstr (answer, "\"retry_after_ms\":"));
        }
    }
  return found;
}

/* Of @n requests @burst pass at once, and as many more as the time that they take allows. */
static void
assert_limited (Fixture *fixture, const char *target, const char *headers, guint n, guint burst, double per_second)
{
  const gint64 began = g_get_monotonic_time ();
  const guint passed = n - count_status (fixture, target, headers, n, 429);
  const double seconds = (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC;

  g_assert_cmpuint (passed, >=, burst);
  g_assert_cmpfloat (passed, <=, burst + seconds * per_second);
}

static void
raise_limits (NbServer *server, gpointer user_data)
{
  const NbLimits none = { 0 };

  nb_server_set_limits (server, &none);
}

static void
test_limits (void)
{
  Fixture fixture = { 0 };
  NbServerOptions options;
  g_autofree char *bearer = NULL;

  nb_test_server_default_options (&options);
  options.limits = (NbLimits){ .sign_ups_per_minute = 3, .sign_ins_per_minute = 5, .writes_per_second = 1 };
  options.trusted_proxies = "127.0.0.1";
  start (&fixture, &options);
  bearer = g_strdup_printf (JSON "Authorization: Bearer %s\r\n", fixture.token);
  assert_limited (&fixture, "/enter", JSON, 8, 5, 5 / 60.0);
  assert_limited (&fixture, "/join", JSON, 8, 3, 3 / 60.0);
  assert_limited (&fixture, "/write", bearer, 12, 2, 1);
  /* Another address, told by a proxy that is trusted, has limits of its own; so has every person. */
  g_assert_cmpuint (count_status (&fixture, "/enter", JSON "X-Forwarded-For: 10.0.0.9\r\n", 5, 303), ==, 5);
  g_assert_cmpuint (count_status (&fixture, "/write", JSON, 1, 200), ==, 1);
  nb_test_server_invoke (fixture.server, raise_limits, NULL);
  g_assert_cmpuint (count_status (&fixture, "/enter", JSON, 20, 303), ==, 20);
  stop (&fixture);
}

static void
test_strangers (void)
{
  Fixture fixture = { 0 };
  guint n = 0, refused = 0;
  gint64 began;
  g_autofree char *mine = NULL;

  start_default (&fixture);
  began = g_get_monotonic_time ();
  /* A hundred pass at once, and ten more each second. */
  for (; refused <= 20; n++)
    {
      g_autofree char *headers = g_strdup_printf ("Authorization: Bearer %u\r\n", n);
      g_autofree char *answer = nb_test_ask (fixture.port, "GET", "/who", headers, NULL);

      refused += nb_test_status (answer) == 429;
    }
  g_assert_cmpfloat (n - refused, <=, 100 + 10 * (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC);
  /* A session that is known already does not suffer. */
  mine = ask_as (&fixture, "GET", "/mine", "", NULL);
  g_assert_cmpuint (nb_test_status (mine), ==, 200);
  stop (&fixture);
}

static void
test_forwarded_for (void)
{
  Fixture fixture = { 0 };
  NbServerOptions options;
  g_autofree char *believed = NULL;
  g_autofree char *address = NULL;
  Fixture direct = { 0 };
  g_autofree char *lie = NULL;
  g_autofree char *real = NULL;

  nb_test_server_default_options (&options);
  options.trusted_proxies = "127.0.0.0/8, 10.1.0.0/16";
  start (&fixture, &options);
  believed = nb_test_ask (fixture.port, "GET", "/who", "X-Forwarded-For: 6.6.6.6, 9.8.7.6, 10.1.2.3\r\n", NULL);
  address = get_text (believed, "address");
  g_assert_cmpstr (address, ==, "9.8.7.6");
  stop (&fixture);
  start_default (&direct);
  lie = nb_test_ask (direct.port, "GET", "/who", "X-Forwarded-For: 9.8.7.6\r\n", NULL);
  real = get_text (lie, "address");
  g_assert_cmpstr (real, ==, "127.0.0.1");
  stop (&direct);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/session/by-cookie-and-by-bearer", test_session);
  g_test_add_func ("/http/session/cookie-writes-need-the-token", test_csrf);
  g_test_add_func ("/http/session/foreign-origins-are-refused", test_origin);
  g_test_add_func ("/http/session/cookie-attributes", test_cookie_attributes);
  g_test_add_func ("/http/session/https-binds-the-cookie", test_https);
  g_test_add_func ("/http/session/pages-send-to-sign-in", test_pages);
  g_test_add_func ("/http/session/language", test_language);
  g_test_add_func ("/http/session/limits-by-address-and-person", test_limits);
  g_test_add_func ("/http/session/unknown-tokens-are-limited", test_strangers);
  g_test_add_func ("/http/session/forwarded-for-only-from-proxies", test_forwarded_for);
  return g_test_run ();
}
