/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inbox over the API. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

gboolean nb_inbox_api_add_routes (NbNotify *parts, GError **error);

G_END_DECLS
