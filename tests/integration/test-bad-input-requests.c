/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods, addresses, queries and headers that no route takes: refused, and nothing changed. */
#include "tests/integration/bad-input-routes.h"

#include <string.h>

/* Every route of the API stands in the table that the tests of bad input walk through. */
static void
test_table_is_complete (BadSite *site)
{
  g_autoptr (GPtrArray) routes = bad_site_list_routes (site);

  for (guint i = 0; i < routes->len; i++)
    {
      const char *pattern = g_ptr_array_index (routes, i);
      const BadRoute *route = bad_routes;

      while (route->method != NULL && strcmp (route->pattern, pattern) != 0)
        route++;
      if (g_str_has_prefix (pattern, "/api/") && route->method == NULL)
        g_error ("%s is not in the table", pattern);
    }
}

/* Methods. */

static const char *const methods[] = {
  "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "GETX",
};

static gboolean
is_taken (const char *pattern, const char *method)
{
  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    if (strcmp (route->pattern, pattern) == 0 && strcmp (route->method, method) == 0)
      return TRUE;
  return FALSE;
}

static void
try_method (BadSite *site, const BadRoute *route, const char *method)
{
  g_autofree char *target = bad_route_make_target (route, site->auction);
  BadRequest request = { .method = method, .target = target };
  g_autofree char *answer = NULL;
  g_autofree char *allow = NULL;

  if (is_taken (route->pattern, method))
    return;
  bad_site_refuses (site, &request, 405, "method_not_allowed", NULL);
  request.token = site->bidder_token;
  request.type = "application/json";
  request.body = "{\"amount\":10000}";
  bad_site_refuses (site, &request, 405, "method_not_allowed", NULL);
  answer = bad_site_ask (site, &request, NULL);
  allow = nb_test_header (answer, "Allow");
  if (allow == NULL || strstr (allow, route->method) == NULL)
    g_error ("%s %s: Allow is %s", method, target, allow);
}

static void
test_methods (BadSite *site)
{
  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
      try_method (site, route, methods[i]);
}

/* CONNECT takes no path. */
static const char *const no_methods[]
    = { "CONNECT", "get", "Post", "G-T", "GET/", "ABCDEFGHIJKLMNOPQ", "P\xc3\x96ST", "GET\tx" };

static void
test_no_methods (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (no_methods); i++)
    {
      const BadRequest request = { .method = no_methods[i], .target = "/api/v1/auctions" };
      g_autofree char *answer = bad_site_ask (site, &request, NULL);

      nb_test_assert_problem (answer, 400, "malformed_request");
      bad_site_assert_discreet (&request, answer);
    }
}

/* Ids. */

static const struct
{
  const char *id;
  guint status;
  const char *code;
} ids[] = {
  { "12345", 404, "not_found" },
  { "9223372036854775807", 404, "not_found" },
  { "9223372036854775808", 404, "not_found" },
  { "18446744073709551617", 404, "not_found" },
  { "123456789012345678901234567890", 404, "not_found" },
  { "0", 404, "not_found" },
  { "-1", 404, "not_found" },
  { "+1", 404, "not_found" },
  { "007", 404, "not_found" },
  { "1.0", 404, "not_found" },
  { "1e3", 404, "not_found" },
  { "0x1", 404, "not_found" },
  { "x", 404, "not_found" },
  { "null", 404, "not_found" },
  { "1,2", 404, "not_found" },
  { "1'--", 404, "not_found" },
  { "1%20", 404, "not_found" },
  { "%201", 404, "not_found" },
  { "1%0a", 404, "not_found" },
  { "1%0d%0aX-A:b", 404, "not_found" },
  { "1%27%20OR%201=1", 404, "not_found" },
  { "%EF%BC%91", 404, "not_found" },
  { "%d9%a1", 404, "not_found" },
  { "..", 404, "not_found" },
  { "%2e%2e", 404, "not_found" },
  { "1%2fbids", 404, "not_found" },
  { "%3cscript%3e", 404, "not_found" },
  { "1%00", 400, "malformed_request" },
  { "%ff", 400, "malformed_request" },
  { "%c0%af", 400, "malformed_request" },
  { "%ed%a0%80", 400, "malformed_request" },
};

