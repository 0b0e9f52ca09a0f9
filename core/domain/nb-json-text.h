/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as JSON text, appended to a string, where a tree of objects would cost more than the answer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void nb_json_text_append_int (GString *out, gint64 value);
/* @text is UTF-8. */
void nb_json_text_append_string (GString *out, const char *text);
/* RFC 3339 in UTC with milliseconds, as all times of the API; 0 becomes null. */
void nb_json_text_append_time (GString *out, gint64 at);
/* An id is a string in JSON: its 64 bits are more than a JavaScript number keeps. */
void nb_json_text_append_id (GString *out, gint64 id);

G_END_DECLS
