/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notices when a newer program changes the host's tables under a process that serves. */
#pragma once

#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

#define NB_TYPE_SCHEMA_WATCH (nb_schema_watch_get_type ())
G_DECLARE_FINAL_TYPE (NbSchemaWatch, nb_schema_watch, NB, SCHEMA_WATCH, GObject)

/* What @store, which runs, has now is what this program works with: that was checked before. Blocking. */
NbSchemaWatch *nb_schema_watch_new (NbStore *store, GError **error);
/* Looks again every 15 seconds. */
void nb_schema_watch_start (NbSchemaWatch *self);
void nb_schema_watch_stop (NbSchemaWatch *self);
/* An NbReadyFunc; @user_data: the watch */
gboolean nb_schema_watch_is_ready (char **reason, gpointer user_data);

G_END_DECLS
