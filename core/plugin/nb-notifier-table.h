/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels by name. Read from any thread, changed on the main loop. */
#pragma once

#include <neighborbid/nb-notifier.h>

G_BEGIN_DECLS

typedef struct _NbNotifierTable NbNotifierTable;

NbNotifierTable *nb_notifier_table_new (void);
void nb_notifier_table_free (NbNotifierTable *self);
gboolean nb_notifier_table_add (NbNotifierTable *self, const char *owner, NbNotifier *notifier, GError **error);
/* Forgets @notifier, which the caller must still hold. */
void nb_notifier_table_remove (NbNotifierTable *self, NbNotifier *notifier);
/* Returns: (transfer full) (element-type NbNotifier): all of them, by name */
GPtrArray *nb_notifier_table_list (NbNotifierTable *self);

G_END_DECLS
