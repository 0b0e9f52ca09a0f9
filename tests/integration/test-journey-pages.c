/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A chair is sold with nothing but pages and forms, as a browser without scripts sends them. */
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"
#include "tests/support/nb-test-server.h"

#include <stdlib.h>
#include <string.h>

#define SELLER_REGION "1168010100"
#define BUYER_REGION "1168010300"

typedef struct
{
  NbTestDatabase *database;
  NbTestSite *site;
  guint16 port;
} Fixture;

/* What a browser remembers, and the page that it shows. */
typedef struct
{
  guint16 port;
  GHashTable *cookies;
  char *path; /* of the page, after redirects */
  guint status;
  char *page;
} Browser;

static void
set_up (Fixture *self, gconstpointer data)
{
  static const char *const flags[]
      = { "limits.sign-ups-per-minute=0", "limits.sign-ins-per-minute=0", "limits.writes-per-second=0" };
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);

  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  g_ptr_array_add (arguments, g_strdup ("--set"));
  g_ptr_array_add (arguments,
                   g_strdup_printf ("server.data-dir=%s/data", nb_test_database_get_folder (self->database)));
  g_ptr_array_add (arguments, g_strdup ("--set"));
  g_ptr_array_add (arguments, g_strconcat ("database.url=", nb_test_database_get_url (self->database), NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_ptr_array_add (arguments, g_strdup ("--set"));
      g_ptr_array_add (arguments, g_strdup (flags[i]));
    }
  g_ptr_array_add (arguments, NULL);
  self->site = nb_test_site_start ((const char *const *)arguments->pdata, NULL);
  self->port = (guint16)atoi (strrchr (self->site->url, ':') + 1);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->site, nb_test_site_free);
  nb_test_database_free (self->database);
}

static Browser *
browser_new (const Fixture *fixture)
{
  Browser *self = g_new0 (Browser, 1);

  self->port = fixture->port;
  self->cookies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

static void
browser_free (Browser *self)
{
  g_hash_table_unref (self->cookies);
  g_free (self->path);
  g_free (self->page);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Browser, browser_free)

static void
take_cookies (Browser *self, const char *answer)
{
  g_auto (GStrv) lines = g_strsplit (answer, "\r\n", -1);

  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    {
      const char *pair = g_str_has_prefix (*line, "Set-Cookie: ") ? *line + strlen ("Set-Cookie: ") : NULL;
      const char *equals = pair != NULL ? strchr (pair, '=') : NULL;
      g_autofree char *name = equals != NULL ? g_strndup (pair, (gsize)(equals - pair)) : NULL;

      if (name == NULL)
        continue;
      if (strstr (pair, "Max-Age=0") != NULL)
        g_hash_table_remove (self->cookies, name);
      else
        g_hash_table_replace (self->cookies, g_steal_pointer (&name),
                              g_strndup (equals + 1, strcspn (equals + 1, ";")));
    }
}

static char *
make_headers (Browser *self, gboolean has_form)
{
  GString *headers = g_string_new ("Accept: text/html\r\nAccept-Language: ko\r\nCookie: x=1");
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, self->cookies);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_string_append_printf (headers, "; %s=%s", (char *)name, (char *)value);
  g_string_append (headers, "\r\n");
  if (has_form)
    g_string_append_printf (headers,
                            "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n");
  return g_string_free (headers, FALSE);
}

/* Asks, and follows one redirect as a GET. */
static void
go (Browser *self, const char *method, const char *path, const char *form)
{
  g_autofree char *headers = make_headers (self, form != NULL);
  g_autofree char *answer = nb_test_ask (self->port, method, path, headers, form);
  g_autofree char *location = nb_test_header (answer, "Location");
  g_autofree char *kept = g_strdup (path);

  take_cookies (self, answer);
  g_free (self->path);
  self->path = g_steal_pointer (&kept);
  self->status = nb_test_status (answer);
  g_free (self->page);
  self->page = g_strdup (nb_test_body (answer));
  if (self->status == 303)
    go (self, "GET", location, NULL);
}

