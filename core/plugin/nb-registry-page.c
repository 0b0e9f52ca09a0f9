/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plugins add to every page of people who are signed in: numbers beside their links, and scripts. */
#include "core/plugin/nb-registry-private.h"

#include "core/plugin/nb-plugin-error.h"

#include <string.h>

static gboolean
has_link (NbRegistry *self, const char *owner, const char *path)
{
  const GPtrArray *links = self->items[NB_REGISTRATION_LINK];

  for (guint i = 0; i < links->len; i++)
    {
      const NbLink *link = g_ptr_array_index (links, i);
      if (strcmp (link->owner, owner) == 0 && strcmp (link->path, path) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
nb_registry_add_badge (NbRegistry *self, const char *owner, const char *path, NbBadgeFunc function, gpointer user_data,
                       GError **error)
{
  const GPtrArray *badges = self->items[NB_REGISTRATION_BADGE];

  if (!has_link (self, owner, path))
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
                   "badge '%s': expected the path of a link that %s added before", path, owner);
      return FALSE;
    }
  for (guint i = 0; i < badges->len; i++)
    if (strcmp (((const NbBadge *)g_ptr_array_index (badges, i))->path, path) == 0)
      return nb_registry_refuse_taken ("badge", path, owner, error);

  NbBadge *badge = g_atomic_rc_box_new0 (NbBadge);
  badge->owner = g_strdup (owner);
  badge->path = g_strdup (path);
  badge->function = function;
  badge->user_data = user_data;
  g_rw_lock_init (&badge->lock);
  nb_registry_record (self, NB_REGISTRATION_BADGE, badge);
  return TRUE;
}

gboolean
nb_badge_count (NbBadge *self, NbTransaction *transaction, gint64 person, gint64 *count, GError **error)
{
  g_autoptr (GRWLockReaderLocker) G_GNUC_UNUSED locker = g_rw_lock_reader_locker_new (&self->lock);

  *count = 0;
  return self->is_ended || self->function (transaction, person, count, self->user_data, error);
}

void
nb_badge_end (NbBadge *badge)
{
  g_autoptr (GRWLockWriterLocker) G_GNUC_UNUSED locker = g_rw_lock_writer_locker_new (&badge->lock);

  badge->is_ended = TRUE;
}

void
nb_registry_end_badges (NbRegistry *self, const char *owner)
{
  const GPtrArray *badges = self->items[NB_REGISTRATION_BADGE];

  for (guint i = 0; i < badges->len; i++)
    {
      NbBadge *badge = g_ptr_array_index (badges, i);
      if (strcmp (badge->owner, owner) == 0)
        nb_badge_end (badge);
    }
}

/* A file that is not there would be asked for by every page. */
static gboolean
check_script (NbRegistry *self, const char *owner, const char *path, GError **error)
{
  const char *dir = nb_registry_get_data_dir (self, owner);
  g_autofree char *file = dir != NULL ? g_build_filename (dir, "static", path, NULL) : NULL;

  if ((!g_str_has_suffix (path, ".js") && !g_str_has_suffix (path, ".mjs")) || path[0] == '/'
      || strstr (path, "..") != NULL)
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
                 "script '%.80s': expected a path below the plugin's static files, such as 'js/inbox.js'", path);
  else if (file != NULL && !g_file_test (file, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID, "script '%s': there is no file %s", path, file);
  else
    return TRUE;
  return FALSE;
}

gboolean
nb_registry_add_script (NbRegistry *self, const char *owner, const char *path, GError **error)
{
  NbScript *script;

  if (!check_script (self, owner, path, error))
    return FALSE;
  script = g_new0 (NbScript, 1);
  script->owner = g_strdup (owner);
  script->path = g_strdup (path);
  nb_registry_record (self, NB_REGISTRATION_SCRIPT, script);
  return TRUE;
}

GPtrArray *
nb_registry_get_badges (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_BADGE];
}

GPtrArray *
nb_registry_get_scripts (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_SCRIPT];
}
