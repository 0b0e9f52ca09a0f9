/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of pages with what nobody would type: a page says so, runs nothing, and leads nowhere else. */
#include "tests/integration/bad-input-site.h"

#include <string.h>

static const struct
{
  const char *target; /* ID: the auction's */
  guint status;
} addresses[] = {
  { "/auctions/ID?amount=abc&max=%3Cscript%3E", 200 },
  { "/auctions/12345", 404 },
  { "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", 200 },
  { "/search?q=%22%27%26%00", 400 },
  { "/search?q=%22%27%26", 200 },
  { "/search?min_price=abc", 422 },
  { "/search?max_price=-1", 422 },
  { "/search?status=nosuch", 422 },
  { "/search?region=%3Cscript%3E", 422 },
  { "/search?cursor=x", 422 },
  { "/search?cursor=recent.-1.1", 422 },
  { "/search?category=%3Cscript%3E&type=%3Cscript%3E&condition=%22", 200 },
  { "/search?q=1&q=2", 400 },
  { "/search?q=%ff", 400 },
  { "/sign-in?next=//evil.example&amount=x&max=%22%3E%3Cscript%3E", 200 },
  { "/sign-in?next=%22%3E%3Cscript%3E", 200 },
  { "/sign-up?next=https://evil.example", 200 },
  { "/?region=%3Cscript%3E", 200 },
  { "/?region=9999999999", 200 },
  { "/?x=%ff", 400 },
};

static void
test_addresses (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_auto (GStrv) parts = g_strsplit (addresses[i].target, "ID", 2);
      g_autofree char *target = g_strjoinv (site->auction, parts);
      const BadRequest request = { .method = "GET", .target = target, .headers = "Accept: text/html\r\n" };

      bad_site_shows (site, &request, addresses[i].status);
    }
}

static void
test_own_addresses (BadSite *site)
{
  static const struct
  {
    const char *target;
    guint status;
  } own[] = {
    { "/sell?type=nosuch", 200 },
    { "/sell?type=%3Cscript%3E", 200 },
    { "/wallet?limit=0", 422 },
    { "/wallet?cursor=x", 422 },
    { "/wallet?kind=x", 422 },
    { "/wallet/entries.csv?kind=x", 422 },
    { "/wallet/entries.csv?cursor=0", 422 },
    { "/me?x=%ff", 400 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    {
      const BadRequest request = { .method = "GET", .target = own[i].target, .headers = site->cookie };

      bad_site_shows (site, &request, own[i].status);
    }
}

/* No address that was carried along leads to another site. */
static void
test_open_redirects (BadSite *site)
{
  static const char *const nexts[] = {
    "//evil.example",      "https://evil.example", "/\\evil.example",   "\\\\evil.example",  "/%0d%0aX-A:b",
    "javascript:alert(1)", "evil.example",         "/%09/evil.example", "%20//evil.example", "/%2f%2fevil.example%0a",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (nexts); i++)
    {
      g_autofree char *body = g_strconcat ("language=ko&next=", nexts[i], NULL);
      const BadRequest request
          = { .method = "POST", .target = "/language", .type = "application/x-www-form-urlencoded", .body = body };
      g_autofree char *answer = bad_site_ask (site, &request, NULL);
      g_autofree char *location = nb_test_header (answer, "Location");
      g_autofree char *split = nb_test_header (answer, "X-A");

      bad_site_assert_discreet (&request, answer);
      g_assert_null (split);
      if (nb_test_status (answer) == 303 && (location[0] != '/' || location[1] == '/' || location[1] == '\\'))
        g_error ("%s leads to %s", nexts[i], location);
    }
}

static const BadTest tests[] = {
  { "addresses", test_addresses },
  { "own-addresses", test_own_addresses },
  { "open-redirects", test_open_redirects },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  return bad_site_run_tests ("pages", tests);
}
