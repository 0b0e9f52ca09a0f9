/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All regions in memory, by code and by parent. */
#include "core/account/nb-regions.h"

static const NbSql select_regions
    = { "SELECT code, parent, level, name, name_en, latitude, longitude FROM regions ORDER BY level, code", NULL,
        "ssxssxx" };

/* One reading of the table; immutable once it is published. */
typedef struct
{
  GHashTable *by_code;   /* to NbRegion, owned here */
  GHashTable *by_parent; /* to GPtrArray of NbRegion */
} Index;

struct _NbRegions
{
  GObject parent_instance;

  GMutex lock;
  Index *index;
  GPtrArray *retired; /* earlier readings: what nb_regions_find() gave out must stay valid */
};

G_DEFINE_FINAL_TYPE (NbRegions, nb_regions, G_TYPE_OBJECT)

static void
region_free (gpointer data)
{
  NbRegion *region = data;

  g_free (region->code);
  g_free (region->name);
  g_free (region->name_en);
  g_free (region->full_name);
  g_free (region->parent);
  g_free (region);
}

static void
children_free (gpointer data)
{
  g_ptr_array_unref (data);
}

static Index *
index_new (void)
{
  Index *index = g_new0 (Index, 1);

  index->by_code = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, region_free);
  index->by_parent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, children_free);
  return index;
}

static void
index_free (gpointer data)
{
  Index *index = data;

  g_hash_table_unref (index->by_parent);
  g_hash_table_unref (index->by_code);
  g_free (index);
}

/* 세종특별자치시 is its own 시/군/구: said once. */
static char *
make_full_name (const NbRegion *region, const NbRegion *parent)
{
  if (parent == NULL)
    return g_strdup (region->name);
  if (g_str_equal (parent->name, region->name))
    return g_strdup (parent->full_name);
  return g_strdup_printf ("%s %s", parent->full_name, region->name);
}

/* @region: (transfer full): parents come first */
static void
index_add (Index *index, NbRegion *region)
{
  GPtrArray *children = g_hash_table_lookup (index->by_parent, region->parent);

  region->full_name = make_full_name (region, g_hash_table_lookup (index->by_code, region->parent));
  g_hash_table_replace (index->by_code, region->code, region);
  if (children == NULL)
    {
      children = g_ptr_array_new ();
      g_hash_table_insert (index->by_parent, g_strdup (region->parent), children);
    }
  g_ptr_array_add (children, region);
}

static void
nb_regions_finalize (GObject *object)
{
  NbRegions *self = NB_REGIONS (object);

  index_free (self->index);
  g_ptr_array_unref (self->retired);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (nb_regions_parent_class)->finalize (object);
}

static void
nb_regions_class_init (NbRegionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_regions_finalize;
}

static void
nb_regions_init (NbRegions *self)
{
  g_mutex_init (&self->lock);
  self->index = index_new ();
  self->retired = g_ptr_array_new_with_free_func (index_free);
}

NbRegions *
nb_regions_new (void)
{
  return g_object_new (NB_TYPE_REGIONS, NULL);
}

gboolean
nb_regions_load (NbRegions *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_regions, NB_NO_PARAMS, error);
  Index *index;

  if (rows == NULL)
    return FALSE;
  index = index_new ();
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbRegion *region = g_new0 (NbRegion, 1);

      region->code = g_strdup (nb_rows_get_text (rows, i, 0));
      region->parent = g_strdup (nb_rows_get_text (rows, i, 1));
      region->level = (int)nb_rows_get_int (rows, i, 2);
      region->name = g_strdup (nb_rows_get_text (rows, i, 3));
      region->name_en = g_strdup (nb_rows_get_text (rows, i, 4));
      region->latitude = (gint32)nb_rows_get_int (rows, i, 5);
      region->longitude = (gint32)nb_rows_get_int (rows, i, 6);
      index_add (index, region);
    }
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->retired, self->index);
  self->index = index;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static Index *
get_index (NbRegions *self)
{
  Index *index;

  g_mutex_lock (&self->lock);
  index = self->index;
  g_mutex_unlock (&self->lock);
  return index;
}

const NbRegion *
nb_regions_find (NbRegions *self, const char *code)
{
  return g_hash_table_lookup (get_index (self)->by_code, code != NULL ? code : "");
}

GPtrArray *
nb_regions_list (NbRegions *self, const char *parent)
{
  GPtrArray *children = g_hash_table_lookup (get_index (self)->by_parent, parent != NULL ? parent : "");

  return children != NULL ? g_ptr_array_copy (children, NULL, NULL) : g_ptr_array_new ();
}
