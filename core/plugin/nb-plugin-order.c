/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A depth-first topological sort that keeps the path it walks, so that a cycle can be told. */
#include "core/plugin/nb-plugin-order.h"

#include <string.h>

typedef struct
{
  GPtrArray *manifests;
  GPtrArray *order;
  GPtrArray *path; /* those whose needs are being walked */
  GPtrArray *cycle;
} Walk;

static gboolean visit (Walk *walk, NbManifest *manifest);

static gboolean
visit_needs (Walk *walk, char **needs)
{
  for (guint n = 0; needs[n] != NULL; n++)
    for (guint i = 0; i < walk->manifests->len; i++)
      {
        NbManifest *other = g_ptr_array_index (walk->manifests, i);
        if (nb_manifest_offers (other, needs[n]) && !visit (walk, other))
          return FALSE;
      }
  return TRUE;
}

/* The depth is bounded by the number of plugins: nobody is on the path twice. */
static gboolean
visit (Walk *walk, NbManifest *manifest)
{
  guint at;

  if (g_ptr_array_find (walk->order, manifest, NULL))
    return TRUE;
  if (g_ptr_array_find (walk->path, manifest, &at))
    {
      walk->cycle = g_ptr_array_new ();
      for (; at < walk->path->len; at++)
        g_ptr_array_add (walk->cycle, g_ptr_array_index (walk->path, at));
      return FALSE;
    }
  g_ptr_array_add (walk->path, manifest);
  if (!visit_needs (walk, manifest->requires) || !visit_needs (walk, manifest->wants))
    return FALSE;
  g_ptr_array_set_size (walk->path, (int)walk->path->len - 1);
  g_ptr_array_add (walk->order, manifest);
  return TRUE;
}

GPtrArray *
nb_plugin_order (GPtrArray *manifests, GPtrArray **cycle)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GPtrArray) path = g_ptr_array_new ();
  Walk walk = { manifests, order, path, NULL };

  *cycle = NULL;
  for (guint i = 0; i < manifests->len; i++)
    if (!visit (&walk, g_ptr_array_index (manifests, i)))
      {
        *cycle = walk.cycle;
        return NULL;
      }
  return g_steal_pointer (&order);
}

char *
nb_plugin_order_print_cycle (GPtrArray *cycle, const char *id)
{
  GString *printed = g_string_new (id);
  guint first = 0;

  while (first < cycle->len && strcmp (((NbManifest *)g_ptr_array_index (cycle, first))->id, id) != 0)
    first++;
  for (guint i = 1; i <= cycle->len; i++)
    {
      const NbManifest *next = g_ptr_array_index (cycle, (first + i) % cycle->len);
      g_string_append_printf (printed, " → %s", next->id);
    }
  return g_string_free (printed, FALSE);
}
