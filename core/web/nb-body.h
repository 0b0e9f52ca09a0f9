/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies of requests: JSON or a form, then the fields that a handler allows. */
#pragma once

#include <json-glib/json-glib.h>
#include <neighborbid/nb-request.h>

G_BEGIN_DECLS

typedef enum
{
  NB_BODY_NONE,
  NB_BODY_JSON,
  NB_BODY_FORM,
  NB_BODY_OTHER
} NbBodyKind;

/* @content_type: (nullable). A charset other than UTF-8 is another kind. */
NbBodyKind nb_body_kind (const char *content_type);
/* Reads `application/x-www-form-urlencoded`. Returns: (transfer full) (nullable): an object of texts, and of arrays of
 * texts for names that are repeated; NULL with `malformed_request` set when something is no valid UTF-8 */
JsonObject *nb_form_read (const char *text, gsize length, GError **error);
/* Decodes one name or value of a form. Returns: (transfer full) (nullable): NULL for a bad escape, NUL or invalid UTF-8
 */
char *nb_form_decode (const char *text, gsize length);

/* Refuses a name that is repeated. */
gboolean nb_form_refuse_twice (GError **error);
/* Checks @body against @fields. Returns: (transfer full) (nullable): what nb_request_read_body() promises, or NULL with
 * `validation_failed` and its field set */
JsonObject *nb_fields_check (JsonObject *body, gboolean is_form, const NbField *fields, gsize n_fields, GError **error);
/* Reads RFC 3339, or with @is_form also `2026-11-21T10:30` as time in Korea. Returns: whether @at was set */
gboolean nb_time_parse (const char *text, gboolean is_form, gint64 *at);

G_END_DECLS
