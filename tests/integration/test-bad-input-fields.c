/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every field of every route with wrong types, sizes and texts: refused, and nothing changed. */
#include "tests/integration/bad-input-routes.h"

#include <string.h>

#define NUMBERS (BAD_MONEY | BAD_COUNT | BAD_SEQ)

static const struct
{
  const char *json;
  BadKind fits; /* the kinds that may take it */
} values[] = {
  { "true", BAD_FLAG },
  { "false", BAD_FLAG },
  { "[]", BAD_LIST },
  { "[1]", 0 },
  { "[\"\"]", 0 },
  { "[[\"x\"]]", 0 },
  { "[null]", 0 },
  { "{}", 0 },
  { "{\"amount\":1}", 0 },
  { "\"10\"", BAD_TEXT },
  { "\"x\"", BAD_TEXT },
  { "\"\"", BAD_TEXT },
  { "10", NUMBERS },
  { "1e3", 0 },
  { "1E3", 0 },
  { "1.5", 0 },
  { "1.0", 0 },
  { "-0.0", 0 },
  { "-1", 0 },
  { "0", BAD_COUNT | BAD_SEQ },
  { "-0", BAD_COUNT | BAD_SEQ },
  { "1000000000001", BAD_SEQ },
  { "9007199254740992", BAD_SEQ },
  { "9223372036854775807", BAD_SEQ },
  { "9223372036854775808", 0 },
  { "18446744073709551616", 0 },
  { "-9223372036854775808", 0 },
  { "-9223372036854775809", 0 },
  { "1e400", 0 },
  { "\"2026-13-01T00:00:00Z\"", BAD_TEXT },
  { "\"2026-02-30T00:00:00Z\"", BAD_TEXT },
  { "\"2026-11-21T24:00:01Z\"", BAD_TEXT },
  { "\"2026-11-21\"", BAD_TEXT },
  { "\"1969-12-31T23:59:59Z\"", BAD_TEXT },
  { "\"0001-01-01T00:00:00Z\"", BAD_TEXT },
  { "\"9999-12-31T23:59:59Z\"", BAD_TEXT },
  { "\"9999-12-31T23:59:59-99:99\"", BAD_TEXT },
};

static void
refuses_value (BadSite *site, const BadRoute *route, const BadField *field, const char *value)
{
  g_autofree char *target = bad_route_make_target (route, site->auction);
  g_autofree char *body = bad_route_make_body (route, field, value);
  const BadRequest request = bad_route_make_request (route, site, target, body);

  bad_site_refuses (site, &request, 422, "validation_failed", field->name);
}

static void
try_values (BadSite *site, const BadRoute *route, const BadField *field)
{
  g_autofree char *digits = g_strnfill (400, '9');

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    if ((values[i].fits & field->kind) == 0 && !(field->kind == BAD_OBJECT && values[i].json[0] == '{'))
      refuses_value (site, route, field, values[i].json);
  refuses_value (site, route, field, digits);
}

static void
for_each_field (BadSite *site, void (*function) (BadSite *site, const BadRoute *route, const BadField *field))
{
  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    for (const BadField *field = route->fields; field != NULL && field->name != NULL; field++)
      function (site, route, field);
}

static void
test_types (BadSite *site)
{
  for_each_field (site, try_values);
}

static void
try_missing (BadSite *site, const BadRoute *route, const BadField *field)
{
  if (!field->is_required || strcmp (field->name, "terms") == 0)
    return;
  refuses_value (site, route, field, NULL);
  refuses_value (site, route, field, "null");
}

static void
test_missing (BadSite *site)
{
  for_each_field (site, try_missing);
}

static const char *const bad_texts[] = {
  "a\\u0001b", "a\\u001bb", "a\\u007fb", "a\\u0085b", "a\\rb",
};

static void
try_texts (BadSite *site, const BadRoute *route, const BadField *field)
{
  g_autofree char *long_text = NULL;
  g_autofree char *quoted = NULL;

  if (field->kind != BAD_TEXT)
    return;
  long_text = g_strnfill (field->longest + 1, 'a');
  quoted = g_strdup_printf ("\"%s\"", long_text);
  /* Somebody may try to sign in by any name: nobody has it. */
  if (strcmp (route->name, "sign in") != 0)
    refuses_value (site, route, field, quoted);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_texts); i++)
    {
      g_autofree char *value = g_strdup_printf ("\"%s\"", bad_texts[i]);

      refuses_value (site, route, field, value);
    }
}

static void
test_texts (BadSite *site)
{
  for_each_field (site, try_texts);
}

