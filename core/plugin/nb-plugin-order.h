/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which order plugins start: each after what it requires and wants. */
#pragma once

#include "core/plugin/nb-manifest.h"

G_BEGIN_DECLS

/* @manifests: (element-type NbManifest): those that may start, in the order to keep where nothing else decides
 * @cycle: (out) (transfer container) (nullable) (element-type NbManifest): the first cycle found, its members in order
 * Returns: (transfer container) (nullable) (element-type NbManifest): the order, or %NULL with @cycle set */
GPtrArray *nb_plugin_order (GPtrArray *manifests, GPtrArray **cycle);

/* Returns: (transfer full): such as `a → b → a`, from the member @id on */
char *nb_plugin_order_print_cycle (GPtrArray *cycle, const char *id);

G_END_DECLS
