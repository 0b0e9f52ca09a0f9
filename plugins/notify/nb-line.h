/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines: deliveries to one person by one way go out one after another. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* A rowset for nb_lines_join(): channel, target, person, and when the delivery is due. */
#define NB_LINE_COLUMNS "sxxx"

/* Lets deliveries that were just written to notify_deliveries, with is_dead 0, stand in line: without it nobody finds
 * them. Several of one line may be told together. Comes after they were written, in the same transaction. */
gboolean nb_lines_join (NbTransaction *transaction, const NbRowset *joining, GError **error);
/* The same for deliveries that were given up and wait again: whatever pauses before them no longer does. */
gboolean nb_lines_rejoin (NbTransaction *transaction, const NbRowset *joining, GError **error);

/* What the courier does. A rowset of keys has the columns channel, target, person. */
#define NB_LINE_KEY_COLUMNS "sxx"
/* For nb_lines_set(): a key, when it is due, and whether it is taken (1 or 0). */
#define NB_LINE_STATE_COLUMNS "sxxxx"

/* Locks up to @max lines of @channel that are due, the longest waiting first, and passes over those that are locked.
 * Returns: (transfer full) (nullable): target and person of each; NULL with @error */
NbRows *nb_lines_lock_due (NbTransaction *transaction, const char *channel, gint64 now, guint max, GError **error);
/* @states: of lines that this transaction holds */
gboolean nb_lines_set (NbTransaction *transaction, const NbRowset *states, GError **error);
/* Hands lines, which this transaction holds, to the oldest delivery that waits there now; without one they go. */
gboolean nb_lines_release (NbTransaction *transaction, const NbRowset *keys, gint64 now, GError **error);
/* @next_at: (out): when the next line of @channel is due; 0 when there is none */
gboolean nb_lines_find_nearest (NbTransaction *transaction, const char *channel, gint64 *next_at, GError **error);

G_END_DECLS
