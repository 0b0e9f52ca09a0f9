/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue of deliveries for administrators' programs. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

/* @parts: must live until the plugin has stopped */
gboolean nb_delivery_api_register (NbNotify *parts, GError **error);

G_END_DECLS
