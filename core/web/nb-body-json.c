/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as strict as RFC 8259 and this platform want it: the reader. */
#include "core/web/nb-body-json.h"

#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>
#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
  guint depth;
  const char *why; /* (nullable) the first fault */
} Reader;

static JsonNode *read_value (Reader *self);

static gboolean
fail (Reader *self, const char *why)
{
  if (self->why == NULL)
    self->why = why;
  return FALSE;
}

static void
skip_space (Reader *self)
{
  while (self->at < self->end && (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r'))
    self->at++;
}

static gboolean
take (Reader *self, char c)
{
  if (self->at >= self->end || *self->at != c)
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
read_hex (Reader *self, gunichar *value)
{
  *value = 0;
  if (self->end - self->at < 4)
    return fail (self, N_ ("an escape in a text is cut off"));
  for (int i = 0; i < 4; i++, self->at++)
    {
      if (!g_ascii_isxdigit (*self->at))
        return fail (self, N_ ("an escape in a text is malformed"));
      *value = *value * 16 + g_ascii_xdigit_value (*self->at);
    }
  return TRUE;
}

static gboolean
read_unicode (Reader *self, GString *text)
{
  gunichar first, second;

  if (!read_hex (self, &first))
    return FALSE;
  if (first == 0 || (first >= 0xdc00 && first <= 0xdfff))
    return fail (self, N_ ("a text has a character that can't be"));
  if (first >= 0xd800 && first <= 0xdbff)
    {
      if (!take (self, '\\') || !take (self, 'u') || !read_hex (self, &second) || second < 0xdc00 || second > 0xdfff)
        return fail (self, N_ ("a text has half a character"));
      first = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    }
  g_string_append_unichar (text, first);
  return TRUE;
}

static gboolean
read_escape (Reader *self, GString *text)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char c = self->at < self->end ? *self->at++ : '\0';
  const char *name = c != '\0' ? strchr (names, c) : NULL;

  if (c == 'u')
    return read_unicode (self, text);
  if (name == NULL)
    return fail (self, N_ ("an escape in a text is malformed"));
  g_string_append_c (text, values[name - names]);
  return TRUE;
}

static char *
read_text (Reader *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!take (self, '"'))
    {
      fail (self, N_ ("a text in double quotes was expected"));
      return NULL;
    }
  while (self->at < self->end)
    {
      const char c = *self->at++;

      if (c == '"')
        return g_string_free (g_steal_pointer (&text), FALSE);
      if (c == '\\')
        {
          if (!read_escape (self, text))
            return NULL;
        }
      else if ((guchar)c < ' ')
        break;
      else
        g_string_append_c (text, c);
    }
  fail (self, N_ ("a text has no end, or a control character"));
  return NULL;
}

static gsize
take_digits (Reader *self)
{
  const char *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at - start;
}

static gboolean
take_fraction (Reader *self, gboolean *is_integer)
{
  if (take (self, '.'))
    {
      *is_integer = FALSE;
      if (take_digits (self) == 0)
        return FALSE;
    }
  if (take (self, 'e') || take (self, 'E'))
    {
      *is_integer = FALSE;
      if (!take (self, '-'))
        take (self, '+');
      return take_digits (self) > 0;
    }
  return TRUE;
}

static JsonNode *
read_number (Reader *self)
{
  const char *start = self->at;
  gboolean is_integer = TRUE;
  gint64 integer;
  g_autofree char *text = NULL;

  take (self, '-');
  if ((!take (self, '0') && take_digits (self) == 0) || !take_fraction (self, &is_integer))
    {
      fail (self, N_ ("a value is malformed"));
      return NULL;
    }
  text = g_strndup (start, self->at - start);
  if (is_integer && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    return json_node_init_int (json_node_alloc (), integer);
  return json_node_init_double (json_node_alloc (), g_ascii_strtod (text, NULL));
}

static gboolean
read_member (Reader *self, JsonObject *object)
{
  g_autofree char *name = NULL;
  JsonNode *value;

  skip_space (self);
  name = read_text (self);
  if (name == NULL)
    return FALSE;
  if (json_object_has_member (object, name))
    return fail (self, N_ ("a name stands twice in one object"));
  skip_space (self);
  if (!take (self, ':'))
    return fail (self, N_ ("a colon was expected after a name"));
  value = read_value (self);
  if (value == NULL)
    return FALSE;
  json_object_set_member (object, name, value);
  skip_space (self);
  return TRUE;
}

static JsonObject *
read_object (Reader *self)
{
  g_autoptr (JsonObject) object = json_object_new ();

  skip_space (self);
  if (take (self, '}'))
    return g_steal_pointer (&object);
  do
    if (!read_member (self, object))
      return NULL;
  while (take (self, ','));
  if (take (self, '}'))
    return g_steal_pointer (&object);
  fail (self, N_ ("a comma or the end of an object was expected"));
  return NULL;
}

static JsonArray *
read_array (Reader *self)
{
  g_autoptr (JsonArray) array = json_array_new ();

  skip_space (self);
  if (take (self, ']'))
    return g_steal_pointer (&array);
  do
    {
      JsonNode *value = read_value (self);

      if (value == NULL)
        return NULL;
      json_array_add_element (array, value);
      skip_space (self);
    }
  while (take (self, ','));
  if (take (self, ']'))
    return g_steal_pointer (&array);
  fail (self, N_ ("a comma or the end of a list was expected"));
  return NULL;
}

static gboolean
take_word (Reader *self, const char *word)
{
  const gsize length = strlen (word);

  if ((gsize)(self->end - self->at) < length || memcmp (self->at, word, length) != 0)
    return FALSE;
  self->at += length;
  return TRUE;
}

static JsonNode *
read_scalar (Reader *self)
{
  g_autofree char *text = NULL;

  if (take_word (self, "true"))
    return json_node_init_boolean (json_node_alloc (), TRUE);
  if (take_word (self, "false"))
    return json_node_init_boolean (json_node_alloc (), FALSE);
  if (take_word (self, "null"))
    return json_node_init_null (json_node_alloc ());
  if (self->at >= self->end || *self->at != '"')
    return read_number (self);
  text = read_text (self);
  return text != NULL ? json_node_init_string (json_node_alloc (), text) : NULL;
}

static JsonNode *
read_container (Reader *self, gboolean is_object)
{
  JsonNode *node = NULL;

  if (++self->depth > NB_JSON_MAX_DEPTH)
    {
      fail (self, N_ ("objects and lists lie too deep in each other"));
      return NULL;
    }
  if (is_object)
    {
      g_autoptr (JsonObject) object = read_object (self);

      node = object != NULL ? json_node_init_object (json_node_alloc (), object) : NULL;
    }
  else
    {
      g_autoptr (JsonArray) array = read_array (self);

      node = array != NULL ? json_node_init_array (json_node_alloc (), array) : NULL;
    }
  self->depth--;
  return node;
}

static JsonNode *
read_value (Reader *self)
{
  skip_space (self);
  if (take (self, '{'))
    return read_container (self, TRUE);
  if (take (self, '['))
    return read_container (self, FALSE);
  return read_scalar (self);
}

JsonObject *
nb_json_read (const char *text, gsize length, GError **error)
{
  Reader reader = { .at = text, .end = text + length };
  g_autoptr (JsonNode) node = NULL;

  if (!g_utf8_validate_len (text, length, NULL))
    {
      nb_set_error (error, NB_ERROR_MALFORMED_JSON, N_ ("the body is no valid UTF-8"), NULL);
      return NULL;
    }
  node = read_value (&reader);
  skip_space (&reader);
  if (node != NULL && reader.at < reader.end)
    fail (&reader, N_ ("something stands after the end of the object"));
  else if (node != NULL && !JSON_NODE_HOLDS_OBJECT (node))
    fail (&reader, N_ ("the body must be a JSON object"));
  if (reader.why == NULL)
    return json_node_dup_object (node);
  nb_set_error (error, NB_ERROR_MALFORMED_JSON, reader.why, NULL);
  return NULL;
}
