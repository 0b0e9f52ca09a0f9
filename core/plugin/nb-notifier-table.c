/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A locked table of channels, which store threads ask while the main loop starts and stops plugins. */
#include "core/plugin/nb-notifier-table.h"

#include "core/plugin/nb-plugin-error.h"

#include <string.h>

#define NAME_MAX_BYTES 32

struct _NbNotifierTable
{
  GMutex lock;
  GPtrArray *entries; /* NotifierEntry, by name */
};

typedef struct
{
  char *owner;
  char *name;
  NbNotifier *notifier;
} NotifierEntry;

static void
notifier_entry_free (gpointer data)
{
  NotifierEntry *entry = data;

  g_free (entry->owner);
  g_free (entry->name);
  g_object_unref (entry->notifier);
  g_free (entry);
}

NbNotifierTable *
nb_notifier_table_new (void)
{
  NbNotifierTable *self = g_new0 (NbNotifierTable, 1);

  g_mutex_init (&self->lock);
  self->entries = g_ptr_array_new_with_free_func (notifier_entry_free);
  return self;
}

void
nb_notifier_table_free (NbNotifierTable *self)
{
  g_ptr_array_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
name_is_valid (const char *name)
{
  gsize length = name != NULL ? strnlen (name, NAME_MAX_BYTES + 1) : 0;

  return length > 0 && length <= NAME_MAX_BYTES && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static const char *
missing_hook (NbNotifier *notifier)
{
  NbNotifierInterface *iface = NB_NOTIFIER_GET_IFACE (notifier);

  if (iface->get_name == NULL)
    return "get_name";
  if (iface->get_title == NULL)
    return "get_title";
  if (iface->find_targets == NULL)
    return "find_targets";
  if (iface->deliver_async == NULL)
    return "deliver_async";
  return iface->deliver_finish == NULL ? "deliver_finish" : NULL;
}

static gboolean
check_notifier (NbNotifier *notifier, GError **error)
{
  const char *hook = missing_hook (notifier);

  if (hook != NULL)
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID, "channel %s lacks the hook %s",
                 G_OBJECT_TYPE_NAME (notifier), hook);
  else if (!name_is_valid (nb_notifier_get_name (notifier)))
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
                 "channel %s: expected a name of 1 to 32 of a-z, 0-9 and '-'", G_OBJECT_TYPE_NAME (notifier));
  else
    return TRUE;
  return FALSE;
}

/* Returns: where @name is or belongs; @found tells which */
static guint
find_place (NbNotifierTable *self, const char *name, gboolean *found)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const NotifierEntry *entry = g_ptr_array_index (self->entries, i);
      int order = strcmp (entry->name, name);
      if (order < 0)
        continue;
      *found = order == 0;
      return i;
    }
  *found = FALSE;
  return self->entries->len;
}

gboolean
nb_notifier_table_add (NbNotifierTable *self, const char *owner, NbNotifier *notifier, GError **error)
{
  NotifierEntry *entry;
  gboolean is_taken;
  guint place;

  if (!check_notifier (notifier, error))
    return FALSE;

  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  place = find_place (self, nb_notifier_get_name (notifier), &is_taken);
  if (is_taken)
    {
      entry = g_ptr_array_index (self->entries, place);
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_CONFLICT, "channel '%s' is already claimed by %s",
                   entry->name, entry->owner);
      return FALSE;
    }
  entry = g_new0 (NotifierEntry, 1);
  entry->owner = g_strdup (owner);
  entry->name = g_strdup (nb_notifier_get_name (notifier));
  entry->notifier = g_object_ref (notifier);
  g_ptr_array_insert (self->entries, (int)place, entry);
  return TRUE;
}

void
nb_notifier_table_remove (NbNotifierTable *self, NbNotifier *notifier)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  for (guint i = self->entries->len; i > 0; i--)
    if (((NotifierEntry *)g_ptr_array_index (self->entries, i - 1))->notifier == notifier)
      g_ptr_array_remove_index (self->entries, i - 1);
}

GPtrArray *
nb_notifier_table_list (NbNotifierTable *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (list, g_object_ref (((NotifierEntry *)g_ptr_array_index (self->entries, i))->notifier));
  return list;
}
