/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deliveries that were given up: they go out once more, or they are deleted. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* How many one transaction changes where others wait for it. */
#define NB_DEAD_LETTERS_PORTION 500

/* Lets delivery @id (0: the oldest @max) that was given up wait again, due at once, as if it had never been tried.
 * Returns: how many; -1 with @error */
gint64 nb_dead_letters_retry (NbTransaction *transaction, gint64 id, guint max, GError **error);
/* Deletes delivery @id (0: the oldest @max) that was given up. Returns: how many; -1 with @error */
gint64 nb_dead_letters_drop (NbTransaction *transaction, gint64 id, guint max, GError **error);

G_END_DECLS