static void
try_id (BadSite *site, const BadRoute *route, gsize i)
{
  g_autofree char *target = bad_route_make_target (route, ids[i].id);
  g_autofree char *body = route->fields != NULL ? bad_route_make_body (route, NULL, NULL) : NULL;
  const BadRequest request = bad_route_make_request (route, site, target, body);
  gint64 id;

  if (bad_route_is_for_admins (route) && nb_id_parse (ids[i].id, &id))
    bad_site_refuses (site, &request, 403, "admin_only", NULL);
  else
    bad_site_refuses (site, &request, ids[i].status, ids[i].code, NULL);
}

static void
test_ids (BadSite *site)
{
  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    for (gsize i = 0; strstr (route->pattern, "{id:id}") != NULL && i < G_N_ELEMENTS (ids); i++)
      try_id (site, route, i);
}

/* Addresses. */

static const struct
{
  const char *target;
  guint status;
  const char *code;
} addresses[] = {
  { "/api/v1/", 404, "not_found" },
  { "/api/v1/nosuch", 404, "not_found" },
  { "/api/v2/me", 404, "not_found" },
  { "/API/V1/ME", 404, "not_found" },
  { "/api/v1/me/", 404, "not_found" },
  { "//api/v1/me", 404, "not_found" },
  { "/api//v1/me", 404, "not_found" },
  { "/api/v1/x/%2e%2e/me/%2e%2e/x", 404, "not_found" },
  { "/api/v1/%6de%20", 404, "not_found" },
  { "/api/v1/me%00", 400, "malformed_request" },
  { "/api/v1/%ff", 400, "malformed_request" },
  { "/api/v1/me?x=%ff", 400, "malformed_request" },
  { "/api/v1/me?x=%00", 400, "malformed_request" },
  { "/api/v1/me?x=%ed%a0%80", 400, "malformed_request" },
  { "/api/v1/me?x=1&x=2", 400, "malformed_request" },
  { "/api/v1/me?%78=1&x=2", 400, "malformed_request" },
  { "/static/../neighborbid.conf", 404, "not_found" },
  { "/static/%2e%2e/%2e%2e/etc/passwd", 404, "not_found" },
  { "/static/..%2fcss", 404, "not_found" },
  { "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f/g/h", 400, "malformed_request" },
};

static void
test_addresses (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      const BadRequest request = { .method = "GET", .target = addresses[i].target, .token = site->bidder_token };

      bad_site_refuses (site, &request, addresses[i].status, addresses[i].code, NULL);
    }
}

/* Refused before anything but the bytes is known, so in English. */
static void
test_raw_addresses (BadSite *site)
{
  static const char *const targets[] = {
    "/api/v1/me\xff", "/api/v1/\xea\xb0\x80", "/api/v1/me?x=\xff", "/api/v1/%", "/api/v1/%zz", "/api/v1/me#a",
    "/api/v1/a\\b",   "/api/v1/a\"b",         "api/v1/me",         "",          "*",           "http://a/api/v1/me",
    "/api/v1/a b",    "/api/v1/a\tb",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      const BadRequest request = { .method = "GET", .target = targets[i] };
      g_autofree char *answer = bad_site_ask (site, &request, NULL);

      nb_test_assert_problem (answer, 400, "malformed_request");
      bad_site_assert_discreet (&request, answer);
    }
}

static void
test_long_addresses (BadSite *site)
{
  g_autofree char *long_value = g_strnfill (513, 'a');
  g_autofree char *long_query = g_strconcat ("/api/v1/auctions?q=", long_value, NULL);
  g_autoptr (GString) many = g_string_new ("/api/v1/auctions?");
  g_autofree char *endless = g_strnfill (100000, 'a');
  g_autofree char *too_long = g_strconcat ("/api/v1/", endless, NULL);
  BadRequest request = { .method = "GET", .target = long_query };
  g_autofree char *answer = NULL;

  bad_site_refuses (site, &request, 400, "malformed_request", NULL);
  for (guint i = 0; i < 65; i++)
    g_string_append_printf (many, "a%u=1&", i);
  request.target = many->str;
  bad_site_refuses (site, &request, 400, "malformed_request", NULL);
  request.target = too_long;
  answer = bad_site_ask (site, &request, NULL);
  nb_test_assert_problem (answer, 413, "too_large");
}

/* Queries. */

