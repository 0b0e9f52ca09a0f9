/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps auctions in step with the types that run: pauses those whose type stopped, lets them go on when it is back. */
#pragma once

#include "core/engine/nb-bid-engine.h"

G_BEGIN_DECLS

#define NB_TYPE_TYPE_SYNC (nb_type_sync_get_type ())
G_DECLARE_FINAL_TYPE (NbTypeSync, nb_type_sync, NB, TYPE_SYNC, GObject)

NbTypeSync *nb_type_sync_new (NbStore *store, NbRegistry *registry, NbBidEngine *engine);
/* Looks now, and again whenever the registry changes. */
void nb_type_sync_start (NbTypeSync *self);
void nb_type_sync_stop (NbTypeSync *self);

G_END_DECLS