static void
visit (Browser *self, const char *path)
{
  go (self, "GET", path, NULL);
}

/* Returns: (transfer full): what the hidden field @name of the page holds */
static char *
hidden (Browser *self, const char *name)
{
  g_autofree char *pattern = g_strdup_printf ("name=\"%s\" value=\"([^\"]*)\"", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, self->page, 0, &match);
  return g_match_info_matches (match) ? g_match_info_fetch (match, 1) : g_strdup ("");
}

/* Sends @fields with the page's token and key. */
static void
send (Browser *self, const char *path, const char *fields)
{
  g_autofree char *token = hidden (self, "csrf_token");
  g_autofree char *key = hidden (self, "idempotency_key");
  g_autofree char *form
      = g_strdup_printf ("%s&csrf_token=%s%s%s", fields, token, *key != '\0' ? "&idempotency_key=" : "", key);

  go (self, "POST", path, form);
}

static void
assert_shows (Browser *self, guint status, const char *text)
{
  if (self->status != status || strstr (self->page, text) == NULL)
    g_error ("%s answered %u and does not show “%s”:\n%s", self->path, self->status, text, self->page);
}

static void
assert_hides (Browser *self, const char *text)
{
  if (strstr (self->page, text) != NULL)
    g_error ("%s shows “%s”:\n%s", self->path, text, self->page);
}

static void
join (Browser *self, const char *username, const char *region)
{
  g_autofree char *next = NULL;
  g_autofree char *amount = NULL;
  g_autofree char *fields = NULL;

  next = hidden (self, "next");
  amount = hidden (self, "amount");
  fields = g_strdup_printf ("username=%s&password=tangerine-orchard&nickname=%s&region=%s&next=%s&amount=%s", username,
                            username, region, next, amount);
  send (self, "/sign-up", fields);
}

/* Returns: (transfer full): the path of the new auction */
static char *
list_chair (Browser *self)
{
  visit (self, "/sell");
  assert_shows (self, 200, "name=\"terms.start_price\"");
  send (self, "/sell",
        "type=local&step=review&title=%EC%9D%98%EC%9E%90+%3Cb%3E&description=one%0D%0Atwo&category=furniture&"
        "region=" SELLER_REGION "&duration=60&terms.start_price=10%2C000&terms.step=");
  assert_shows (self, 200, "의자 &lt;b&gt;");
  assert_shows (self, 200, "value=\"publish\"");
  assert_shows (self, 200, "name=\"terms.start_price\" value=\"10,000\"");
  {
    g_autofree char *end = hidden (self, "ends_at");
    g_autofree char *fields = g_strdup_printf (
        "type=local&step=publish&title=%%EC%%9D%%98%%EC%%9E%%90+%%3Cb%%3E&description=one&category=furniture&region=%s"
        "&duration=60&ends_at=%s&terms.start_price=10%%2C000",
        SELLER_REGION, end);

    send (self, "/sell", fields);
  }
  assert_shows (self, 200, "내가 올린 경매예요");
  g_assert_true (g_str_has_prefix (self->path, "/auctions/"));
  return g_strdup (self->path);
}

