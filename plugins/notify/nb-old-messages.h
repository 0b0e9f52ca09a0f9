/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deletes what has become old. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* An NbChoreFunc: deletes messages older than @retention microseconds with what belongs to them, and what was kept of
 * auctions that were over that long ago; a portion at a time. */
gboolean nb_old_messages_delete (NbTransaction *transaction, gint64 retention, gboolean *has_more, GError **error);

G_END_DECLS
