/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wallet over HTTP: the API as programs use it, and the page with its forms as browsers do. */
#include "tests/support/nb-test-server.h"
#include "tests/unit/wallet/wallet-fixture.h"

#include <string.h>

typedef struct
{
  WalletFixture wallet;
  NbTestServer *server;
  guint16 port;
  char *tokens[2]; /* of two people */
} Site;

static gboolean
add_people (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const char *const names[] = { "hana", "duri" };
  const NbAccountsOptions options = { G_TIME_SPAN_HOUR, G_TIME_SPAN_DAY };
  Site *site = user_data;

  for (int i = 0; i < 2; i++)
    {
      NbSignUp person = { .username = names[i], .password = "a long enough one", .nickname = names[i] };
      gint64 id = nb_accounts_create (transaction, &person, "x", "", error);

      g_assert_cmpint (id, >, 0);
      g_free (site->tokens[i]);
      site->tokens[i] = nb_accounts_create_session (transaction, id, &options, error);
      g_assert_nonnull (site->tokens[i]);
    }
  return TRUE;
}

static void
open_site (NbSite *host, gpointer user_data)
{
  const NbAccountsOptions options = { G_TIME_SPAN_HOUR, G_TIME_SPAN_DAY };
  g_autoptr (GError) error = NULL;
  Site *site = user_data;

  wallet_fixture_open (&site->wallet, NB_TEST_SQLITE, host->registry);
  host->store = site->wallet.store;
  host->accounts = nb_accounts_new (host->store, &options);
  nb_store_transact (host->store, add_people, site, &error);
  g_assert_no_error (error);
}

static void
close_site (NbSite *host, gpointer user_data)
{
  Site *site = user_data;

  g_assert_finalize_object (host->accounts);
  wallet_fixture_close (&site->wallet);
}

static void
site_start (Site *self)
{
  g_autofree char *web = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "data", "web", NULL);
  g_autofree char *locale = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "po", NULL);
  NbServerOptions options;

  *self = (Site){ 0 };
  nb_test_server_default_options (&options);
  options.web_dir = web;
  options.locale_dir = locale;
  self->server = nb_test_server_new (&options, open_site, close_site, self);
  self->port = nb_test_server_get_port (self->server);
}

static void
site_stop (Site *self)
{
  nb_test_server_free (self->server, G_TIME_SPAN_SECOND);
  g_free (self->tokens[0]);
  g_free (self->tokens[1]);
}

static char *
ask (Site *site, int person, const char *method, const char *target, const char *key, const char *body)
{
  g_autofree char *key_line = key != NULL ? g_strdup_printf ("Idempotency-Key: %s\r\n", key) : g_strdup ("");
  g_autofree char *headers = g_strdup_printf ("Authorization: Bearer %s\r\nContent-Type: application/json\r\n%s",
                                              site->tokens[person], key_line);

  return nb_test_ask (site->port, method, target, headers, body);
}

static void
assert_has (const char *answer, const char *text)
{
  if (strstr (answer, text) == NULL)
    g_error ("“%s” is not in:\n%s", text, answer);
}

static void
assert_wallet (Site *site, int person, const char *start)
{
  g_autofree char *answer = ask (site, person, "GET", "/api/v1/wallet", NULL, NULL);

  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  if (!g_str_has_prefix (nb_test_body (answer), start))
    g_error ("expected %s, got %s", start, nb_test_body (answer));
}

static void
test_deposit (void)
{
  Site site;
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;
  g_autofree char *other = NULL;
  g_autofree char *no_key = NULL;
  g_autofree char *replayed = NULL;

  site_start (&site);
  assert_wallet (&site, 0, "{\"available\":0,\"locked\":0,\"holds\":[],\"server_time\":");
  first = ask (&site, 0, "POST", "/api/v1/wallet/deposits", "a", "{\"amount\":10000}");
  g_assert_cmpuint (nb_test_status (first), ==, 201);
  assert_has (first, "\"kind\":\"deposit\",\"amount\":10000,\"available_after\":10000,\"locked_after\":0,");
  assert_has (first, "},\"available\":10000,\"locked\":0,");
  again = ask (&site, 0, "POST", "/api/v1/wallet/deposits", "a", "{\"amount\":10000}");
  replayed = nb_test_header (again, "Idempotent-Replayed");
  g_assert_cmpstr (replayed, ==, "true");
  g_assert_cmpint (strncmp (nb_test_body (first), nb_test_body (again),
                            strstr (nb_test_body (first), "server_time") - nb_test_body (first)),
                   ==, 0);
  g_clear_pointer (&replayed, g_free);
  replayed = nb_test_header (first, "Idempotent-Replayed");
  g_assert_null (replayed);
  other = ask (&site, 0, "POST", "/api/v1/wallet/deposits", "a", "{\"amount\":10001}");
  nb_test_assert_problem (other, 422, "idempotency_key_reused");
  no_key = ask (&site, 0, "POST", "/api/v1/wallet/deposits", NULL, "{\"amount\":10000}");
  g_assert_cmpuint (nb_test_status (no_key), >=, 400);
  assert_wallet (&site, 0, "{\"available\":10000,\"locked\":0,\"holds\":[],");
  assert_wallet (&site, 1, "{\"available\":0,\"locked\":0,\"holds\":[],");
  site_stop (&site);
}

