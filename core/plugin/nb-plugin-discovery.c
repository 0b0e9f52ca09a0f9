/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds manifests and makes a record of each, also of those that can't be used. */
#include "core/plugin/nb-plugin-discovery.h"

#include "core/plugin/nb-plugin-error.h"

#include <string.h>

#define SUFFIX ".plugin"
#define PLUGINS_MAX 256
#define FOLDERS_MAX 1024

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static int
compare_records (gconstpointer a, gconstpointer b)
{
  const NbPluginRecord *const *left = a, *const *right = b;

  return strcmp ((*left)->id, (*right)->id);
}

static gboolean
list_manifests (const char *folder, GPtrArray *paths, GPtrArray *subfolders, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (subfolders != NULL && subfolders->len < FOLDERS_MAX)
            g_ptr_array_add (subfolders, g_steal_pointer (&path));
        }
      else if (name[0] != '.' && g_str_has_suffix (name, SUFFIX))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  return TRUE;
}

/* What to call a plugin whose manifest doesn't tell: its file's name, in the letters of an id. */
static char *
make_id (const char *path)
{
  char *name = g_path_get_basename (path);

  name[strlen (name) - strlen (SUFFIX)] = '\0';
  if (strlen (name) > 64)
    name[64] = '\0';
  return g_strcanon (name, "abcdefghijklmnopqrstuvwxyz0123456789-", '-');
}

static void
add_record (GPtrArray *records, const char *path, NbPluginMode unnamed)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *id = NULL;
  NbManifest *manifest = nb_manifest_load (path, &id, faults);
  g_autofree char *name = id != NULL ? g_strdup (id) : make_id (path);
  const NbPluginRecord *first = nb_plugin_records_find (records, name);
  NbPluginRecord *record = nb_plugin_record_new (name, manifest, unnamed);

  if (manifest == NULL)
    {
      g_ptr_array_add (faults, NULL);
      record->fault = g_strjoinv ("; ", (char **)faults->pdata);
    }
  if (first != NULL)
    {
      g_free (record->fault);
      record->is_double = TRUE;
      record->fault = g_strdup_printf ("%s: Id: '%s' is already claimed by %s", path, name,
                                       first->manifest != NULL ? first->manifest->path : "a manifest with faults");
    }
  g_ptr_array_add (records, record);
}

gboolean
nb_plugin_discovery_scan (GPtrArray *records, const char *folder, NbPluginMode unnamed, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) subfolders = g_ptr_array_new_with_free_func (g_free);

  if (!list_manifests (folder, paths, subfolders, error))
    return FALSE;
  for (guint i = 0; i < subfolders->len; i++)
    {
      g_autoptr (GError) ignored = NULL;
      const char *subfolder = g_ptr_array_index (subfolders, i);
      if (!list_manifests (subfolder, paths, NULL, &ignored))
        g_warning ("plugins in %s aren't looked for: %s", subfolder, ignored->message);
    }
  if (records->len + paths->len > PLUGINS_MAX)
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
                   "%s: found %u manifests, expected at most %d in all", folder, paths->len, PLUGINS_MAX);
      return FALSE;
    }
  g_ptr_array_sort (paths, compare_paths);
  for (guint i = 0; i < paths->len; i++)
    add_record (records, g_ptr_array_index (paths, i), unnamed);
  g_ptr_array_sort (records, compare_records);
  return TRUE;
}
