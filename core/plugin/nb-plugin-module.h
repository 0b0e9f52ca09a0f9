/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a plugin's module: nothing of it runs before its version was found to fit. */
#pragma once

#include "core/plugin/nb-manifest.h"
#include <glib-object.h>

G_BEGIN_DECLS

/* Whether the manifest's `Api` fits this host; one sentence says why not. */
gboolean nb_plugin_module_check_api (const NbManifest *manifest, GError **error);

/* Opens the module beside @manifest and checks its file, its symbols, its ABI record and its class. It stays open for
 * ever. Returns: the type of the plugin's class, or G_TYPE_INVALID with @error set */
GType nb_plugin_module_open (const NbManifest *manifest, GError **error);

G_END_DECLS
