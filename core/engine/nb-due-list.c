/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Due times in an ordered tree, found by auction through a table. */
#include "core/engine/nb-due-list.h"

typedef struct
{
  gint64 auction;
  gint64 due_at;
} NbDueEntry;

struct _NbDueList
{
  GTree *by_time;         /* NbDueEntry → itself; owns them */
  GHashTable *by_auction; /* id → NbDueEntry */
  guint max;
};

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const NbDueEntry *x = a, *y = b;

  if (x->due_at != y->due_at)
    return x->due_at < y->due_at ? -1 : 1;
  return x->auction < y->auction ? -1 : x->auction > y->auction;
}

NbDueList *
nb_due_list_new (guint max)
{
  NbDueList *self = g_new0 (NbDueList, 1);

  self->by_time = g_tree_new_full (compare, NULL, g_free, NULL);
  self->by_auction = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->max = max;
  return self;
}

void
nb_due_list_free (NbDueList *self)
{
  g_hash_table_unref (self->by_auction);
  g_tree_unref (self->by_time);
  g_free (self);
}

static void
forget (NbDueList *self, NbDueEntry *entry)
{
  g_hash_table_remove (self->by_auction, &entry->auction);
  g_tree_remove (self->by_time, entry);
}

void
nb_due_list_set (NbDueList *self, gint64 auction, gint64 due_at)
{
  NbDueEntry *entry = g_hash_table_lookup (self->by_auction, &auction);

  if (entry != NULL && entry->due_at == due_at)
    return;
  if (entry != NULL)
    forget (self, entry);
  if (due_at == 0)
    return;
  entry = g_new (NbDueEntry, 1);
  *entry = (NbDueEntry){ auction, due_at };
  g_tree_insert (self->by_time, entry, entry);
  g_hash_table_insert (self->by_auction, &entry->auction, entry);
  if (g_hash_table_size (self->by_auction) > self->max)
    forget (self, g_tree_node_value (g_tree_node_last (self->by_time)));
}

gboolean
nb_due_list_peek (const NbDueList *self, gint64 *due_at)
{
  GTreeNode *first = g_tree_node_first (self->by_time);

  if (first == NULL)
    return FALSE;
  *due_at = ((NbDueEntry *)g_tree_node_value (first))->due_at;
  return TRUE;
}

gint64
nb_due_list_take (NbDueList *self, gint64 now)
{
  GTreeNode *first = g_tree_node_first (self->by_time);
  NbDueEntry *entry = first != NULL ? g_tree_node_value (first) : NULL;
  gint64 auction;

  if (entry == NULL || entry->due_at > now)
    return 0;
  auction = entry->auction;
  forget (self, entry);
  return auction;
}
