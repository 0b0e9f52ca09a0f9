/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module with an ABI record and no type function. */
#include <neighborbid/neighborbid.h>

G_MODULE_EXPORT extern const NbAbi nb_plugin_abi;
const NbAbi nb_plugin_abi = { NB_ABI_MAGIC, NB_ABI_MAJOR, NB_ABI_MINOR, sizeof (NbPluginClass) };
