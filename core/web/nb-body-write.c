/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as strict as RFC 8259 and this platform want it: the writer, made for the many small answers of an API. */
#include "core/web/nb-body-json.h"

#include <math.h>

void
nb_json_write_text (GString *out, const char *text)
{
  const char *run = text;
  const char *p;

  g_string_append_c (out, '"');
  for (p = text; *p != '\0'; p++)
    {
      if ((guchar)*p >= ' ' && *p != '"' && *p != '\\')
        continue;
      g_string_append_len (out, run, p - run);
      run = p + 1;
      if (*p == '"' || *p == '\\')
        {
          g_string_append_c (out, '\\');
          g_string_append_c (out, *p);
        }
      else if (*p == '\n')
        g_string_append (out, "\\n");
      else
        g_string_append_printf (out, "\\u%04x", (guint)*p);
    }
  g_string_append_len (out, run, p - run);
  g_string_append_c (out, '"');
}

static void
write_integer (GString *out, gint64 value)
{
  char digits[24];
  char *p = digits + sizeof digits;
  guint64 rest = value < 0 ? 0 - (guint64)value : (guint64)value;

  do
    *--p = '0' + rest % 10;
  while ((rest /= 10) > 0);
  if (value < 0)
    *--p = '-';
  g_string_append_len (out, p, digits + sizeof digits - p);
}

static void
write_double (GString *out, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, isfinite (value) ? g_ascii_dtostr (digits, sizeof digits, value) : "null");
}

static void
write_array (GString *out, JsonArray *array)
{
  const guint n = json_array_get_length (array);

  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      nb_json_write_node (out, json_array_get_element (array, i));
    }
  g_string_append_c (out, ']');
}

void
nb_json_write_object (GString *out, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  gboolean is_first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      if (!is_first)
        g_string_append_c (out, ',');
      is_first = FALSE;
      nb_json_write_text (out, name);
      g_string_append_c (out, ':');
      nb_json_write_node (out, value);
    }
  g_string_append_c (out, '}');
}

static void
write_value (GString *out, JsonNode *node)
{
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      nb_json_write_text (out, json_node_get_string (node));
      break;
    case G_TYPE_BOOLEAN:
      g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
      break;
    case G_TYPE_DOUBLE:
      write_double (out, json_node_get_double (node));
      break;
    default:
      write_integer (out, json_node_get_int (node));
    }
}

void
nb_json_write_node (GString *out, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      nb_json_write_object (out, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      write_array (out, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      write_value (out, node);
      break;
    case JSON_NODE_NULL:
      g_string_append (out, "null");
      break;
    }
}
