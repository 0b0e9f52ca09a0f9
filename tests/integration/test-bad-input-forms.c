/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms of pages with what they must refuse: a page says so, and nothing changed. */
#include "tests/integration/bad-input-site.h"

#include <string.h>

#define MAX_FIELDS 16

/* What a field of a form is tried with, divided by spaces; `-` stands for nothing. */
#define BAD_AMOUNTS                                                                                                    \
  "- 0 -1 %2B1 01 1.5 1e3 0b10 abc 1,00 ,100 1,000, 9007199254740992 9223372036854775808 %EF%BC%91 %201 1%20 null "    \
  "true "                                                                                                              \
  "%5B%5D %3Cscript%3E 1%0a99"
#define CONTROLS "a%01b a%1bb a%7fb a%C2%85b"

/* Its token is none, which is told after all else was right. */
#define UNSUBSCRIBE "/notifications/unsubscribe/{token}"

typedef struct
{
  const char *name;
  const char *good; /* (nullable): NULL leaves it out */
  const char *bad;
} Field;

typedef struct
{
  const char *pattern;
  gboolean is_signed_in; /* sent by someone with a session */
  Field fields[MAX_FIELDS];
  guint good; /* what the good form is answered with, where that is no redirect */
} Form;

static const Form forms[] = {
  { "/wallet/deposits", TRUE, { { "amount", "1000", BAD_AMOUNTS } } },
  { "/wallet/withdrawals", TRUE, { { "amount", "1000", BAD_AMOUNTS } } },
  { "/auctions/{id:id}/bids", TRUE, { { "amount", "10000", BAD_AMOUNTS " 9999 10500 101000" } } },
  { "/auctions/{id:id}/bids", TRUE, { { "max", "10000", BAD_AMOUNTS " 9999" } } },
  { "/auctions/{id:id}/buy-now", TRUE, { { "price", "10000", BAD_AMOUNTS " 10000" } } },
  { "/auctions/{id:id}/cancel", TRUE, { { "reason", NULL, CONTROLS " %3Cscript%3E" } } },
  { "/me/region", TRUE, { { "region", "1168010100", "- x 123 9999999999 %27 " CONTROLS } } },
  { "/sell",
    TRUE,
    { { "step", "publish", CONTROLS },
      { "type", "local", "- nosuch LOCAL %3Cscript%3E " CONTROLS },
      { "title", "chair", "- %20 a%0Ab a%E2%80%AEb %E2%80%8B " CONTROLS },
      { "description", NULL, "a%E2%80%AEb " CONTROLS },
      { "category", NULL, "nosuch %3Cscript%3E " CONTROLS },
      { "condition", NULL, "nosuch " CONTROLS },
      { "region", NULL, "x 123 9999999999 " CONTROLS },
      { "duration", "1440", "- 0 -1 x 1.5 1e3 99999999" },
      { "terms.start_price", "10000", BAD_AMOUNTS },
      { "terms.step", NULL, "0 -1 x 1.5 1e3 1,00" },
      { "terms.reserve_price", NULL, "0 9999 x" },
      { "terms.buy_now_price", NULL, "0 10000 x" },
      { "terms.extend_window_s", NULL, "-1 3601 x" },
      { "terms.extend_max_s", NULL, "60 86401 x" } } },
  { "/sign-up",
    FALSE,
    { { "username", "bad-input", "- ab a%20b%20c %EC%9D%B4%EC%9B%83 bidder a%0Ab %3Cscript%3E " CONTROLS },
      { "password", "tangerine-orchard", "- short password " CONTROLS },
      { "nickname", "neighbour", "- %20 a%E2%80%AEb %E3%85%A4 a%0Ab " CONTROLS },
      { "region", NULL, "x 9999999999 " CONTROLS } } },
  { "/sign-in", FALSE, { { "username", "nobody-here", "- " CONTROLS }, { "password", "x", "- " CONTROLS } } },
  { "/language", FALSE, { { "language", "ko", "- x xx KO koo " CONTROLS } } },
  { "/auctions/{id:id}/watch", TRUE, { { "list", NULL, "2 yes %3Cscript%3E " CONTROLS } } },
  { "/auctions/{id:id}/unwatch", TRUE, { { "list", "1", "2 yes %3Cscript%3E " CONTROLS } } },
  { "/inbox/webhooks",
    TRUE,
    { { "url", "https%3A%2F%2Fexample.com%2F",
        "- x http%3A%2F%2Fexample.com%2F https%3A%2F%2F127.0.0.1%2F https%3A%2F%2Flocalhost%2F "
        "%3Cscript%3E " CONTROLS },
      { "kinds", "won", "nosuch WON won%2Clost %3Cscript%3E " CONTROLS } },
    201 },
  { "/inbox/webhooks/{id:id}/switch", TRUE, { { "is_enabled", "1", "- 2 x yes " CONTROLS } }, 404 },
  { "/inbox/webhooks/{id:id}/secret", TRUE, { { NULL } }, 404 },
  { "/inbox/webhooks/{id:id}/test", TRUE, { { NULL } }, 404 },
  { "/inbox/webhooks/{id:id}/delete", TRUE, { { NULL } }, 404 },
  { "/inbox/read", TRUE, { { "up_to", "7", "- 0 -1 01 x 1.5 9223372036854775808 %3Cscript%3E " CONTROLS } } },
  { "/inbox/{id:id}/read", TRUE, { { NULL } } },
  { "/inbox/settings",
    TRUE,
    { { "preferences.outbid.inbox", "on", "off x 2 " CONTROLS },
      { "preferences.nosuch.inbox", NULL, "on" },
      { "preferences.outbid.pigeon", NULL, "on" },
      { "preferences.outbid", NULL, "on" },
      { "preferences.%3Cscript%3E", NULL, "on" },
      { "quiet_hours.from", "22:00", "- x 24:00 22:60 2200 22:00:00 7:00 07:00 %3Cscript%3E " CONTROLS },
      { "quiet_hours.to", "07:00", "- x 24:00 -1:00 22:00 %EF%BC%92%EF%BC%92:00 " CONTROLS },
      { "quiet_hours.days", NULL, "all" },
      { "channels", "inbox", CONTROLS } } },
  { "/admin/notifications/retry", TRUE, { { NULL } }, 403 },
  { "/admin/notifications/drop", TRUE, { { NULL } }, 403 },
  { "/admin/notifications/{id:id}/retry", TRUE, { { NULL } }, 403 },
  { "/admin/notifications/{id:id}/drop", TRUE, { { NULL } }, 403 },
  /* Comes last: it ends the session. */
  { "/sign-out", TRUE, { { NULL } } },
  { UNSUBSCRIBE,
    FALSE,
    { { "choice", "off", "- on OFF never%20 %3Cscript%3E " CONTROLS }, { "List-Unsubscribe", NULL, CONTROLS } } },
};

