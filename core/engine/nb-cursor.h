/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opaque cursors of lists: where the next page begins. */
#pragma once

#include <neighborbid/nb-error.h>

G_BEGIN_DECLS

/* @tag: 1 to 8 letters that tell one list's cursors from another's. Returns: (transfer full) */
char *nb_cursor_new (const char *tag, gint64 key, gint64 id);
/* Returns: FALSE with `validation_failed` of the field `cursor` when @text was not made by nb_cursor_new() with @tag */
gboolean nb_cursor_parse (const char *text, const char *tag, gint64 *key, gint64 *id, GError **error);

G_END_DECLS
