/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests of strangers, forged ones, wrong keys and steps out of order: refused, and nothing changed. */
#include "tests/integration/bad-input-routes.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static BadRequest
make_good_request (BadSite *site, const BadRoute *route, char **target, char **body)
{
  *target = bad_route_make_target (route, site->auction);
  *body = route->fields != NULL ? bad_route_make_body (route, NULL, NULL) : NULL;
  return bad_route_make_request (route, site, *target, *body);
}

/* Tokens. */

static void
test_signed_out (BadSite *site)
{
  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    {
      g_autofree char *target = NULL;
      g_autofree char *body = NULL;
      BadRequest request = make_good_request (site, route, &target, &body);

      if (!route->is_signed_in)
        continue;
      request.token = NULL;
      bad_site_refuses (site, &request, 401, "not_signed_in", NULL);
      request.token = site->ended_token;
      bad_site_refuses (site, &request, 401, "not_signed_in", NULL);
    }
}

/* Tokens that are none are counted, so only one route is tried with all of them. */
static void
test_odd_tokens (BadSite *site)
{
  g_autofree char *long_token = g_strnfill (4000, 'a');
  g_autofree char *longer = g_strconcat (site->bidder_token, "0", NULL);
  g_autofree char *other = g_strdup (site->bidder_token);
  const char *const tokens[]
      = { "", "x", "null", "' OR 1=1 --", "\xff\xfe", "토큰", "a b c", "Bearer x", long_token, longer, other };

  other[5] = other[5] == 'a' ? 'b' : 'a';
  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      const BadRequest request = { .method = "GET", .target = "/api/v1/me", .token = tokens[i] };

      bad_site_refuses (site, &request, 401, "not_signed_in", NULL);
    }
}

static void
test_odd_credentials (BadSite *site)
{
  static const char *const lines[] = {
    "Authorization: Basic YTpi\r\n",
    "Authorization: Bearer\r\n",
    "Authorization: \r\n",
    "Authorization: \xff\r\n",
    "Cookie: nb_session=\r\n",
    "Cookie: nb_session=x\r\n",
    "Cookie: nb_session\r\n",
    "Cookie: =;;;=\r\n",
    "Cookie: nb_session=\"\xff\"\r\n",
    "Cookie: NB_SESSION=x\r\n",
    "X-Forwarded-User: seller\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      const BadRequest request = { .method = "GET", .target = "/api/v1/wallet", .headers = lines[i] };

      bad_site_refuses (site, &request, 401, "not_signed_in", NULL);
    }
}

/* Forged requests: what a page of another site can make a browser send. */

static const struct
{
  const char *lines; /* TOKEN: the right one of the session; PORT: the site's */
  gboolean needs_session;
  const char *code;
} forgeries[] = {
  { "", TRUE, "csrf_failed" },
  { "X-CSRF-Token: \r\n", TRUE, "csrf_failed" },
  { "X-CSRF-Token: x\r\n", TRUE, "csrf_failed" },
  { "X-CSRF-Token: \xff\r\n", TRUE, "csrf_failed" },
  { "X-CSRF-Token: TOKEN0\r\n", TRUE, "csrf_failed" },
  { "X-CSRF-Token: 00000000000000000000000000000000\r\n", TRUE, "csrf_failed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: https://evil.example\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: null\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: \r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: \xff\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: http:\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: http://127.0.0.1:PORT.evil.example\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: http://evil.example/127.0.0.1:PORT\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nOrigin: http://127.0.0.1:1\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nSec-Fetch-Site: cross-site\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nSec-Fetch-Site: same-site\r\n", FALSE, "origin_not_allowed" },
  { "X-CSRF-Token: TOKEN\r\nSec-Fetch-Site: x\r\n", FALSE, "origin_not_allowed" },
};

static void
try_forgery (BadSite *site, const BadRoute *route, gsize i)
{
  g_autofree char *port = g_strdup_printf ("%u", site->port);
  g_autoptr (GString) headers = g_string_new (route->is_signed_in ? site->cookie : NULL);
  g_autofree char *target = NULL;
  g_autofree char *body = NULL;
  BadRequest request = make_good_request (site, route, &target, &body);

  g_string_append (headers, forgeries[i].lines);
  g_string_replace (headers, "TOKEN", site->csrf_token, 0);
  g_string_replace (headers, "PORT", port, 0);
  request.token = NULL;
  request.headers = headers->str;
  bad_site_refuses (site, &request, 403, forgeries[i].code, NULL);
}

