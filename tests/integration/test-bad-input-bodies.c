/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies that are no JSON objects, or none that may be read: refused on every route, and nothing changed. */
#include "tests/integration/bad-input-routes.h"

#include <string.h>

static const struct
{
  const char *text;
  gsize length;
} broken[] = {
#define BROKEN(text)                                                                                                   \
  {                                                                                                                    \
    text, sizeof text - 1                                                                                              \
  }
  BROKEN (" "),
  BROKEN ("[]"),
  BROKEN ("null"),
  BROKEN ("\"x\""),
  BROKEN ("1"),
  BROKEN ("true"),
  BROKEN ("{"),
  BROKEN ("}"),
  BROKEN ("{\"amount\""),
  BROKEN ("{\"amount\":"),
  BROKEN ("{\"amount\":10000"),
  BROKEN ("{\"amount\":10000,"),
  BROKEN ("{\"amount\":10000,}"),
  BROKEN ("{\"amount\":10000}}"),
  BROKEN ("{\"amount\":10000}{\"amount\":10000}"),
  BROKEN ("{\"amount\":10000} x"),
  BROKEN ("{\"amount\":10000,\"amount\":10000}"),
  BROKEN ("{\"amount\":10000,\"\\u0061mount\":1}"),
  BROKEN ("{\"terms\":{\"step\":1,\"step\":2}}"),
  BROKEN ("{amount:10000}"),
  BROKEN ("{'amount':10000}"),
  BROKEN ("{\"amount\" 10000}"),
  BROKEN ("{\"amount\":010}"),
  BROKEN ("{\"amount\":+1}"),
  BROKEN ("{\"amount\":.5}"),
  BROKEN ("{\"amount\":1.}"),
  BROKEN ("{\"amount\":1e}"),
  BROKEN ("{\"amount\":0x10}"),
  BROKEN ("{\"amount\":1_000}"),
  BROKEN ("{\"amount\":-}"),
  BROKEN ("{\"amount\":NaN}"),
  BROKEN ("{\"amount\":Infinity}"),
  BROKEN ("{\"amount\":TRUE}"),
  BROKEN ("{\"amount\":10000 /* no */}"),
  BROKEN ("{\"amount\":\"\\ud800\"}"),
  BROKEN ("{\"amount\":\"\\ud800\\u0041\"}"),
  BROKEN ("{\"amount\":\"\\udc00\"}"),
  BROKEN ("{\"amount\":\"\\u0000\"}"),
  BROKEN ("{\"amount\":\"\\u12\"}"),
  BROKEN ("{\"amount\":\"\\x41\"}"),
  BROKEN ("{\"amount\":\"a"),
  BROKEN ("{\"amount\":\"a\nb\"}"),
  BROKEN ("{\"amount\":\"\xff\"}"),
  BROKEN ("{\"amount\":\"\xc0\xaf\"}"),
  BROKEN ("{\"amount\":\"\xed\xa0\x80\"}"),
  BROKEN ("{\"amount\":\"\xf4\x90\x80\x80\"}"),
  BROKEN ("{\"\xff\":1}"),
  BROKEN ("\xef\xbb\xbf{\"amount\":10000}"),
  BROKEN ("\xff\xfe{\0}\0"),
  BROKEN ("{\"amount\":10000}\0"),
  BROKEN ("{\"amo\0unt\":10000}"),
  BROKEN ("{\"amount\":\0}"),
  BROKEN ("\0"),
  BROKEN ("amount=10000"),
  BROKEN ("<amount>10000</amount>"),
#undef BROKEN
};

static void
refuses_body (BadSite *site, const BadRoute *route, const char *body, gsize length)
{
  g_autofree char *target = bad_route_make_target (route, site->auction);
  BadRequest request = bad_route_make_request (route, site, target, body);

  request.length = length;
  bad_site_refuses (site, &request, 400, "malformed_json", NULL);
}

