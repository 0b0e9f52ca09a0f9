/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The API's OpenAPI document, of core and the plugins that run. */
#pragma once

#include "core/web/nb-site.h"

G_BEGIN_DECLS

gboolean nb_api_description_register (NbSite *site, GError **error);

G_END_DECLS