static void
test_forgeries (BadSite *site)
{
  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    for (gsize i = 0; strcmp (route->method, "GET") != 0 && i < G_N_ELEMENTS (forgeries); i++)
      if (route->is_signed_in || !forgeries[i].needs_session)
        try_forgery (site, route, i);
}

/* Idempotency keys. */

static void
test_keys (BadSite *site)
{
  g_autofree char *long_key = g_strnfill (129, 'k');
  const char *const keys[] = { "", "a b", "a\tb", "키", "\xff", long_key };

  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    for (gsize i = 0; i <= G_N_ELEMENTS (keys); i++)
      {
        const gboolean is_missing = i == G_N_ELEMENTS (keys);
        g_autofree char *target = NULL;
        g_autofree char *body = NULL;
        BadRequest request = make_good_request (site, route, &target, &body);

        if (strcmp (route->method, "GET") == 0 || (is_missing && !route->needs_key))
          continue;
        request.key = is_missing ? NULL : keys[i];
        /* Who may not do it learns nothing else. */
        if (bad_route_is_for_admins (route))
          bad_site_refuses (site, &request, 403, "admin_only", NULL);
        else
          bad_site_refuses (site, &request, 422, "validation_failed", "Idempotency-Key");
      }
}

/* Headers that say nothing of use: they change nothing either. */

static void
test_odd_languages (BadSite *site)
{
  g_autofree char *many = g_strnfill (8000, ',');
  const char *const languages[] = { "",          "*",        ";;;",
                                    "en;q=x",    "en;q=-1",  "en;q=99999999999999999999",
                                    "xx-YY",     "\xff\xfe", "ko;q=0, en;q=0",
                                    "e\xc3\xb6", ", , ,",    "en_US.UTF-8",
                                    "%n%s%x",    many };

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      const BadRequest request = { .method = "GET", .target = "/api/v1/nosuch" };
      g_autofree char *answer = bad_site_ask (site, &request, languages[i]);

      nb_test_assert_problem (answer, 404, "not_found");
      bad_site_assert_discreet (&request, answer);
    }
}

static void
test_odd_headers (BadSite *site)
{
  static const char *const lines[] = {
    "Accept: \xff\r\n",
    "Accept: */*;q=x\r\n",
    "Accept-Encoding: gzip;q=x, \xff\r\n",
    "X-Forwarded-For: garbage, 1.2.3.4, \xff\r\n",
    "X-Forwarded-Proto: gopher\r\n",
    "X-Request-Id: a b\xff\r\n",
    "If-None-Match: \xff\r\n",
    "If-Modified-Since: never\r\n",
    "Range: bytes=9-1,-99999999999999999999\r\n",
    "Referer: \xff\r\n",
    "Origin: https://evil.example\r\n",
    "Upgrade: websocket\r\nConnection: Upgrade\r\n",
    "Cookie: nb_lang=xx; nb_flash=\xff; nb_lang=ko\r\n",
    "Idempotency-Key: a b\r\n",
    "Content-Type: application/json; charset=\xff\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      const BadRequest request = { .method = "GET", .target = "/api/v1/regions?limit=1", .headers = lines[i] };

      json_object_unref (bad_site_expect (site, &request, 200));
    }
}

static void
test_controls_in_headers (BadSite *site)
{
  for (char c = 0; c < ' '; c++)
    {
      const BadRequest request = { .method = "GET", .target = "/api/v1/me" };
      g_autoptr (GString) text = g_string_new ("GET /api/v1/me HTTP/1.1\r\nHost: a\r\nX-A: b");
      const int fd = nb_test_connect (site->port);
      g_autofree char *answer = NULL;

      /* A tab may stand in a value, and a whole line may end there. */
      g_string_append_c (text, c == '\t' || c == '\n' ? 0x7f : c);
      g_string_append (text, "c\r\n\r\n");
      g_assert_cmpint (send (fd, text->str, text->len, MSG_NOSIGNAL), ==, (gssize)text->len);
      answer = nb_test_read_all (fd);
      close (fd);
      nb_test_assert_problem (answer, 400, "malformed_request");
      bad_site_assert_discreet (&request, answer);
    }
}

/* Well-formed, and yet not to be done. */

typedef enum
{
  NOBODY,
  SELLER,
  BIDDER
} Who;

