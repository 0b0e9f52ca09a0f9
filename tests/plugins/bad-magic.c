/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module whose ABI record isn't one. */
#include <neighborbid/neighborbid.h>

G_MODULE_EXPORT extern const NbAbi nb_plugin_abi;
const NbAbi nb_plugin_abi = { 0x12345678u, NB_ABI_MAJOR, NB_ABI_MINOR, sizeof (NbPluginClass) };
G_MODULE_EXPORT GType nb_plugin_type (void);

GType
nb_plugin_type (void)
{
  g_error ("code of a plugin ran that must be refused before");
  return G_TYPE_INVALID;
}
