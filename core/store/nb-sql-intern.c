/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statements whose text is put together at run time, kept for ever, for connections know them by their address. */
#include "core/store/nb-store-object.h"

static void
free_sql (gpointer data)
{
  NbSql *sql = data;

  g_free ((char *)sql->sqlite);
  g_free ((char *)sql->postgresql);
  g_free ((char *)sql->columns);
  g_free (sql);
}

const NbSql *
nb_store_intern_sql (NbStore *self, const char *sqlite, const char *postgresql, const char *columns)
{
  g_autoptr (GMutexLocker) locker = NULL;
  g_autofree char *key = NULL;
  NbSql *sql;

  g_return_val_if_fail (NB_IS_STORE (self) && sqlite != NULL, NULL);

  locker = g_mutex_locker_new (&self->intern_mutex);
  if (self->interned == NULL)
    self->interned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_sql);
  key = g_strdup_printf ("%s\n%s\n%s", sqlite, postgresql != NULL ? postgresql : "", columns != NULL ? columns : "");
  sql = g_hash_table_lookup (self->interned, key);
  if (sql != NULL)
    return sql;

  sql = g_new0 (NbSql, 1);
  sql->sqlite = g_strdup (sqlite);
  sql->postgresql = g_strdup (postgresql);
  sql->columns = g_strdup (columns);
  g_hash_table_insert (self->interned, g_steal_pointer (&key), sql);
  return sql;
}
