/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the configuration says about plugins, in the words of the plugin host. */
#include "core/app/nb-host.h"

#include <string.h>

#include "core/app/nb-paths.h"
#include "core/plugin/nb-wording.h"

#define SECTION_PREFIX "plugin "

static void
table_free (gpointer table)
{
  g_hash_table_unref (table);
}

/* Whether @key of [plugins] is an id of @ids. */
static gboolean
is_found (GPtrArray *ids, const char *key)
{
  return g_ptr_array_find_with_equal_func (ids, key, g_str_equal, NULL);
}

static char *
suggest (GPtrArray *ids, const char *key)
{
  g_autoptr (GPtrArray) names = g_ptr_array_copy (ids, NULL, NULL);

  g_ptr_array_set_free_func (names, NULL);
  g_ptr_array_add (names, (gpointer) "path");
  g_ptr_array_add (names, NULL);
  return nb_wording_did_you_mean (key, (const char *const *)names->pdata);
}

GHashTable *
nb_host_settings_get_plugin_modes (NbHostSettings *settings, GPtrArray *ids, GPtrArray *faults)
{
  g_autoptr (GPtrArray) entries = nb_config_list_entries (settings->config, "plugins");
  GHashTable *modes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const NbConfigEntry *entry = entries->pdata[i];
      g_autofree char *quoted = nb_wording_quote (entry->value);
      g_autofree char *hint = suggest (ids, entry->key);
      NbPluginMode mode;

      if (g_str_equal (entry->key, "path"))
        continue;
      if (!is_found (ids, entry->key))
        nb_config_faults_add (faults, entry->origin, "plugins", entry->key, "there is no such plugin%s", hint);
      else if (!nb_plugin_mode_from_name (entry->value, &mode))
        nb_config_faults_add (faults, entry->origin, "plugins", entry->key,
                              "found %s, expected required, optional or disabled", quoted);
      else
        g_hash_table_insert (modes, g_strdup (entry->key), GUINT_TO_POINTER (mode));
    }
  return modes;
}

GHashTable *
nb_host_settings_get_plugin_sections (NbHostSettings *settings)
{
  g_autoptr (GPtrArray) names = nb_config_list_sections (settings->config);
  GHashTable *sections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, table_free);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      if (g_str_has_prefix (name, SECTION_PREFIX))
        g_hash_table_insert (sections, g_strdup (name + strlen (SECTION_PREFIX)),
                             nb_config_get_section (settings->config, name));
    }
  return sections;
}

void
nb_host_settings_take_faults (NbHostSettings *settings, GPtrArray *setting_faults, GPtrArray *faults)
{
  for (guint i = 0; i < setting_faults->len; i++)
    {
      const NbSettingFault *fault = setting_faults->pdata[i];
      const NbConfigEntry *entry = nb_config_find (settings->config, fault->section, fault->key ? fault->key : "");
      g_autoptr (GPtrArray) entries = nb_config_list_entries (settings->config, fault->section);

      if (!entry && entries->len > 0)
        entry = entries->pdata[0];
      nb_config_faults_add (faults, entry ? entry->origin : "default", NULL, NULL, "%s", fault->sentence);
    }
}

static gboolean
add_folders (NbHost *self, const char *const *more_dirs, GError **error)
{
  /* What an operator has installed runs, unless the configuration says otherwise. */
  if (!nb_plugin_host_add_folder (self->plugins, nb_paths_get_plugin_dir (), NB_PLUGIN_OPTIONAL, error))
    return FALSE;
  for (char **dir = self->settings->plugin_dirs; *dir; dir++)
    if (!nb_plugin_host_add_folder (self->plugins, *dir, NB_PLUGIN_OPTIONAL, error))
      return FALSE;
  for (guint i = 0; more_dirs && more_dirs[i]; i++)
    if (!nb_plugin_host_add_folder (self->plugins, more_dirs[i], NB_PLUGIN_OPTIONAL, error))
      return FALSE;
  return TRUE;
}

gboolean
nb_host_load_plugins (NbHost *self, const char *const *more_dirs, GPtrArray *faults, GError **error)
{
  g_autoptr (GHashTable) sections = nb_host_settings_get_plugin_sections (self->settings);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (GHashTable) modes = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  guint before = faults->len;

  if (!add_folders (self, more_dirs, error))
    return FALSE;
  ids = nb_plugin_host_list_ids (self->plugins);
  modes = nb_host_settings_get_plugin_modes (self->settings, ids, faults);
  if (!nb_plugin_host_load (self->plugins, modes, error))
    return FALSE;
  nb_plugin_host_configure (self->plugins, sections, found);
  nb_host_settings_take_faults (self->settings, found, faults);
  return faults->len == before;
}
