/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue of deliveries as the host's commands see it: a service. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

#define NB_TYPE_DELIVERY_DESK (nb_delivery_desk_get_type ())
G_DECLARE_FINAL_TYPE (NbDeliveryDesk, nb_delivery_desk, NB, DELIVERY_DESK, GObject)

/* Implements NbDeliveries. */
NbDeliveryDesk *nb_delivery_desk_new (void);
/* Offers it to the host, with everything else that operators see of the queue: the page, the API, gauges and checks.
 * @parts: must live until the plugin has stopped */
gboolean nb_delivery_desk_register (NbNotify *parts, GError **error);

G_END_DECLS