static char *
nest (const char *open, const char *close, guint depth)
{
  GString *text = g_string_new ("{\"terms\":");

  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  for (guint i = 0; close != NULL && i < depth; i++)
    g_string_append (text, close);
  return g_string_free (g_string_append_c (text, '}'), FALSE);
}

static void
test_broken (BadSite *site)
{
  g_autofree char *lists = nest ("[", "]", 10000);
  g_autofree char *open_lists = nest ("[", NULL, 10000);
  g_autofree char *objects = nest ("{\"a\":", NULL, 10000);

  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    {
      if (route->fields == NULL)
        continue;
      refuses_body (site, route, "", 0);
      for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
        refuses_body (site, route, broken[i].text, broken[i].length);
      refuses_body (site, route, lists, 0);
      refuses_body (site, route, open_lists, 0);
      refuses_body (site, route, objects, 0);
    }
}

/* Kinds of content. */

static const struct
{
  const char *type; /* (nullable) */
  const char *headers;
  guint status;
  const char *code;
} contents[] = {
  { NULL, NULL, 415, "unsupported_media_type" },
  { "", NULL, 415, "unsupported_media_type" },
  { "text/plain", NULL, 415, "unsupported_media_type" },
  { "text/json", NULL, 415, "unsupported_media_type" },
  { "application/jsonx", NULL, 415, "unsupported_media_type" },
  { "application/json-patch+json", NULL, 415, "unsupported_media_type" },
  { "application", NULL, 415, "unsupported_media_type" },
  { "; charset=utf-8", NULL, 415, "unsupported_media_type" },
  { "\xff", NULL, 415, "unsupported_media_type" },
  { "multipart/form-data; boundary=x", NULL, 415, "unsupported_media_type" },
  { "application/json; charset=euc-kr", NULL, 415, "unsupported_media_type" },
  { "application/json; charset=utf-16", NULL, 415, "unsupported_media_type" },
  { "application/json; charset=\"utf-80\"", NULL, 415, "unsupported_media_type" },
  { "application/x-www-form-urlencoded; charset=euc-kr", NULL, 415, "unsupported_media_type" },
  { "application/json", "Content-Type: text/plain\r\n", 415, "unsupported_media_type" },
  { "application/json", "Content-Encoding: gzip\r\n", 415, "unsupported_media_type" },
  { "application/json", "Content-Encoding: identity, br\r\n", 415, "unsupported_media_type" },
  /* These are JSON, and it is broken. */
  { "Application/JSON", NULL, 400, "malformed_json" },
  { "application/json;charset=UTF-8", NULL, 400, "malformed_json" },
  { "application/json ; charset=\"utf-8\"", NULL, 400, "malformed_json" },
  { "application/json", "Content-Encoding: identity\r\n", 400, "malformed_json" },
  /* This is a form with a field of an odd name, or no form. */
  { "application/x-www-form-urlencoded", NULL, 422, "validation_failed" },
};

static void
test_contents (BadSite *site)
{
  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    for (gsize i = 0; route->fields != NULL && i < G_N_ELEMENTS (contents); i++)
      {
        g_autofree char *target = bad_route_make_target (route, site->auction);
        BadRequest request = bad_route_make_request (route, site, target, "{");

        request.type = contents[i].type;
        request.headers = contents[i].headers;
        bad_site_refuses (site, &request, contents[i].status, contents[i].code, NULL);
      }
}

static void
test_too_large (BadSite *site)
{
  g_autofree char *spaces = g_strnfill (70000, ' ');

  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    if (route->fields != NULL)
      {
        g_autofree char *target = bad_route_make_target (route, site->auction);
        BadRequest request = bad_route_make_request (route, site, target, spaces);

        bad_site_refuses (site, &request, 413, "too_large", NULL);
        request.body = NULL;
        request.headers = "Content-Length: 300000000\r\n";
        bad_site_refuses (site, &request, 413, "too_large", NULL);
      }
}

static const BadTest tests[] = {
  { "broken", test_broken },
  { "contents", test_contents },
  { "too-large", test_too_large },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  return bad_site_run_tests ("bodies", tests);
}
