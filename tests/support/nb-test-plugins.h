/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shipped plugins, through the real plugin host, on a store for a test. */
#pragma once

#include "core/plugin/nb-plugin-host.h"

/* Migrates core and the plugins whose ids are in @ids (NULL-terminated), starts @store and then them; a fault fails the
 * test. Returns: (transfer full): stop it before the store */
NbPluginHost *nb_test_plugins_start (NbStore *store, NbRegistry *registry, const char *const *ids);