static void
test_journey (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Browser) seller = browser_new (fixture);
  g_autoptr (Browser) buyer = browser_new (fixture);
  g_autofree char *auction = NULL;
  g_autofree char *bids = NULL;
  g_autofree char *link = NULL;

  visit (seller, "/sign-up");
  join (seller, "seller", SELLER_REGION);
  assert_shows (seller, 200, "반가워요");
  auction = list_chair (seller);
  bids = g_strconcat (auction, "/bids", NULL);
  assert_hides (seller, "name=\"amount\"");
  visit (buyer, auction);
  link = g_strdup_printf ("/sign-in?next=%s&amp;amount=10000", auction);
  assert_shows (buyer, 200, link);
  g_free (link);
  link = g_strdup_printf ("/sign-up?next=%s&amount=10000", auction);
  visit (buyer, link);
  join (buyer, "buyer", BUYER_REGION);
  assert_shows (buyer, 200, "아직 보내지 않았으니");
  assert_shows (buyer, 200, "value=\"10,000\"");
  assert_shows (buyer, 200, "입찰 0건");

  send (buyer, bids, "amount=10%2C000");
  assert_shows (buyer, 409, "돈도 움직이지 않았어요");
  assert_shows (buyer, 409, "value=\"10,000\"");
  visit (buyer, "/wallet");
  send (buyer, "/wallet/deposits", "amount=50000");
  assert_shows (buyer, 200, "50,000원");
  visit (buyer, auction);
  send (buyer, bids, "amount=9%2C000");
  assert_shows (buyer, 409, "10,000원");
  send (buyer, bids, "amount=12%2C000");
  assert_shows (buyer, 200, "12,000원에 입찰했어요. 지금 최고 입찰자예요.");
  g_assert_cmpstr (buyer->path, ==, auction);
  visit (buyer, "/me");
  assert_shows (buyer, 200, "앞서고 있어요");
  visit (buyer, "/search?q=%EC%9D%98%EC%9E%90");
  assert_shows (buyer, 200, auction);

  g_free (link);
  link = g_strconcat (auction, "/cancel", NULL);
  visit (seller, auction);
  send (seller, link, "reason=");
  assert_shows (seller, 409, "관리자만 취소할 수 있어요");
  send (seller, bids, "amount=20000&idempotency_key=seller-1");
  assert_shows (seller, 403, "내가 올린 경매에는 입찰할 수 없어요");
}

static void
test_same_form_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Browser) seller = browser_new (fixture);
  g_autofree char *auction = NULL;
  g_autofree char *again = NULL;

  visit (seller, "/sign-up");
  join (seller, "seller", SELLER_REGION);
  visit (seller, "/sell");
  send (seller, "/sell",
        "type=local&step=review&title=Lamp&region=" SELLER_REGION "&duration=60&terms.start_price=5000");
  {
    g_autofree char *end = hidden (seller, "ends_at");
    g_autofree char *token = hidden (seller, "csrf_token");
    g_autofree char *key = hidden (seller, "idempotency_key");
    g_autofree char *form = g_strdup_printf ("type=local&step=publish&title=Lamp&region=%s&duration=60&ends_at=%s"
                                             "&terms.start_price=5000&csrf_token=%s&idempotency_key=%s",
                                             SELLER_REGION, end, token, key);

    go (seller, "POST", "/sell", form);
    auction = g_strdup (seller->path);
    go (seller, "POST", "/sell", form);
    again = g_strdup (seller->path);
  }
  g_assert_true (g_str_has_prefix (auction, "/auctions/"));
  g_assert_cmpstr (auction, ==, again);
}

/* The session ends while the form is filled in: what was typed comes back after signing in. */
static void
test_form_is_kept_through_sign_in (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Browser) seller = browser_new (fixture);
  g_autofree char *start = NULL;

  visit (seller, "/sign-up");
  join (seller, "seller", SELLER_REGION);
  visit (seller, "/sell");
  g_hash_table_remove_all (seller->cookies);
  send (seller, "/sell", "type=local&step=review&title=Lamp&duration=60&terms.start_price=5%2C000");
  assert_shows (seller, 200, "name=\"form.title\" value=\"Lamp\"");
  start = hidden (seller, "form.terms.start_price");
  g_assert_cmpstr (start, ==, "5,000");
  go (seller, "POST", "/sign-in",
      "username=seller&password=wrong-password&next=%2Fsell&form.type=local&form.title=Lamp&form.duration=60"
      "&form.terms.start_price=5%2C000");
  assert_shows (seller, 401, "name=\"form.title\" value=\"Lamp\"");
  go (seller, "POST", "/sign-in",
      "username=seller&password=tangerine-orchard&next=%2Fsell&form.type=local&form.title=Lamp&form.duration=60"
      "&form.terms.start_price=5%2C000");
  assert_shows (seller, 200, "value=\"Lamp\"");
  assert_shows (seller, 200, "value=\"5,000\"");
  send (seller, "/sell",
        "type=local&step=review&title=Lamp&duration=60&region=" SELLER_REGION "&terms.start_price=5000");
  assert_shows (seller, 200, "value=\"publish\"");
}

