/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nearest due times of auctions, in order, a bounded number of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbDueList NbDueList;

NbDueList *nb_due_list_new (guint max);
void nb_due_list_free (NbDueList *self);
/* Sets when @auction is due; 0 takes it out. When there are more than the bound, the farthest is forgotten. */
void nb_due_list_set (NbDueList *self, gint64 auction, gint64 due_at);
/* Returns: whether there is one; @due_at is the nearest time */
gboolean nb_due_list_peek (const NbDueList *self, gint64 *due_at);
/* Takes out the nearest one, if it is due at @now. Returns: its auction, or 0 */
gint64 nb_due_list_take (NbDueList *self, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbDueList, nb_due_list_free)

G_END_DECLS
