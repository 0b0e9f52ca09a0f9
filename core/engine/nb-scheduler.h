/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brings auctions forward in time: opens, fires timers, closes; pauses those whose type stopped. For processes with the
 * role jobs. */
#pragma once

#include "core/engine/nb-bid-engine.h"

G_BEGIN_DECLS

#define NB_TYPE_SCHEDULER (nb_scheduler_get_type ())
G_DECLARE_FINAL_TYPE (NbScheduler, nb_scheduler, NB, SCHEDULER, GObject)

NbScheduler *nb_scheduler_new (NbStore *store, NbRegistry *registry, NbBidEngine *engine);
/* Begins, on the thread-default main context of the caller: call it once every plugin has started, for auctions of
 * types that are not there are paused. What ended while nobody ran is closed now. */
void nb_scheduler_start (NbScheduler *self);
/* Asks for nothing new from now on. */
void nb_scheduler_stop (NbScheduler *self);

G_END_DECLS
