/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One pass over an object's text, stepping over values that weren't asked for. */
#include "bench/ws-json.h"

#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static void
skip_space (Cursor *self)
{
  while (self->at < self->end && (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
    self->at++;
}

/* At an opening quote; ends behind the closing one. */
static gboolean
skip_string (Cursor *self)
{
  for (self->at++; self->at < self->end; self->at++)
    {
      if (*self->at == '\\')
        self->at++;
      else if (*self->at == '"')
        {
          self->at++;
          return TRUE;
        }
    }
  self->at = self->end;
  return FALSE;
}

/* Objects and arrays by their depth, strings by their quotes, all else up to what can follow it. */
static gboolean
skip_value (Cursor *self)
{
  guint depth = 0;

  while (self->at < self->end)
    {
      char c = *self->at;

      if (c == '"')
        {
          if (!skip_string (self))
            return FALSE;
          if (depth == 0)
            return TRUE;
          continue;
        }
      if (depth == 0 && (c == ',' || c == '}' || c == ']'))
        return TRUE;
      if (c == '{' || c == '[')
        depth++;
      self->at++;
      if ((c == '}' || c == ']') && --depth == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_value (Cursor *self, WsValue *value)
{
  value->at = self->at;
  if (!skip_value (self))
    return FALSE;
  value->length = (gsize)(self->at - value->at);
  return TRUE;
}

/* Reads `"key":value` and what parts it from the next one. */
static gboolean
read_member (Cursor *self, WsValue *key, WsValue *value)
{
  skip_space (self);
  if (self->at >= self->end || *self->at != '"' || !read_value (self, key))
    return FALSE;
  skip_space (self);
  if (self->at >= self->end || *self->at++ != ':')
    return FALSE;
  skip_space (self);
  if (!read_value (self, value))
    return FALSE;
  skip_space (self);
  if (self->at < self->end && *self->at == ',')
    self->at++;
  return TRUE;
}

gboolean
ws_json_find (WsValue object, const char *key, WsValue *value)
{
  Cursor cursor = { object.at, object.at + object.length };
  gsize length = strlen (key);
  WsValue name;

  skip_space (&cursor);
  if (cursor.at >= cursor.end || *cursor.at++ != '{')
    return FALSE;
  while (read_member (&cursor, &name, value))
    if (name.length == length + 2 && memcmp (name.at + 1, key, length) == 0)
      return TRUE;
  return FALSE;
}

gint64
ws_json_get_int (WsValue object, const char *key, gint64 otherwise)
{
  gboolean is_negative = FALSE;
  gint64 number = 0;
  WsValue value;
  gsize i = 0, n;

  if (!ws_json_find (object, key, &value))
    return otherwise;
  if (value.length >= 2 && value.at[0] == '"')
    value = (WsValue){ value.at + 1, value.length - 2 };
  if (value.length > 0 && value.at[0] == '-')
    is_negative = i++ == 0;
  n = i;
  for (; i < value.length && i - n < 18 && g_ascii_isdigit (value.at[i]); i++)
    number = number * 10 + (value.at[i] - '0');
  if (i == n)
    return otherwise;
  return is_negative ? -number : number;
}

gboolean
ws_json_is (WsValue object, const char *key, const char *text)
{
  gsize length = strlen (text);
  WsValue value;

  return ws_json_find (object, key, &value) && value.length == length + 2 && value.at[0] == '"'
         && memcmp (value.at + 1, text, length) == 0;
}

void
ws_json_copy (WsValue object, const char *key, char *out, gsize size)
{
  WsValue value;

  out[0] = '\0';
  if (!ws_json_find (object, key, &value) || value.length < 2 || value.at[0] != '"')
    return;
  g_strlcpy (out, value.at + 1, MIN (size, value.length - 1));
}
