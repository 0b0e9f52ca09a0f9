/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which manifests lie in a folder. */
#pragma once

#include "core/plugin/nb-plugin-record.h"

G_BEGIN_DECLS

/* Adds a record for each `*.plugin` in @folder and its direct subfolders, and sorts @records by id. */
gboolean nb_plugin_discovery_scan (GPtrArray *records, const char *folder, NbPluginMode unnamed, GError **error);

G_END_DECLS
