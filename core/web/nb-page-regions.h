/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions in pages: options of a field, the way down from the country, and names. */
#pragma once

#include "core/web/nb-request-private.h"

G_BEGIN_DECLS

/* Returns: (transfer none): @region's name in the reader's language */
const char *nb_page_region_name (NbRequest *request, const NbRegion *region);
/* Returns: (transfer full) (nullable): as above with what lies above it */
char *nb_page_region_full_name (NbSite *site, NbRequest *request, const char *code);
/* Returns: (transfer full): every 시/군/구 to choose from, and below the one that @selected lies in every 읍/면/동;
 * first a line with @none */
JsonArray *nb_page_region_options (NbSite *site, NbRequest *request, const char *selected, const char *none);
/* Sets `regions`, `region_path`, `has_region_path` and `place`: what lies below @code and the way to it. */
void nb_page_set_region_picker (NbSite *site, NbRequest *request, JsonObject *model, const char *code);

G_END_DECLS
