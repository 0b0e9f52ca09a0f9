/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For channels that everything goes to. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* Adds all of @people, a rowset of one column, to @targets (of NbReach) with the target 0. */
gboolean nb_reach_everybody (NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error);

G_END_DECLS
