/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The messages of a live room as texts and frames. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* Begins a message: `{"type":"TYPE","server_time":"…"`. Further members follow with a comma before each, then `}`.
 * @now: microseconds since the epoch. Returns: (transfer full) */
GString *nb_room_text_begin (const char *type, gint64 now);
/* Ends the message and makes its frame; frees @text. */
GBytes *nb_room_text_end (GString *text);
/* The frame of a message whose other members are those of the JSON object @members, a text such as `{"seq":42}`. */
GBytes *nb_room_text_frame (const char *type, gint64 now, const char *members);

/* Appends `,"NAME":` */
void nb_room_text_add_name (GString *text, const char *name);
void nb_room_text_add_text (GString *text, const char *name, const char *value);
void nb_room_text_add_int (GString *text, const char *name, gint64 value);
/* Appends the members `code`, `detail` and the facts of @error as the bare start of an object, without braces.
 * @detail: what a person reads */
void nb_room_text_add_error (GString *text, const GError *error, const char *detail);

G_END_DECLS
