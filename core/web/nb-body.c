/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies of requests: their kind, and forms. */
#include "core/web/nb-body.h"

#include <glib/gi18n.h>
#include <string.h>

/* More fields than any form of ours has. */
#define MAX_FIELDS 200

static gboolean
has_other_charset (const char *parameters)
{
  const char *charset = strcasestr (parameters, "charset=");

  if (charset == NULL)
    return FALSE;
  charset += strlen ("charset=");
  if (*charset == '"')
    charset++;
  return g_ascii_strncasecmp (charset, "utf-8", 5) != 0 || g_ascii_isalnum (charset[5]);
}

NbBodyKind
nb_body_kind (const char *content_type)
{
  gsize length;

  if (content_type == NULL)
    return NB_BODY_NONE;
  length = strcspn (content_type, "; \t");
  if (has_other_charset (content_type + length))
    return NB_BODY_OTHER;
  if (length == strlen ("application/json") && g_ascii_strncasecmp (content_type, "application/json", length) == 0)
    return NB_BODY_JSON;
  if (length == strlen ("application/x-www-form-urlencoded")
      && g_ascii_strncasecmp (content_type, "application/x-www-form-urlencoded", length) == 0)
    return NB_BODY_FORM;
  return NB_BODY_OTHER;
}

char *
nb_form_decode (const char *text, gsize length)
{
  g_autoptr (GString) out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i] == '+' ? ' ' : text[i];

      if (c == '%')
        {
          if (i + 2 >= length || !g_ascii_isxdigit (text[i + 1]) || !g_ascii_isxdigit (text[i + 2]))
            return NULL;
          c = (char)(g_ascii_xdigit_value (text[i + 1]) * 16 + g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      g_string_append_c (out, c);
    }
  if (!g_utf8_validate_len (out->str, out->len, NULL))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean
nb_form_refuse_twice (GError **error)
{
  nb_set_error (error, NB_ERROR_MALFORMED_REQUEST, N_ ("the form has a field twice"), NULL);
  return FALSE;
}

/* Only who knows the fields can say which may be there more than once. */
static void
add_value (JsonObject *form, const char *name, const char *value)
{
  JsonNode *known = json_object_get_member (form, name);
  JsonArray *values;

  if (known == NULL)
    {
      json_object_set_string_member (form, name, value);
      return;
    }
  if (JSON_NODE_HOLDS_ARRAY (known))
    {
      json_array_add_string_element (json_node_get_array (known), value);
      return;
    }
  values = json_array_new ();
  json_array_add_string_element (values, json_node_get_string (known));
  json_array_add_string_element (values, value);
  json_object_set_array_member (form, name, values);
}

static gboolean
read_pair (JsonObject *form, const char *text, gsize length, GError **error)
{
  const char *equals = memchr (text, '=', length);
  const gsize name_length = equals != NULL ? (gsize)(equals - text) : length;
  g_autofree char *name = nb_form_decode (text, name_length);
  g_autofree char *value = equals != NULL ? nb_form_decode (equals + 1, length - name_length - 1) : g_strdup ("");

  if (name == NULL || value == NULL)
    {
      nb_set_error (error, NB_ERROR_MALFORMED_REQUEST, N_ ("the form has text that is no valid UTF-8"), NULL);
      return FALSE;
    }
  add_value (form, name, value);
  return TRUE;
}

JsonObject *
nb_form_read (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) form = json_object_new ();
  const char *end = text + length;

  for (guint n = 0; text < end; n++)
    {
      const char *stop = memchr (text, '&', end - text);
      const gsize size = (stop != NULL ? stop : end) - text;

      if (n >= MAX_FIELDS)
        {
          nb_set_error (error, NB_ERROR_MALFORMED_REQUEST, N_ ("the form has too many fields"), NULL);
          return NULL;
        }
      if (size > 0 && !read_pair (form, text, size, error))
        return NULL;
      text += size + 1;
    }
  return g_steal_pointer (&form);
}