static void
test_bad_amounts (void)
{
  static const char *const bodies[] = {
    "{}",
    "{\"amount\":0}",
    "{\"amount\":-1}",
    "{\"amount\":1.5}",
    "{\"amount\":1e3}",
    "{\"amount\":\"10\"}",
    "{\"amount\":null}",
    "{\"amount\":true}",
    "{\"amount\":[1]}",
    "{\"amount\":10000001}",
    "{\"amount\":9007199254740993}",
    "{\"amount\":9223372036854775807}",
    "{\"amount\":9223372036854775808}",
    "{\"amount\":10,\"person\":7}",
    "{\"amount\":10,\"amount\":20}",
    "[10]",
    "10",
    "",
  };
  Site site;

  site_start (&site);
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *key = g_strdup_printf ("bad-%" G_GSIZE_FORMAT, i);
      g_autofree char *answer = ask (&site, 0, "POST", "/api/v1/wallet/deposits", key, bodies[i]);

      if (nb_test_status (answer) != 422 && nb_test_status (answer) != 400)
        g_error ("%s: %s", bodies[i], answer);
    }
  assert_wallet (&site, 0, "{\"available\":0,\"locked\":0,\"holds\":[],");
  site_stop (&site);
}

static void
test_withdraw (void)
{
  Site site;
  g_autofree char *deposit = NULL;
  g_autofree char *fine = NULL;
  g_autofree char *too_much = NULL;
  g_autofree char *anonymous = NULL;

  site_start (&site);
  deposit = ask (&site, 0, "POST", "/api/v1/wallet/deposits", "a", "{\"amount\":5000}");
  fine = ask (&site, 0, "POST", "/api/v1/wallet/withdrawals", "b", "{\"amount\":3000}");
  g_assert_cmpuint (nb_test_status (fine), ==, 201);
  assert_has (fine, "\"kind\":\"withdraw\",\"amount\":3000,\"available_after\":2000,");
  too_much = ask (&site, 0, "POST", "/api/v1/wallet/withdrawals", "c", "{\"amount\":2001}");
  nb_test_assert_problem (too_much, 409, "insufficient_funds");
  anonymous = nb_test_ask (site.port, "GET", "/api/v1/wallet", NULL, NULL);
  nb_test_assert_problem (anonymous, 401, "not_signed_in");
  assert_wallet (&site, 0, "{\"available\":2000,");
  site_stop (&site);
}

static char *
cursor_of (const char *answer)
{
  const char *start = strstr (answer, "\"next_cursor\":\"");

  g_assert_nonnull (start);
  start += strlen ("\"next_cursor\":\"");
  return g_strndup (start, strcspn (start, "\""));
}

static void
assert_invalid (Site *site, const char *target)
{
  g_autofree char *answer = ask (site, 0, "GET", target, NULL, NULL);

  nb_test_assert_problem (answer, 422, "validation_failed");
}

static void
test_entries (void)
{
  Site site;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *kind = NULL;
  g_autofree char *cursor = NULL;
  g_autofree char *target = NULL;

  site_start (&site);
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"amount\":%d}", i * 100);
      g_autofree char *key = g_strdup_printf ("k%d", i);

      g_free (ask (&site, 0, "POST", "/api/v1/wallet/deposits", key, body));
    }
  g_free (ask (&site, 0, "POST", "/api/v1/wallet/withdrawals", "w", "{\"amount\":50}"));
  first = ask (&site, 0, "GET", "/api/v1/wallet/entries?limit=2", NULL, NULL);
  assert_has (first, "\"kind\":\"withdraw\",\"amount\":50,\"available_after\":550,");
  assert_has (first, "\"from\":\"bank\",\"to\":\"available\"");
  assert_has (first, "\"amount\":300,");
  g_assert_null (strstr (first, "\"amount\":200,"));
  cursor = cursor_of (first);
  target = g_strdup_printf ("/api/v1/wallet/entries?limit=2&cursor=%s", cursor);
  second = ask (&site, 0, "GET", target, NULL, NULL);
  assert_has (second, "\"amount\":200,");
  assert_has (second, "\"amount\":100,");
  assert_has (second, "\"next_cursor\":null");
  kind = ask (&site, 0, "GET", "/api/v1/wallet/entries?kind=withdraw", NULL, NULL);
  assert_has (kind, "\"amount\":50,");
  g_assert_null (strstr (kind, "deposit"));
  assert_invalid (&site, "/api/v1/wallet/entries?limit=0");
  assert_invalid (&site, "/api/v1/wallet/entries?limit=101");
  assert_invalid (&site, "/api/v1/wallet/entries?limit=x");
  assert_invalid (&site, "/api/v1/wallet/entries?cursor=-1");
  assert_invalid (&site, "/api/v1/wallet/entries?kind=gift");
  site_stop (&site);
}

