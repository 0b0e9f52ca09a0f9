/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the registered gauges now and then, and keeps the metrics at what they said. Used on the main loop. */
#pragma once

#include "core/plugin/nb-registry.h"

G_BEGIN_DECLS

#define NB_TYPE_GAUGES (nb_gauges_get_type ())
G_DECLARE_FINAL_TYPE (NbGauges, nb_gauges, NB, GAUGES, GObject)

NbGauges *nb_gauges_new (NbRegistry *registry, NbStore *store);
/* Reads all of them now, every 15 seconds, and those that come later when they come. */
void nb_gauges_start (NbGauges *self);
/* Begins no reading more; what one that is under way says is not taken over. */
void nb_gauges_stop (NbGauges *self);

G_END_DECLS
