/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The static files that the server has: the host's from the start, the plugins' as they come and go. */
#include "core/web/nb-server-files.h"

#include <string.h>

gboolean
nb_server_read_files (NbServer *self, GError **error)
{
  g_autofree char *dir = self->web_dir != NULL ? g_build_filename (self->web_dir, "static", NULL) : NULL;

  return dir == NULL || nb_static_add_dir (self->files, dir, "", error);
}

static void
add_plugin (NbServer *self, GHashTable *prefixes, const char *owner)
{
  const char *data_dir = nb_registry_get_data_dir (self->site->registry, owner);
  g_autofree char *prefix = g_strconcat (owner, "/", NULL);
  g_autofree char *dir = data_dir != NULL ? g_build_filename (data_dir, "static", NULL) : NULL;
  g_autoptr (GError) error = NULL;

  if (dir == NULL || strcmp (owner, "core") == 0 || g_hash_table_contains (prefixes, prefix))
    return;
  if (!nb_static_add_dir (self->files, dir, prefix, &error))
    g_warning ("the static files of %s are left out: %s", owner, error->message);
  g_hash_table_add (prefixes, g_steal_pointer (&prefix));
}

NbStatic *
nb_server_get_files (NbServer *self)
{
  g_autoptr (GPtrArray) owners = NULL;

  if (self->plugin_files != NULL)
    return self->files;
  owners = nb_registry_list_data_owners (self->site->registry);
  self->plugin_files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < owners->len; i++)
    add_plugin (self, self->plugin_files, g_ptr_array_index (owners, i));
  return self->files;
}

void
nb_server_forget_plugin_files (NbServer *self)
{
  GHashTableIter iter;
  gpointer prefix;

  if (self->plugin_files == NULL)
    return;
  g_hash_table_iter_init (&iter, self->plugin_files);
  while (g_hash_table_iter_next (&iter, &prefix, NULL))
    nb_static_remove (self->files, prefix);
  g_clear_pointer (&self->plugin_files, g_hash_table_unref);
}

const char *
nb_server_get_static_url (NbServer *self, const char *path)
{
  return nb_static_get_url (nb_server_get_files (self), path);
}