static void
test_nobody_is_sent_elsewhere (Fixture *fixture, gconstpointer data)
{
  static const char *const targets[]
      = { "%2F%2Fevil.example", "%2F%5Cevil.example", "https%3A%2F%2Fevil.example", "%2Fa%0D%0ASet-Cookie%3Ax", "" };
  g_autoptr (Browser) person = browser_new (fixture);

  visit (person, "/sign-up");
  join (person, "person", SELLER_REGION);
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *form = g_strdup_printf ("username=person&password=tangerine-orchard&next=%s", targets[i]);

      g_hash_table_remove_all (person->cookies);
      go (person, "POST", "/sign-in", form);
      if (person->status == 200)
        g_assert_cmpstr (person->path, ==, "/");
      else
        g_assert_cmpuint (person->status / 100, ==, 4);
    }
}

static void
test_language_is_remembered (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Browser) person = browser_new (fixture);

  visit (person, "/search");
  assert_shows (person, 200, "<html lang=\"ko\"");
  send (person, "/language", "language=en&next=%2Fsearch%3Fsort%3Dend_soon");
  assert_shows (person, 200, "<html lang=\"en\"");
  g_assert_cmpstr (person->path, ==, "/search?sort=end_soon");
  visit (person, "/sign-up");
  join (person, "person", SELLER_REGION);
  assert_shows (person, 200, "Welcome! You are signed in now.");
  send (person, "/language", "language=xx");
  g_assert_cmpuint (person->status, ==, 422);
}

/* Whatever stands in an address, the answer is a page. */
static void
test_odd_addresses (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *path;
    guint status;
  } pages[] = {
    { "/", 200 },
    { "/?region=nowhere", 200 },
    { "/search?region=1168000000&category=nothing&condition=x&type=x&sort=x", 200 },
    { "/search?min_price=-1", 422 },
    { "/search?min_price=1e3&max_price=2", 422 },
    { "/search?cursor=zzz", 422 },
    { "/search?status=everything", 422 },
    { "/search?q=%3Cscript%3E", 200 },
    { "/auctions/1", 404 },
    { "/auctions/abc", 404 },
    { "/auctions/99999999999999999999", 404 },
    { "/sell", 200 },
    { "/me", 200 },
    { "/nothing/here", 404 },
  };
  g_autoptr (Browser) person = browser_new (fixture);

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      visit (person, pages[i].path);
      if (person->status != pages[i].status)
        g_error ("%s: %u", pages[i].path, person->status);
      assert_shows (person, pages[i].status, "</html>");
      assert_hides (person, "<script>");
    }
}

typedef void (*TestFunc) (Fixture *fixture, gconstpointer data);

static void
add (const char *path, NbTestDatabaseKind kind, TestFunc function)
{
  g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, function, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/pages/journey/sqlite", NB_TEST_SQLITE, test_journey);
  add ("/pages/journey/postgresql", NB_TEST_POSTGRESQL, test_journey);
  add ("/pages/same-form-twice-lists-once", NB_TEST_SQLITE, test_same_form_twice);
  add ("/pages/form-is-kept-through-sign-in", NB_TEST_SQLITE, test_form_is_kept_through_sign_in);
  add ("/pages/nobody-is-sent-elsewhere", NB_TEST_SQLITE, test_nobody_is_sent_elsewhere);
  add ("/pages/language-is-remembered", NB_TEST_SQLITE, test_language_is_remembered);
  add ("/pages/odd-addresses-get-a-page", NB_TEST_SQLITE, test_odd_addresses);
  return g_test_run ();
}