static char *
make_target (BadSite *site, const Form *form)
{
  g_auto (GStrv) parts = g_strsplit (form->pattern, "{id:id}", 2);

  if (strcmp (form->pattern, UNSUBSCRIBE) == 0)
    return g_strdup ("/notifications/unsubscribe/1-none");
  return g_strjoinv (site->auction, parts);
}

/* The good form, but @field (nullable) is @value, or left out when that is NULL. */
static char *
make_body (BadSite *site, const Form *form, const Field *field, const char *value)
{
  static guint n;
  GString *body = g_string_new (NULL);

  g_string_append_printf (body, "idempotency_key=form-%u", n++);
  if (form->is_signed_in)
    g_string_append_printf (body, "&csrf_token=%s", site->csrf_token);
  for (gsize i = 0; i < MAX_FIELDS && form->fields[i].name != NULL; i++)
    {
      const char *text = &form->fields[i] == field ? value : form->fields[i].good;

      if (text != NULL)
        g_string_append_printf (body, "&%s=%s", form->fields[i].name, text);
    }
  return g_string_free (body, FALSE);
}

static BadRequest
make_request (BadSite *site, const Form *form, const char *target, const char *body)
{
  return (BadRequest){ .method = "POST",
                       .target = target,
                       .type = "application/x-www-form-urlencoded",
                       .headers = form->is_signed_in ? site->cookie : NULL,
                       .body = body };
}

