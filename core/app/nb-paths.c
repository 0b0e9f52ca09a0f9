/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the program's own files by where its executable is: an installed tree may be moved as a whole. */
#include "core/app/nb-paths.h"

#include <string.h>

#define BIN "/bin/"

/* Made once; never freed. */
typedef struct
{
  gboolean is_uninstalled;
  char *data_dir;
  char *plugin_dir;
  char *locale_dir;
} Paths;

/* Returns: (transfer full): @path, which was fixed when this was built, below the prefix that the program runs from */
static char *
move_to_prefix (const char *path, const char *executable)
{
  const char *bin = executable ? g_strrstr (executable, BIN) : NULL;
  g_autofree char *prefix = bin ? g_strndup (executable, (gsize)(bin - executable)) : NULL;

  if (!prefix || strchr (bin + strlen (BIN), '/') || !g_str_has_prefix (path, NB_PREFIX "/"))
    return g_strdup (path);
  return g_strconcat (prefix, path + strlen (NB_PREFIX), NULL);
}

static Paths *
find_paths (void)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);
  Paths *paths = g_new0 (Paths, 1);

  paths->is_uninstalled = executable && g_str_has_prefix (executable, NB_BUILD_DIR "/");
  if (paths->is_uninstalled)
    {
      paths->data_dir = g_strdup (NB_SOURCE_DIR "/data");
      paths->plugin_dir = g_strdup (NB_BUILD_DIR "/plugins");
      paths->locale_dir = g_strdup (NB_BUILD_DIR "/po");
    }
  else
    {
      paths->data_dir = move_to_prefix (NB_PKGDATADIR, executable);
      paths->plugin_dir = move_to_prefix (NB_PLUGINDIR, executable);
      paths->locale_dir = move_to_prefix (NB_LOCALEDIR, executable);
    }
  return paths;
}

static const Paths *
get_paths (void)
{
  static gsize paths = 0;

  if (g_once_init_enter (&paths))
    g_once_init_leave (&paths, (gsize)find_paths ());
  return (const Paths *)paths;
}

const char *
nb_paths_get_data_dir (void)
{
  return get_paths ()->data_dir;
}

const char *
nb_paths_get_plugin_dir (void)
{
  return get_paths ()->plugin_dir;
}

const char *
nb_paths_get_locale_dir (void)
{
  return get_paths ()->locale_dir;
}

const char *
nb_paths_get_config_file (void)
{
  return NB_SYSCONFDIR "/neighborbid/neighborbid.conf";
}

char *
nb_paths_default_state_dir (void)
{
  const char *state = g_getenv ("STATE_DIRECTORY");

  if (state && *state)
    return g_strdup (state);
  return g_build_filename (g_get_user_state_dir (), "neighborbid", NULL);
}
