/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue of deliveries as the host's commands see it: a service. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_TYPE_DELIVERY_DESK (nb_delivery_desk_get_type ())
G_DECLARE_FINAL_TYPE (NbDeliveryDesk, nb_delivery_desk, NB, DELIVERY_DESK, GObject)

/* Implements NbDeliveries. */
NbDeliveryDesk *nb_delivery_desk_new (void);

G_END_DECLS
