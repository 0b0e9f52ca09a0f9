/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deliveries that were given up: they go out once more, or they are deleted. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* How many one call changes at most, so that others don't wait for it. */
#define NB_DEAD_LETTERS_PORTION 500

/* Both take deliveries that were given up, with ids from @from to @to, the oldest first. @last: (out): the last of
 * them, behind which the next portion begins. Return how many; fewer than a portion when there are no more; -1 with
 * @error */

/* Lets them wait again, due at once, as if they had never been tried. */
gint64 nb_dead_letters_retry (NbTransaction *transaction, gint64 from, gint64 to, gint64 *last, GError **error);
/* Deletes them. */
gint64 nb_dead_letters_drop (NbTransaction *transaction, gint64 from, gint64 to, gint64 *last, GError **error);

G_END_DECLS
