/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bounded map as two generations: when the young one is full it becomes the old one, and the old one is dropped. */
#include "core/account/nb-bounded-map.h"

struct _NbBoundedMap
{
  GHashTable *young;
  GHashTable *old;
  guint half;
  GDestroyNotify destroy;
};

static GHashTable *
new_generation (NbBoundedMap *self)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, self->destroy);
}

NbBoundedMap *
nb_bounded_map_new (guint max, GDestroyNotify destroy)
{
  NbBoundedMap *self = g_new0 (NbBoundedMap, 1);

  self->half = MAX (1, max / 2);
  self->destroy = destroy;
  self->young = new_generation (self);
  self->old = new_generation (self);
  return self;
}

void
nb_bounded_map_free (NbBoundedMap *self)
{
  g_hash_table_unref (self->young);
  g_hash_table_unref (self->old);
  g_free (self);
}

/* @key: (transfer full) @value: (transfer full) */
static void
insert (NbBoundedMap *self, char *key, gpointer value)
{
  if (g_hash_table_size (self->young) >= self->half && !g_hash_table_contains (self->young, key))
    {
      g_hash_table_unref (self->old);
      self->old = g_steal_pointer (&self->young);
      self->young = new_generation (self);
    }
  g_hash_table_replace (self->young, key, value);
}

gpointer
nb_bounded_map_lookup (NbBoundedMap *self, const char *key)
{
  gpointer value = g_hash_table_lookup (self->young, key);
  gpointer old_key = NULL;

  if (value != NULL || !g_hash_table_steal_extended (self->old, key, &old_key, &value))
    return value;
  insert (self, old_key, value);
  return value;
}

void
nb_bounded_map_set (NbBoundedMap *self, const char *key, gpointer value)
{
  g_hash_table_remove (self->old, key);
  insert (self, g_strdup (key), value);
}

void
nb_bounded_map_remove (NbBoundedMap *self, const char *key)
{
  g_hash_table_remove (self->young, key);
  g_hash_table_remove (self->old, key);
}

void
nb_bounded_map_foreach (NbBoundedMap *self, GHFunc function, gpointer user_data)
{
  g_hash_table_foreach (self->young, function, user_data);
  g_hash_table_foreach (self->old, function, user_data);
}

guint
nb_bounded_map_get_size (NbBoundedMap *self)
{
  return g_hash_table_size (self->young) + g_hash_table_size (self->old);
}
