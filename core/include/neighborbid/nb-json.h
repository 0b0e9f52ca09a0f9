/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as strict as RFC 8259 and this platform want it, for messages that are no bodies of requests. */
#pragma once

#include <neighborbid/nb-request.h>

G_BEGIN_DECLS

/**
 * nb_json_read:
 *
 * Reads one JSON object and nothing after it. Refused beside bad syntax: repeated names, deep nesting, invalid UTF-8,
 * NUL and lone surrogates. A number that is no integer of 64 bits becomes a double, so that whoever wants an integer
 * sees it.
 *
 * Returns: (transfer full) (nullable): %NULL with `malformed_json` set
 * Since: 1.0
 */
NB_PUBLIC JsonObject *nb_json_read (const char *text, gsize length, GError **error);
/**
 * nb_json_check_fields:
 *
 * Checks @object as nb_request_read_body() checks a body: unknown fields are refused.
 *
 * Returns: (transfer full) (nullable): the fields that were there; %NULL with `validation_failed` and its field set
 * Since: 1.0
 */
NB_PUBLIC JsonObject *nb_json_check_fields (JsonObject *object, const NbField *fields, gsize n_fields, GError **error);
/** nb_json_write_object: appends @object to @out as compact JSON; so for both below */
NB_PUBLIC void nb_json_write_object (GString *out, JsonObject *object);
NB_PUBLIC void nb_json_write_node (GString *out, JsonNode *node);
/** nb_json_write_text: appends @text as a JSON string with its quotes */
NB_PUBLIC void nb_json_write_text (GString *out, const char *text);

G_END_DECLS
