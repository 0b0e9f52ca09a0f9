/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds members of JSON objects without building anything: the load has one core, and looks at a few numbers alone. */
#pragma once

#include <glib.h>

/* A piece of a text: a whole JSON value, a string with its quotes. */
typedef struct
{
  const char *at;
  gsize length;
} WsValue;

/* Finds the member @key of the object @object. Good for what a server of ours writes: it takes the text for valid JSON,
 * doesn't decode escapes (a key that is written with one isn't found), and says the first of two members of one name.
 * Never reads outside @object.
 * Returns: FALSE when there is none, or the text ends before */
gboolean ws_json_find (WsValue object, const char *key, WsValue *value);

/* Returns: the number, also one that is written as a string; @otherwise for anything else */
gint64 ws_json_get_int (WsValue object, const char *key, gint64 otherwise);
/* Returns: whether the member is the string @text */
gboolean ws_json_is (WsValue object, const char *key, const char *text);
/* Copies a string's inside, cut at @size; "" when there is none. */
void ws_json_copy (WsValue object, const char *key, char *out, gsize size);
