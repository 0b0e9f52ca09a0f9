/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A locked table of auction types, which store threads ask while the main loop starts and stops plugins. */
#include "core/plugin/nb-type-table.h"

#include "core/plugin/nb-plugin-error.h"

#include <string.h>

#define NAME_MAX_BYTES 32

struct _NbTypeTable
{
  GMutex lock;
  GHashTable *types; /* name → TypeEntry */
};

typedef struct
{
  char *owner;
  NbAuctionType *type;
  gboolean is_sealed; /* asked once: bids can't wait for a description */
} TypeEntry;

static void
type_entry_free (gpointer data)
{
  TypeEntry *entry = data;

  g_free (entry->owner);
  g_object_unref (entry->type);
  g_free (entry);
}

NbTypeTable *
nb_type_table_new (void)
{
  NbTypeTable *self = g_new0 (NbTypeTable, 1);

  g_mutex_init (&self->lock);
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, type_entry_free);
  return self;
}

void
nb_type_table_free (NbTypeTable *self)
{
  g_hash_table_unref (self->types);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
name_is_valid (const char *name)
{
  gsize length = strnlen (name, NAME_MAX_BYTES + 1);

  return length > 0 && length <= NAME_MAX_BYTES && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static const char *
missing_hook (NbAuctionType *type)
{
  NbAuctionTypeClass *klass = NB_AUCTION_TYPE_GET_CLASS (type);

  if (klass->describe == NULL)
    return "describe";
  if (klass->validate_terms == NULL)
    return "validate_terms";
  if (klass->quote == NULL)
    return "quote";
  if (klass->on_bid == NULL)
    return "on_bid";
  return klass->resolve == NULL ? "resolve" : NULL;
}

static gboolean
ask_sealed (NbAuctionType *type)
{
  NbTypeDescription *description = nb_auction_type_describe (type);
  gboolean has_it = (nb_type_description_get_capabilities (description) & NB_CAPABILITY_SEALED) != 0;

  nb_type_description_free (description);
  return has_it;
}

gboolean
nb_type_table_add (NbTypeTable *self, const char *owner, const char *name, NbAuctionType *type, GError **error)
{
  const char *hook = missing_hook (type);

  if (!name_is_valid (name))
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
                   "auction type '%.40s': expected a name of 1 to 32 of a-z, 0-9 and '-'", name);
      return FALSE;
    }
  if (hook != NULL)
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID, "auction type '%s' lacks the hook %s", name, hook);
      return FALSE;
    }

  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  const TypeEntry *first = g_hash_table_lookup (self->types, name);
  if (first != NULL)
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_CONFLICT, "auction type '%s' is already claimed by %s", name,
                   first->owner);
      return FALSE;
    }
  TypeEntry *entry = g_new0 (TypeEntry, 1);
  entry->owner = g_strdup (owner);
  entry->type = g_object_ref (type);
  entry->is_sealed = ask_sealed (type);
  g_hash_table_insert (self->types, g_strdup (name), entry);
  return TRUE;
}

NbAuctionType *
nb_type_table_ref (NbTypeTable *self, const char *name)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  const TypeEntry *entry = g_hash_table_lookup (self->types, name);

  return entry != NULL ? g_object_ref (entry->type) : NULL;
}

NbAuctionType *
nb_type_table_remove (NbTypeTable *self, const char *name)
{
  NbAuctionType *type = nb_type_table_ref (self, name);
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  g_hash_table_remove (self->types, name);
  return type;
}

gboolean
nb_type_table_is_sealed (NbTypeTable *self, const char *name)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  const TypeEntry *entry = g_hash_table_lookup (self->types, name);

  return entry == NULL || entry->is_sealed;
}

char *
nb_type_table_dup_owner (NbTypeTable *self, const char *name)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  const TypeEntry *entry = g_hash_table_lookup (self->types, name);

  return entry != NULL ? g_strdup (entry->owner) : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
nb_type_table_list (NbTypeTable *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->types);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}