static const struct
{
  const char *path;
  const char *field;
  const char *values; /* divided by spaces, beside the empty one where that is wrong too */
} queries[] = {
  { "/api/v1/auctions", "limit", "0 101 -1 +1 x 1.5 1e1 0x1 99999999999999999999 %201 1%20 10,0" },
  { "/api/v1/auctions", "sort", "x RECENT recent%20 price 1 recent;drop" },
  { "/api/v1/auctions", "status", "x OPEN open%20 0 deleted %27" },
  { "/api/v1/auctions", "region", "x 1 11 116801010 11680101000 1168010a00 %EF%BC%91 1168010100%27" },
  { "/api/v1/auctions", "min_price", "0 -1 abc 1e3 1.5 1000000000001 9223372036854775808 0x1 %201 1,00 ,100 01" },
  { "/api/v1/auctions", "max_price", "0 -1 abc 1e3 1.5 1000000000001 9223372036854775808 0x1 %201 1,00 ,100 01" },
  { "/api/v1/auctions", "seller", "0 -1 x 1.0 01 9223372036854775808" },
  { "/api/v1/auctions", "cursor",
    "x 0 1 -1 recent recent.1 recent.1.1.1 recent.x.y recent.01.1 end.1.1 recent.-1.1 %27" },
  { "/api/v1/regions", "limit", "0 101 -1 x 1.5 01 99999999999999999999" },
  { "/api/v1/regions", "cursor", "x 0 9999999999 %27" },
  { "/api/v1/regions", "parent", "x 1 9999999999 %27" },
  { "/api/v1/auctions/ID/bids", "limit", "0 101 -1 x 1.5 99999999999999999999" },
  { "/api/v1/auctions/ID/bids", "cursor", "x 0 1 bids bids.1 recent.1.1 bids.01.1 %27" },
  { "/api/v1/wallet/entries", "limit", "0 101 -1 x 1.5 99999999999999999999" },
  { "/api/v1/wallet/entries", "cursor", "x 0 -1 01 9223372036854775808 %27" },
  { "/api/v1/wallet/entries", "kind", "x DEPOSIT 1 %27" },
  { "/api/v1/webhooks", "limit", "0 101 -1 x 1.5 99999999999999999999" },
  { "/api/v1/webhooks", "cursor", "x 0 -1 01 9223372036854775808 %27" },
};

static void
try_queries (BadSite *site, gsize i)
{
  g_auto (GStrv) values = g_strsplit (queries[i].values, " ", -1);
  g_auto (GStrv) parts = g_strsplit (queries[i].path, "ID", 2);
  g_autofree char *path = g_strjoinv (site->auction, parts);

  for (gsize j = 0; values[j] != NULL; j++)
    {
      g_autofree char *target = g_strdup_printf ("%s?%s=%s", path, queries[i].field, values[j]);
      const BadRequest request = { .method = "GET", .target = target, .token = site->bidder_token };

      bad_site_refuses (site, &request, 422, "validation_failed", queries[i].field);
    }
}

static void
test_queries (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    try_queries (site, i);
}

/* Words that a search engine could take for commands find nothing, or what they name; nothing breaks. */
static void
test_odd_searches (BadSite *site)
{
  static const char *const texts[] = {
    "%22",       "%27",          "%22%22",    "*",       "a*",     "a%20OR%20b", "NEAR(a%20b)", "a%3A*", "%21a",
    "a%26b",     "a%7Cb",        "%28",       "%5C",     "%25",    "-",          "--",          "%3B",   "a%3C-%3Eb",
    "%E2%80%AE", "%F0%9F%AA%91", "%E3%85%A4", "words:a", "%01%02", "{a}",        "%7Ba%7D",     "",      "의"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *escaped = g_uri_escape_string (texts[i], "%", FALSE);
      g_autofree char *target = g_strconcat ("/api/v1/auctions?limit=1&q=", escaped, NULL);
      const BadRequest request = { .method = "GET", .target = target };
      g_autoptr (JsonObject) page = bad_site_expect (site, &request, 200);

      g_assert_true (json_object_has_member (page, "items"));
    }
}

static const BadTest tests[] = {
  { "table-is-complete", test_table_is_complete },
  { "methods", test_methods },
  { "no-methods", test_no_methods },
  { "ids", test_ids },
  { "addresses", test_addresses },
  { "raw-addresses", test_raw_addresses },
  { "long-addresses", test_long_addresses },
  { "queries", test_queries },
  { "odd-searches", test_odd_searches },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  return bad_site_run_tests ("requests", tests);
}
