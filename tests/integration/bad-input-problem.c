/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a refusal must look like: RFC 9457 with the stable code, told in the reader's language, nothing of the inside.
 */
#include "tests/integration/bad-input-site.h"

#include <string.h>

/* Words that only the inside knows. */
static const char *const inside[] = {
  "internal_error", "SELECT ", "INSERT ", "UPDATE ", "sqlite", "libgda",
  "(null)",         "0x",      "/tmp/",   ".c:",     "GError", "pthread",
};

static const char *const languages[] = { "ko", "en" };

static const char *const members[] = { "type", "title", "detail", "code", "server_time" };

/* The test goes on, so that one run shows all that is wrong. */
static void
report (const BadRequest *request, const char *language, const char *why, const char *answer)
{
  g_autofree char *body = g_strescape (request->body != NULL ? request->body : "", NULL);
  const char *key = request->key != NULL ? request->key : "";
  const char *type = request->type != NULL ? request->type : "";
  const char *headers = request->headers != NULL ? request->headers : "";

  g_printerr ("%s\n  %s %.300s\n  Accept-Language: %s\n  Idempotency-Key: %.200s\n  Content-Type: %s\n  %.300s\n"
              "  %.400s\n  answer: %u %s\n",
              why, request->method, request->target, language, key, type, headers, body, nb_test_status (answer),
              nb_test_body (answer));
  g_test_fail ();
}

/* Returns: (nullable): what is wrong */
static const char *
find_indiscretion (const char *answer)
{
  const char *text = nb_test_body (answer);

  if (nb_test_status (answer) == 0 || nb_test_status (answer) == 500)
    return "this is no answer to give";
  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++)
    if (strstr (text, inside[i]) != NULL)
      return inside[i];
  return NULL;
}

void
bad_site_assert_discreet (const BadRequest *request, const char *answer)
{
  const char *why = find_indiscretion (answer);

  if (why != NULL)
    report (request, "", why, answer);
}

/* Money is told in 원 in every language. */
static gboolean
is_korean (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_utf8_get_char (p) >= 0xac00 && g_utf8_get_char (p) <= 0xd7a3 && !g_str_has_prefix (p, "원"))
      return TRUE;
  return FALSE;
}

static gboolean
is_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "")[0] != '\0';
}

/* Returns: (nullable): what is wrong */
static const char *
find_missing (const char *answer, JsonObject *problem)
{
  g_autofree char *type = nb_test_header (answer, "Content-Type");

  if (g_strcmp0 (type, "application/problem+json") != 0)
    return "this is not application/problem+json";
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (!is_text (problem, members[i]))
      return members[i];
  if (json_object_get_int_member_with_default (problem, "status", 0) != nb_test_status (answer))
    return "the status is told in two ways";
  return NULL;
}

/* Returns: (nullable): what is wrong */
static const char *
find_bad_detail (JsonObject *problem, const char *language)
{
  const char *detail = json_object_get_string_member (problem, "detail");

  if (strchr (detail, '{') != NULL)
    return "a placeholder of the detail stayed empty";
  if (is_korean (detail) != (strcmp (language, "ko") == 0))
    return "the detail is in the other language";
  return NULL;
}

/* Returns: (nullable): what is wrong */
static const char *
find_fault (const char *answer, const char *language, guint status, const char *code, const char *field)
{
  g_autoptr (JsonNode) node = json_from_string (nb_test_body (answer), NULL);
  JsonObject *problem = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *why = find_indiscretion (answer);

  if (why == NULL && problem == NULL)
    return "this is no JSON object";
  if (why == NULL)
    why = find_missing (answer, problem);
  if (why == NULL)
    why = find_bad_detail (problem, language);
  if (why != NULL)
    return why;
  if (nb_test_status (answer) != status)
    return "this is another status";
  if (strcmp (json_object_get_string_member (problem, "code"), code) != 0)
    return "this is another code";
  if (field != NULL && strcmp (json_object_get_string_member_with_default (problem, "field", ""), field) != 0)
    return "this is another field";
  return NULL;
}

void
bad_site_refuses (BadSite *self, const BadRequest *request, guint status, const char *code, const char *field)
{
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autofree char *answer = bad_site_ask (self, request, languages[i]);
      const char *fault = find_fault (answer, languages[i], status, code, field);
      g_autofree char *why
          = g_strdup_printf ("%s; expected: %u %s %s", fault, status, code, field != NULL ? field : "");

      if (fault != NULL)
        report (request, languages[i], why, answer);
    }
}

/* Returns: (nullable): what is wrong */
static const char *
find_page_fault (const char *answer, const char *language, guint status)
{
  g_autofree char *type = nb_test_header (answer, "Content-Type");
  g_autofree char *html = g_strdup_printf ("<html lang=\"%s\"", language);
  const char *why = find_indiscretion (answer);

  if (why != NULL)
    return why;
  if (nb_test_status (answer) != status)
    return "this is another status";
  if (g_strcmp0 (type, "text/html; charset=utf-8") != 0 || strstr (answer, html) == NULL)
    return "this is no page in the reader's language";
  if (strstr (answer, "<script>") != NULL)
    return "this page runs what it was sent";
  return NULL;
}

void
bad_site_shows (BadSite *self, const BadRequest *request, guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autofree char *answer = bad_site_ask (self, request, languages[i]);
      const char *fault = find_page_fault (answer, languages[i], status);
      g_autofree char *why = g_strdup_printf ("%s; expected: page %u", fault, status);

      if (fault != NULL)
        report (request, languages[i], why, answer);
    }
}
