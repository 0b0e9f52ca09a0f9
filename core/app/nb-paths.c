/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the program's own files by where its executable is. */
#include "core/app/nb-paths.h"

static gboolean
find_out (void)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);

  return executable && g_str_has_prefix (executable, NB_BUILD_DIR "/");
}

gboolean
nb_paths_is_uninstalled (void)
{
  static gsize answer = 0;

  if (g_once_init_enter (&answer))
    g_once_init_leave (&answer, find_out () ? 2 : 1);
  return answer == 2;
}

const char *
nb_paths_get_data_dir (void)
{
  return nb_paths_is_uninstalled () ? NB_SOURCE_DIR "/data" : NB_PKGDATADIR;
}

const char *
nb_paths_get_plugin_dir (void)
{
  return nb_paths_is_uninstalled () ? NB_BUILD_DIR "/plugins" : NB_PLUGINDIR;
}

const char *
nb_paths_get_locale_dir (void)
{
  return nb_paths_is_uninstalled () ? NB_BUILD_DIR "/po" : NB_LOCALEDIR;
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