/* Every page that takes a form stands in the table. */
static void
test_table_is_complete (BadSite *site)
{
  g_autoptr (GPtrArray) routes = bad_site_list_routes (site);

  for (guint i = 0; i < routes->len; i++)
    {
      const char *pattern = g_ptr_array_index (routes, i);
      g_auto (GStrv) parts = g_strsplit (pattern, "{id:id}", 2);
      g_autofree char *target = g_strjoinv (site->auction, parts);
      const BadRequest request = { .method = "GETX", .target = target };
      g_autofree char *answer = bad_site_ask (site, &request, NULL);
      g_autofree char *allow = nb_test_header (answer, "Allow");
      gboolean is_known = g_str_has_prefix (pattern, "/api/") || allow == NULL || strstr (allow, "POST") == NULL;

      for (gsize j = 0; j < G_N_ELEMENTS (forms); j++)
        is_known = is_known || strcmp (forms[j].pattern, pattern) == 0;
      if (!is_known)
        g_error ("the form of %s is not in the table", pattern);
    }
}

/* Which status a refusal may have: the wrong thing is named by 422, but for what is well-formed and still refused. */
static guint
expected_status (const Form *form, const Field *field, const char *value)
{
  const gboolean is_bid = strcmp (form->pattern, "/auctions/{id:id}/bids") == 0;

  if (is_bid && strcmp (value, "9999") == 0)
    return 409;
  if (is_bid && strcmp (value, "101000") == 0)
    return 409;
  if (strcmp (form->pattern, "/auctions/{id:id}/buy-now") == 0 && strcmp (value, "10000") == 0)
    return 409;
  if (strcmp (form->pattern, "/auctions/{id:id}/cancel") == 0 && g_str_has_prefix (value, "%3C"))
    return 403;
  if (strcmp (field->name, "username") == 0 && strcmp (value, "bidder") == 0)
    return 409;
  return 422;
}

static void
try_field (BadSite *site, const Form *form, const Field *field)
{
  g_auto (GStrv) values = g_strsplit (field->bad, " ", -1);
  g_autofree char *target = make_target (site, form);

  for (gsize i = 0; values[i] != NULL; i++)
    {
      const char *value = strcmp (values[i], "-") == 0 ? "" : values[i];
      g_autofree char *body = make_body (site, form, field, value);
      const BadRequest request = make_request (site, form, target, body);

      bad_site_shows (site, &request, expected_status (form, field, value));
    }
}

static void
test_fields (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    for (gsize j = 0; j < MAX_FIELDS && forms[i].fields[j].name != NULL; j++)
      try_field (site, &forms[i], &forms[i].fields[j]);
}

/* Things that no form has, whatever it is. @with: what stands at the end of a good form */
static const struct
{
  const char *with;
  guint status;
} endings[] = {
  { "&role=admin", 422 }, { "&seller_id=1", 422 }, { "&terms=1", 422 },     { "&%ED%82%A4=1", 422 },
  { "&=1", 422 },         { "&x", 422 },           { "&x=1&x=2", 400 },     { "&csrf_token=x", 400 },
  { "&x=%ff", 400 },      { "&x=%00", 400 },       { "&x=%ed%a0%80", 400 }, { "&%ff=1", 400 },
  { "&x=%", 400 },        { "&x=%z1", 400 },       { "&x=\xff", 400 },      { "&x=\x01", 422 },
};

static gboolean
has_fields (const Form *form)
{
  return form->fields[0].name != NULL;
}

static void
try_ending (BadSite *site, const Form *form, gsize i)
{
  g_autofree char *target = make_target (site, form);
  g_autofree char *good = make_body (site, form, NULL, NULL);
  g_autofree char *body = g_strconcat (good, form->is_signed_in ? "" : "&csrf_token=x", endings[i].with, NULL);
  const BadRequest request = make_request (site, form, target, body);

  /* `terms` is what the listing's terms are gathered in, and texts only. */
  if (strcmp (form->pattern, "/sell") != 0 || strcmp (endings[i].with, "&terms=1") != 0)
    bad_site_shows (site, &request, endings[i].status);
}

static void
test_endings (BadSite *site)
{
  g_autoptr (GString) many = g_string_new ("csrf_token=x");

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    for (gsize j = 0; has_fields (&forms[i]) && j < G_N_ELEMENTS (endings); j++)
      try_ending (site, &forms[i], j);
  for (guint i = 0; i < 201; i++)
    g_string_append_printf (many, "&a%u=1", i);
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *target = make_target (site, &forms[i]);
      const BadRequest request = make_request (site, &forms[i], target, many->str);

      bad_site_shows (site, &request, 400);
    }
}