/* Texts that are texts, and yet none that this field takes. */
static const struct
{
  const char *route;
  const char *field;
  const char *json;
} wrong_texts[] = {
  { "sign up", "username", "\"ab\"" },
  { "sign up", "username", "\"a b c\"" },
  { "sign up", "username", "\"이웃사람\"" },
  { "sign up", "username", "\"a/../b\"" },
  { "sign up", "username", "\"a\\nb\"" },
  { "sign up", "password", "\"short\"" },
  { "sign up", "password", "\"password\"" },
  { "sign up", "nickname", "\"  \"" },
  { "sign up", "nickname", "\"a\\u202eb\"" },
  { "sign up", "nickname", "\"a\\u2066b\"" },
  { "sign up", "nickname", "\"a\\u200bb\"" },
  { "sign up", "nickname", "\"\\u3164\"" },
  { "sign up", "nickname", "\"a\\nb\"" },
  { "sign up", "region", "\"123\"" },
  { "sign up", "region", "\"9999999999\"" },
  { "sign up", "region", "\"11680' OR 1\"" },
  { "sign up", "email", "\"x\"" },
  { "sign up", "email", "\"a@b\"" },
  { "sign up", "email", "\"a@b.kr\\nBcc: c@d.kr\"" },
  { "sign up", "language", "\"fr\"" },
  { "list", "type", "\"nosuch\"" },
  { "list", "type", "\"LOCAL\"" },
  { "list", "title", "\"\"" },
  { "list", "title", "\"   \"" },
  { "list", "title", "\"\\u200b\"" },
  { "list", "title", "\"a\\nb\"" },
  { "list", "title", "\"a\\tb\"" },
  { "list", "title", "\"a\\u202eb\"" },
  { "list", "title", "\"a\\u2066b\"" },
  { "list", "title", "\"a\\u2028b\"" },
  { "list", "description", "\"a\\u202eb\"" },
  { "list", "description", "\"a\\u2069b\"" },
  { "list", "category", "\"nosuch\"" },
  { "list", "condition", "\"nosuch\"" },
  { "list", "region", "\"123\"" },
  { "list", "region", "\"9999999999\"" },
  { "list", "quantity", "0" },
  { "list", "quantity", "2" },
  { "list", "quantity", "1000001" },
  { "list", "terms.buy_now_price", "10000" },
  { "list", "terms.reserve_price", "9999" },
  { "list", "terms.extend_window_s", "3601" },
  { "list", "terms.extend_max_s", "86401" },
  { "list", "terms.extend_max_s", "60" },
  { "bid", "quantity", "0" },
  { "new webhook", "url", "\"http://example.com/\"" },
  { "new webhook", "url", "\"https://127.0.0.1/\"" },
  { "new webhook", "url", "\"https://localhost/\"" },
  { "new webhook", "url", "\"https://user:secret@example.com/\"" },
  { "new webhook", "url", "\"https://example.com/\\n\"" },
  { "new webhook", "kinds", "[\"nosuch\"]" },
  { "new webhook", "kinds", "[\"outbid\",\"OUTBID\"]" },
  { "new webhook", "kinds", "[\"outbid,won\"]" },
  { "change webhook", "url", "\"https://169.254.169.254/\"" },
  { "change webhook", "kinds", "[\"a\\u0001b\"]" },
  { "read messages", "up_to", "\"\"" },
  { "read messages", "up_to", "\"x\"" },
  { "read messages", "up_to", "\"-1\"" },
  { "read messages", "up_to", "\"01\"" },
  { "read messages", "up_to", "\"9223372036854775808\"" },
};

static const BadRoute *
find_route (const char *name)
{
  const BadRoute *route = bad_routes;

  while (route->method != NULL && strcmp (route->name, name) != 0)
    route++;
  g_assert_nonnull (route->method);
  return route;
}

static const BadField *
find_field (const BadRoute *route, const char *name)
{
  const BadField *field = route->fields;

  while (field->name != NULL && strcmp (field->name, name) != 0)
    field++;
  g_assert_nonnull (field->name);
  return field;
}

static void
test_wrong_texts (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_texts); i++)
    {
      const BadRoute *route = find_route (wrong_texts[i].route);

      refuses_value (site, route, find_field (route, wrong_texts[i].field), wrong_texts[i].json);
    }
}

static const char *const unknown[] = {
  "role",    "roles", "balance", "available", "seller_id", "seller",  "person_id",  "status",
  "is_paid", "id",    "price_",  "__proto__", "Amount",    "amount ", "csrf_token", "키",
};

static void
try_unknown (BadSite *site, const BadRoute *route, const char *name)
{
  g_autofree char *target = bad_route_make_target (route, site->auction);
  g_autofree char *good = bad_route_make_body (route, NULL, NULL);
  g_autofree char *body = g_strdup_printf ("{\"%s\":\"admin\"%s%s", name, strlen (good) > 2 ? "," : "", good + 1);
  const BadRequest request = bad_route_make_request (route, site, target, body);

  bad_site_refuses (site, &request, 422, "validation_failed", name);
}

static void
test_unknown (BadSite *site)
{
  const BadRoute *list = find_route ("list");

  for (const BadRoute *route = bad_routes; route->method != NULL; route++)
    for (gsize i = 0; route->fields != NULL && i < G_N_ELEMENTS (unknown); i++)
      try_unknown (site, route, unknown[i]);
  for (gsize i = 0; i < 2; i++)
    {
      g_autofree char *body
          = bad_route_make_body (list, find_field (list, "terms"),
                                 i == 0 ? "{\"start_price\":10000,\"role\":1}" : "{\"start_price\":10000,\"\":1}");
      const BadRequest request = bad_route_make_request (list, site, list->pattern, body);

      bad_site_refuses (site, &request, 422, "validation_failed", i == 0 ? "terms.role" : NULL);
    }
}

static const BadTest tests[] = {
  { "types", test_types },     { "missing", test_missing },
  { "texts", test_texts },     { "wrong-texts", test_wrong_texts },
  { "unknown", test_unknown }, { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  return bad_site_run_tests ("fields", tests);
}
