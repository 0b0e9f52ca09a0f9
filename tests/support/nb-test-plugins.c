/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes plugins from the build folder through every step of their start. */
#include "tests/support/nb-test-plugins.h"

#include "core/store/nb-store-private.h"

static void
migrate_core (NbStore *store)
{
  g_autofree char *folder = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "data", "sql", NULL);
  g_autoptr (GError) error = NULL;

  nb_store_migrate (store, "core", folder, FALSE, NULL, &error);
  g_assert_no_error (error);
}

static void
add_folder (NbPluginHost *host, const char *id)
{
  g_autofree char *folder = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "plugins", id, NULL);
  g_autoptr (GError) error = NULL;

  nb_plugin_host_add_folder (host, folder, NB_PLUGIN_REQUIRED, &error);
  g_assert_no_error (error);
}

NbPluginHost *
nb_test_plugins_start (NbStore *store, NbRegistry *registry, const char *const *ids)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  NbPluginHost *host = nb_plugin_host_new (registry, store);
  g_autoptr (GError) error = NULL;

  migrate_core (store);
  for (gsize i = 0; ids[i] != NULL; i++)
    add_folder (host, ids[i]);
  nb_plugin_host_load (host, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (nb_plugin_host_configure (host, NULL, faults));
  nb_plugin_host_migrate (host, TRUE, &error);
  g_assert_no_error (error);
  nb_store_start (store, &error);
  g_assert_no_error (error);
  nb_plugin_host_start (host, &error);
  g_assert_no_error (error);
  return host;
}
