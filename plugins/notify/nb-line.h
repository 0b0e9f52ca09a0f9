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

G_END_DECLS