/* Without the session's token, or from elsewhere. */
static void
test_forgeries (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *target = make_target (site, &forms[i]);
      g_autofree char *good = make_body (site, &forms[i], NULL, NULL);
      g_autofree char *body = g_strconcat ("idempotency_key=form", strstr (good, "&csrf_token=") ? "" : "&x=1", NULL);
      g_autofree char *foreign
          = g_strconcat (forms[i].is_signed_in ? site->cookie : "", "Origin: https://evil.example\r\n", NULL);
      BadRequest request = make_request (site, &forms[i], target, body);

      if (forms[i].is_signed_in)
        bad_site_shows (site, &request, 403);
      request.body = good;
      request.headers = foreign;
      bad_site_shows (site, &request, 403);
    }
}

/* Bodies of other kinds: JSON is read like a form, and must not confuse a page. */
static void
test_contents (BadSite *site)
{
  static const struct
  {
    const char *type;
    const char *body;
    guint status;
  } contents[] = {
    { "text/plain", "amount=10000", 415 },
    { "multipart/form-data; boundary=x", "--x--", 415 },
    { "application/json", "{", 400 },
    { "application/json", "[]", 400 },
    { "application/json", "{\"role\":1}", 422 },
    { "application/json", "{\"amount\":[1],\"max\":{},\"price\":null,\"type\":[],\"title\":1,\"terms\":[1],\"form\":1}",
      422 },
    { "application/json", "{\"type\":\"local\",\"terms\":{\"a\":{\"b\":[1]}},\"form\":{}}", 422 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    for (gsize j = 0; has_fields (&forms[i]) && j < G_N_ELEMENTS (contents); j++)
      {
        g_autofree char *target = make_target (site, &forms[i]);
        g_autofree char *headers = g_strdup_printf ("%sX-CSRF-Token: %s\r\nIdempotency-Key: form\r\n",
                                                    forms[i].is_signed_in ? site->cookie : "", site->csrf_token);
        BadRequest request = make_request (site, &forms[i], target, contents[j].body);

        request.type = contents[j].type;
        request.headers = headers;
        /* Mail providers send one click in more ways than forms, and its address alone decides. */
        bad_site_shows (site, &request,
                        contents[j].status == 415 && strcmp (forms[i].pattern, UNSUBSCRIBE) == 0 ? 404
                                                                                                 : contents[j].status);
      }
}

/* Signed out, a form leads to the sign-in page, or is kept there, and is not done. */
static void
test_signed_out (BadSite *site)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *target = make_target (site, &forms[i]);
      g_autofree char *body = make_body (site, &forms[i], NULL, NULL);
      BadRequest request = make_request (site, &forms[i], target, body);
      g_autofree char *answer = NULL;
      guint status;

      if (!forms[i].is_signed_in)
        continue;
      request.headers = NULL;
      answer = bad_site_ask (site, &request, NULL);
      status = nb_test_status (answer);
      bad_site_assert_discreet (&request, answer);
      if (status != 303 && !(status == 200 && strcmp (forms[i].pattern, "/sell") == 0))
        g_error ("%s: %s", target, answer);
    }
}

/* The good forms that the other tests spoil are good: else they would be refused for another reason. */
static void
test_good_forms (BadSite *site)
{
  static const char *const refused[] = { "max", "price", "reason" };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *target = make_target (site, &forms[i]);
      g_autofree char *body = make_body (site, &forms[i], NULL, NULL);
      const BadRequest request = make_request (site, &forms[i], target, body);
      g_autofree char *answer = NULL;
      gboolean is_refused = strcmp (forms[i].pattern, "/sign-in") == 0 || strcmp (forms[i].pattern, UNSUBSCRIBE) == 0;

      for (gsize j = 0; has_fields (&forms[i]) && j < G_N_ELEMENTS (refused); j++)
        is_refused = is_refused || strcmp (forms[i].fields[0].name, refused[j]) == 0;
      if (is_refused)
        continue;
      answer = bad_site_ask (site, &request, NULL);
      if (nb_test_status (answer) != (forms[i].good != 0 ? forms[i].good : 303))
        g_error ("%s: %s", target, answer);
    }
}

static const BadTest tests[] = {
  { "table-is-complete", test_table_is_complete },
  { "fields", test_fields },
  { "endings", test_endings },
  { "forgeries", test_forgeries },
  { "contents", test_contents },
  { "signed-out", test_signed_out },
  { "good-forms", test_good_forms, TRUE },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  return bad_site_run_tests ("forms", tests);
}
