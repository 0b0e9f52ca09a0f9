/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that is done now and then in the store, a portion in each transaction until nothing is left. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* On a store thread, in a transaction that writes and may be repeated. @has_more: whether another should follow */
typedef gboolean (*NbChoreFunc) (NbTransaction *transaction, gint64 value, gboolean *has_more, GError **error);

typedef struct _NbChore NbChore;

/* @what: for the log, such as `deleting old messages`. @done: (nullable): on the main loop, after each commit */
NbChore *nb_chore_new (NbStore *store, const char *what, NbChoreFunc function, void (*done) (gpointer user_data),
                       gpointer user_data);
/* Begins, unless it is at it. @value is given to the function. */
void nb_chore_wake (NbChore *self, gint64 value);
gboolean nb_chore_is_idle (NbChore *self);
/* Begins nothing new, and calls nobody any more. A transaction that is under way ends by itself. */
void nb_chore_stop (NbChore *self);

G_END_DECLS
