/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lays out real modules of tests/plugins/ with manifests of the test's making. */
#include "tests/unit/plugin/nb-plugin-fixture.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
unref_table (gpointer table)
{
  g_hash_table_unref (table);
}

void
nb_plugin_fixture_set_up (NbPluginFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&self->loop, 240);
  self->folder = g_dir_make_tmp ("nb-plugins-XXXXXX", &error);
  g_assert_no_error (error);
  self->registry = nb_registry_new ();
  self->host = nb_plugin_host_new (self->registry, NULL);
  self->modes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->sections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_table);
  self->faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
}

static void
remove_tree (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_tree (path);
      else
        g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

void
nb_plugin_fixture_tear_down (NbPluginFixture *self, gconstpointer data)
{
  nb_plugin_host_stop (self->host);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->host);
  g_assert_finalize_object (self->registry);
  g_hash_table_unref (self->modes);
  g_hash_table_unref (self->sections);
  g_ptr_array_unref (self->faults);
  remove_tree (self->folder);
  g_free (self->folder);
  nb_test_loop_tear_down (&self->loop);
}

void
nb_plugin_fixture_write (NbPluginFixture *self, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (self->folder, path, NULL);
  g_autofree char *dir = g_path_get_dirname (full);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_file_set_contents (full, text, -1, &error);
  g_assert_no_error (error);
}

void
nb_plugin_fixture_add (NbPluginFixture *self, const char *id, const char *module, const char *lines)
{
  g_autofree char *manifest = g_strdup_printf ("%s/%s.plugin", id, id);
  g_autofree char *file = g_strconcat (module, ".so", NULL);
  g_autofree char *built = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "tests", "plugins", file, NULL);
  g_autofree char *link = g_build_filename (self->folder, id, file, NULL);
  g_autofree char *text = g_strdup_printf ("[Plugin]\nId=%s\nModule=%s\nName=Test of %s\nVersion=1.2\nApi=1.0\n%s", id,
                                           module, id, lines);

  nb_plugin_fixture_write (self, manifest, text);
  g_assert_cmpint (symlink (built, link), ==, 0);
}

void
nb_plugin_fixture_set_mode (NbPluginFixture *self, const char *id, NbPluginMode mode)
{
  g_hash_table_insert (self->modes, g_strdup (id), GUINT_TO_POINTER (mode));
}

void
nb_plugin_fixture_set_key (NbPluginFixture *self, const char *id, const char *key, const char *text)
{
  GHashTable *values = g_hash_table_lookup (self->sections, id);

  if (values == NULL)
    {
      values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (self->sections, g_strdup (id), values);
    }
  g_hash_table_insert (values, g_strdup (key), g_strdup (text));
}

gboolean
nb_plugin_fixture_start (NbPluginFixture *self, GError **error)
{
  g_autoptr (GError) inner = NULL;

  nb_plugin_host_add_folder (self->host, self->folder, NB_PLUGIN_OPTIONAL, &inner);
  g_assert_no_error (inner);
  if (!nb_plugin_host_load (self->host, self->modes, error))
    return FALSE;
  g_assert_true (nb_plugin_host_configure (self->host, self->sections, self->faults));
  return nb_plugin_host_start (self->host, error);
}

void
nb_plugin_fixture_start_well (NbPluginFixture *self)
{
  g_autoptr (GError) error = NULL;
  gboolean is_started = nb_plugin_fixture_start (self, &error);

  g_assert_no_error (error);
  g_assert_true (is_started);
}

/* @text with FOLDER replaced. */
static char *
fill_in (NbPluginFixture *self, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "FOLDER", -1);

  return g_strjoinv (self->folder, parts);
}

void
nb_plugin_fixture_assert (NbPluginFixture *self, const char *id, NbPluginState state, const char *reason)
{
  g_autoptr (GPtrArray) list = nb_plugin_host_list (self->host);
  g_autofree char *expected = reason != NULL ? fill_in (self, reason) : NULL;

  for (guint i = 0; i < list->len; i++)
    {
      const NbPluginInfo *info = g_ptr_array_index (list, i);
      if (!g_str_equal (info->id, id))
        continue;
      g_assert_cmpstr (info->reason, ==, expected);
      g_assert_cmpstr (nb_plugin_state_name (info->state), ==, nb_plugin_state_name (state));
      return;
    }
  g_error ("%s isn't listed", id);
}

void
nb_plugin_fixture_assert_error (NbPluginFixture *self, GError *error, const char *message)
{
  g_autofree char *expected = fill_in (self, message);

  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, expected);
}
