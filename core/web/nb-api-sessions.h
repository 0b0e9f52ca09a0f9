/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One's own sessions over the API. */
#pragma once

#include "core/web/nb-site.h"

G_BEGIN_DECLS

gboolean nb_api_sessions_register (NbSite *site, GError **error);

G_END_DECLS
