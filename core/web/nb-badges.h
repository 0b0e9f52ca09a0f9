/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What waits for a person behind the links of the navigation, counted by plugins for each page. */
#pragma once

#include "core/web/nb-server.h"

G_BEGIN_DECLS

/* Whether any plugin that is not about to stop counts something. */
gboolean nb_badges_exist (NbServer *server);
/* Counts all of them in one transaction that only reads. Their plugins stop only after it. */
void nb_badges_read_async (NbServer *server, gint64 person, GAsyncReadyCallback callback, gpointer user_data);
/* Returns: (transfer full) (nullable): the numbers by their links' paths, or NULL when they could not be counted, which
 * was logged where a plugin is to blame */
JsonObject *nb_badges_read_finish (NbServer *server, GAsyncResult *result);

G_END_DECLS
