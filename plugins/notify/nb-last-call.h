/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds auctions whose end is near. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* An NbChoreFunc: has bidders and watchers of auctions told that end within @window microseconds and whose whole time
 * is more than twice that; each once, also when its end moves. */
gboolean nb_last_call_find (NbTransaction *transaction, gint64 window, gboolean *has_more, GError **error);

G_END_DECLS
