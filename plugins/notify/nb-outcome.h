/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an auction's end, a pause, or a move of money means, and for whom. */
#pragma once

#include "nb-lot.h"
#include "nb-post.h"

G_BEGIN_DECLS

/* Adds what @event means for single people to @post, and what it means for everyone in its auction to @fanouts (of
 * NbFanout). @lot: (nullable): its auction as it is now. Returns: FALSE for an event that lacks what it must have */
gboolean nb_outcome_tell (const NbEvent *event, const NbLot *lot, gint64 now, NbPost *post, GPtrArray *fanouts);
/* Returns: whether what @kind says of an auction as a whole is true of @lot at @now */
gboolean nb_outcome_is_true (NbKind kind, const NbLot *lot, gint64 now);

G_END_DECLS