static const struct
{
  Who who;
  const char *target; /* ID: the auction's */
  const char *key;
  const char *body;
  guint status;
  const char *code;
} refusals[] = {
  { NOBODY, "/api/v1/sessions", NULL, "{\"username\":\"bidder\",\"password\":\"wrong-password\"}", 401,
    "bad_credentials" },
  { NOBODY, "/api/v1/sessions", NULL, "{\"username\":\"nobody-here\",\"password\":\"wrong-password\"}", 401,
    "bad_credentials" },
  { NOBODY, "/api/v1/sessions", NULL, "{\"username\":\"\",\"password\":\"\"}", 401, "bad_credentials" },
  { NOBODY, "/api/v1/accounts", NULL, "{\"username\":\"BIDDER\",\"password\":\"tangerine-orchard\",\"nickname\":\"x\"}",
    409, "name_taken" },
  { SELLER, "/api/v1/auctions/ID/bids", NULL, "{\"amount\":10000}", 403, "seller_cannot_bid" },
  { SELLER, "/api/v1/auctions/ID/bids", NULL, "{\"max\":10000}", 403, "seller_cannot_bid" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{}", 422, "validation_failed" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"amount\":10000,\"max\":10000}", 422, "validation_failed" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"amount\":9999}", 409, "bid_too_low" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"max\":1}", 409, "bid_too_low" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"amount\":10500}", 422, "not_a_multiple_of_step" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"amount\":101000}", 409, "insufficient_funds" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"max\":1000000000000}", 409, "insufficient_funds" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"amount\":10000,\"quantity\":2}", 422, "validation_failed" },
  { BIDDER, "/api/v1/auctions/ID/bids", NULL, "{\"amount\":10000,\"expected_seq\":999}", 409, "state_conflict" },
  { BIDDER, "/api/v1/auctions/ID/buy-now", NULL, "{\"price\":10000}", 409, "buy_now_gone" },
  { BIDDER, "/api/v1/auctions/ID/cancel", NULL, "{}", 403, "not_yours" },
  { BIDDER, "/api/v1/wallet/deposits", "a", "{\"amount\":10000001}", 422, "validation_failed" },
  { BIDDER, "/api/v1/wallet/deposits", "/api/v1/wallet/deposits", "{\"amount\":1}", 422, "idempotency_key_reused" },
  { BIDDER, "/api/v1/wallet/withdrawals", "/api/v1/wallet/deposits", "{\"amount\":100000}", 422,
    "idempotency_key_reused" },
  { BIDDER, "/api/v1/wallet/withdrawals", "b", "{\"amount\":100001}", 409, "insufficient_funds" },
  { BIDDER, "/api/v1/wallet/withdrawals", "c", "{\"amount\":1000000000000}", 409, "insufficient_funds" },
};

static void
test_refusals (BadSite *site)
{
  const char *const tokens[] = { NULL, site->seller_token, site->bidder_token };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_auto (GStrv) parts = g_strsplit (refusals[i].target, "ID", 2);
      g_autofree char *target = g_strjoinv (site->auction, parts);
      const BadRequest request = { .method = "POST",
                                   .target = target,
                                   .token = tokens[refusals[i].who],
                                   .key = refusals[i].key,
                                   .type = "application/json",
                                   .body = refusals[i].body };

      bad_site_refuses (site, &request, refusals[i].status, refusals[i].code, NULL);
    }
}

/* The good bodies that the other tests spoil are good: else they would be refused for another reason. */
static void
test_good_bodies (BadSite *site)
{
  static const char *const names[] = { "sign up", "deposit", "withdraw", "list", "bid" };

  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    {
      g_autofree char *target = NULL;
      g_autofree char *body = NULL;
      BadRequest request = make_good_request (site, route, &target, &body);
      gboolean is_tried = FALSE;

      for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
        is_tried = is_tried || strcmp (names[i], route->name) == 0;
      if (!is_tried)
        continue;
      request.key = route->needs_key ? route->name : NULL;
      json_object_unref (bad_site_expect (site, &request, 201));
    }
}

static const BadTest tests[] = {
  { "signed-out", test_signed_out },
  { "odd-tokens", test_odd_tokens },
  { "odd-credentials", test_odd_credentials },
  { "forgeries", test_forgeries },
  { "keys", test_keys },
  { "odd-languages", test_odd_languages },
  { "odd-headers", test_odd_headers },
  { "controls-in-headers", test_controls_in_headers },
  { "refusals", test_refusals },
  { "good-bodies", test_good_bodies, TRUE },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  return bad_site_run_tests ("rights", tests);
}
