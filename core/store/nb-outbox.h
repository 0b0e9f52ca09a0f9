/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events on their way through the database. */
#pragma once

#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

/* Writes all of @events (of NbEvent) with one statement. */
gboolean nb_outbox_write (NbTransaction *transaction, const GPtrArray *events, GError **error);

/* Returns: (transfer full): an event as it was written; @payload is the text in the outbox. NULL for what can be none
 */
NbEvent *nb_event_restore (gint64 id, const char *kind, gint64 version, gint64 auction_id, const char *payload,
                           GError **error);

G_END_DECLS
