/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A map from text to anything that forgets what was not asked for lately, so that strangers can't make it grow. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbBoundedMap NbBoundedMap;

/* Keeps @max entries at most, those used last; @destroy frees a value. */
NbBoundedMap *nb_bounded_map_new (guint max, GDestroyNotify destroy);
void nb_bounded_map_free (NbBoundedMap *self);
gpointer nb_bounded_map_lookup (NbBoundedMap *self, const char *key);
/* @value: (transfer full) */
void nb_bounded_map_set (NbBoundedMap *self, const char *key, gpointer value);
void nb_bounded_map_remove (NbBoundedMap *self, const char *key);
/* Calls @function for each entry; it may change values, not the map. */
void nb_bounded_map_foreach (NbBoundedMap *self, GHFunc function, gpointer user_data);
guint nb_bounded_map_get_size (NbBoundedMap *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbBoundedMap, nb_bounded_map_free)

G_END_DECLS
