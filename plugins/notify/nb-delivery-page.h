/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of deliveries for administrators. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

#define NB_DELIVERY_PAGE "/admin/notifications"

/* @parts: must live until the plugin has stopped */
gboolean nb_delivery_page_register (NbNotify *parts, GError **error);

G_END_DECLS
