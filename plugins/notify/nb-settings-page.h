/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page on which people choose what they hear, and by which way. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

gboolean nb_settings_page_add_routes (NbNotify *parts, GError **error);

G_END_DECLS
