/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as strict as RFC 8259 and this platform want it, read and written. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* How deep objects and lists may lie in each other. */
#define NB_JSON_MAX_DEPTH 16

/* Reads one JSON object and nothing after it. Refused beside bad syntax: repeated names, deep nesting, invalid UTF-8,
 * NUL and lone surrogates. A number that is no integer of 64 bits becomes a double, so that whoever wants an integer
 * sees it. Returns: (transfer full) (nullable): NULL with `malformed_json` set */
JsonObject *nb_json_read (const char *text, gsize length, GError **error);

/* Appends @object, @node as compact JSON. */
void nb_json_write_object (GString *out, JsonObject *object);
void nb_json_write_node (GString *out, JsonNode *node);
/* Appends @text as a JSON string with its quotes. */
void nb_json_write_text (GString *out, const char *text);

G_END_DECLS
