/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A person's wishes over the API. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

gboolean nb_preference_api_add_routes (NbNotify *parts, GError **error);

G_END_DECLS
