/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives the outbox's events to the registered consumer, a portion at a time. Used on the main loop. */
#pragma once

#include "core/plugin/nb-plugin-host.h"

G_BEGIN_DECLS

#define NB_TYPE_DISPATCHER (nb_dispatcher_get_type ())
G_DECLARE_FINAL_TYPE (NbDispatcher, nb_dispatcher, NB, DISPATCHER, GObject)

NbDispatcher *nb_dispatcher_new (NbStore *store, NbRegistry *registry);
/* Begins on the thread's default main context; what waits already is taken at once. */
void nb_dispatcher_start (NbDispatcher *self);
/* Begins nothing more; a portion under way ends by itself. */
void nb_dispatcher_stop (NbDispatcher *self);
/* Calls @done, now or later, exactly once, when nothing of it is under way in the store. */
void nb_dispatcher_drain (NbDispatcher *self, NbQuiesceDone done, gpointer done_data);
/* The same for the consumer of @owner, which gets nothing more from here on, until it is removed; @done is called at
 * once for an owner without one. */
void nb_dispatcher_quiesce (NbDispatcher *self, const char *owner, NbQuiesceDone done, gpointer done_data);

G_END_DECLS
