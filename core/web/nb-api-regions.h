/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call that lists regions. */
#pragma once

#include "core/web/nb-site.h"

G_BEGIN_DECLS

gboolean nb_api_regions_register (NbSite *site, GError **error);

G_END_DECLS