/* A browser: a cookie, a language, forms. */
static char *
browse (Site *site, const char *method, const char *target, const char *language, const char *form)
{
  g_autofree char *headers = g_strdup_printf ("Cookie: nb_session=%s\r\nAccept-Language: %s\r\n"
                                              "Content-Type: application/x-www-form-urlencoded\r\n",
                                              site->tokens[0], language);

  return nb_test_ask (site->port, method, target, headers, form);
}

static char *
csrf_of (const char *page)
{
  const char *start = strstr (page, "name=\"csrf_token\" value=\"");

  g_assert_nonnull (start);
  start += strlen ("name=\"csrf_token\" value=\"");
  return g_strndup (start, strcspn (start, "\""));
}

static char *
send_form (Site *site, const char *target, const char *csrf, const char *key, const char *amount)
{
  g_autofree char *form = g_strdup_printf ("csrf_token=%s&idempotency_key=%s&amount=%s", csrf, key, amount);

  return browse (site, "POST", target, "en", form);
}

static void
test_page (void)
{
  Site site;
  g_autofree char *empty = NULL;
  g_autofree char *csrf = NULL;
  g_autofree char *sent = NULL;
  g_autofree char *location = NULL;
  g_autofree char *english = NULL;
  g_autofree char *korean = NULL;
  g_autofree char *forged = NULL;

  site_start (&site);
  empty = browse (&site, "GET", "/wallet", "en", NULL);
  g_assert_cmpuint (nb_test_status (empty), ==, 200);
  assert_has (empty, "Nothing is locked.");
  assert_has (empty, "manual (demo payment)");
  assert_has (empty, "value=\"50000\"");
  csrf = csrf_of (empty);
  sent = send_form (&site, "/wallet/deposits", csrf, "one", "12%2C345");
  g_assert_cmpuint (nb_test_status (sent), ==, 303);
  location = nb_test_header (sent, "Location");
  g_assert_cmpstr (location, ==, "/wallet");
  english = browse (&site, "GET", "/wallet", "en", NULL);
  assert_has (english, "<b>12,345원</b>");
  assert_has (english, "+12,345원");
  korean = browse (&site, "GET", "/wallet?kind=deposit", "ko", NULL);
  assert_has (korean, "쓸 수 있는 돈");
  assert_has (korean, "/wallet/entries.csv?kind=deposit");
  forged = send_form (&site, "/wallet/deposits", "0", "two", "1");
  g_assert_cmpuint (nb_test_status (forged), ==, 403);
  assert_wallet (&site, 0, "{\"available\":12345,");
  site_stop (&site);
}

static void
test_form_faults (void)
{
  static const struct
  {
    const char *target;
    const char *amount;
    guint status;
  } faults[] = {
    { "/wallet/deposits", "abc", 422 },
    { "/wallet/deposits", "0", 422 },
    { "/wallet/deposits", "", 422 },
    { "/wallet/deposits", "1e3", 422 },
    { "/wallet/deposits", "10000001", 422 },
    { "/wallet/deposits", "%3Cb%3E", 422 },
    { "/wallet/withdrawals", "100000000", 409 },
    { "/wallet/withdrawals", "1,00", 422 },
  };
  Site site;
  g_autofree char *page = NULL;
  g_autofree char *csrf = NULL;

  site_start (&site);
  page = browse (&site, "GET", "/wallet", "en", NULL);
  csrf = csrf_of (page);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *answer = send_form (&site, faults[i].target, csrf, "k", faults[i].amount);

      if (nb_test_status (answer) != faults[i].status)
        g_error ("%s %s: %s", faults[i].target, faults[i].amount, answer);
      assert_has (answer, "No money moved.");
      assert_has (answer, "class=\"error-text\"");
      g_assert_null (strstr (answer, "<b>\""));
    }
  assert_wallet (&site, 0, "{\"available\":0,");
  site_stop (&site);
}

static void
test_file (void)
{
  Site site;
  g_autofree char *answer = NULL;
  g_autofree char *type = NULL;

  site_start (&site);
  g_free (ask (&site, 0, "POST", "/api/v1/wallet/deposits", "a", "{\"amount\":700}"));
  answer = browse (&site, "GET", "/wallet/entries.csv", "en", NULL);
  type = nb_test_header (answer, "Content-Type");
  g_assert_cmpstr (type, ==, "text/csv; charset=utf-8");
  g_assert_true (g_str_has_prefix (nb_test_body (answer), "created_at,kind,from,to,amount,"));
  assert_has (answer, ",deposit,bank,available,700,700,0,0,");
  site_stop (&site);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wallet/http/deposit", test_deposit);
  g_test_add_func ("/wallet/http/bad-amounts", test_bad_amounts);
  g_test_add_func ("/wallet/http/withdraw", test_withdraw);
  g_test_add_func ("/wallet/http/entries", test_entries);
  g_test_add_func ("/wallet/http/page", test_page);
  g_test_add_func ("/wallet/http/form-faults", test_form_faults);
  g_test_add_func ("/wallet/http/file", test_file);
  return g_test_run ();
}
