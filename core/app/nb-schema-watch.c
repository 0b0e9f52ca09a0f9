/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares the number of the last migration with the one that the process began with. */
#include "core/app/nb-schema-watch.h"

#define SECONDS 15

struct _NbSchemaWatch
{
  GObject parent_instance;

  NbStore *store;
  gint64 began_with;
  gint64 found;
  guint timer;
  gboolean is_looking;
};

G_DEFINE_FINAL_TYPE (NbSchemaWatch, nb_schema_watch, G_TYPE_OBJECT)

static void
nb_schema_watch_finalize (GObject *object)
{
  NbSchemaWatch *self = NB_SCHEMA_WATCH (object);

  nb_schema_watch_stop (self);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (nb_schema_watch_parent_class)->finalize (object);
}

static void
nb_schema_watch_class_init (NbSchemaWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_schema_watch_finalize;
}

static void
nb_schema_watch_init (NbSchemaWatch *self)
{
}

static gboolean
read_number (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql sql
      = { "SELECT COALESCE (MAX (number), 0) FROM schema_migrations WHERE component = 'core'", NULL, "x" };
  gint64 *number = user_data;
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  *number = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

NbSchemaWatch *
nb_schema_watch_new (NbStore *store, GError **error)
{
  g_autoptr (NbSchemaWatch) self = g_object_new (NB_TYPE_SCHEMA_WATCH, NULL);

  self->store = g_object_ref (store);
  if (!nb_store_read (store, read_number, &self->began_with, error))
    return NULL;
  self->found = self->began_with;
  return g_steal_pointer (&self);
}

/* One look; it holds the watch until it is over. */
typedef struct
{
  NbSchemaWatch *watch;
  gint64 number;
} Look;

static void
look_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (NbSchemaWatch) self = look->watch;
  g_autoptr (GError) error = NULL;

  /* A database that is away is told by the check of the database. */
  if (nb_store_read_finish (NB_STORE (source), result, &error))
    self->found = look->number;
  self->is_looking = FALSE;
  g_free (look);
}

static gboolean
on_timer (gpointer user_data)
{
  NbSchemaWatch *self = user_data;
  Look *look;

  if (self->is_looking)
    return G_SOURCE_CONTINUE;
  self->is_looking = TRUE;
  look = g_new0 (Look, 1);
  look->watch = g_object_ref (self);
  /* The number is written on a store thread and read here after that, never at once. */
  nb_store_read_async (self->store, read_number, &look->number, NULL, NULL, look_cb, look);
  return G_SOURCE_CONTINUE;
}

void
nb_schema_watch_start (NbSchemaWatch *self)
{
  g_return_if_fail (self->timer == 0);
  self->timer = g_timeout_add_seconds (SECONDS, on_timer, self);
}

void
nb_schema_watch_stop (NbSchemaWatch *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
}

gboolean
nb_schema_watch_is_ready (char **reason, gpointer user_data)
{
  NbSchemaWatch *self = user_data;

  if (self->found == self->began_with)
    return TRUE;
  *reason = g_strdup_printf ("another program has brought the database to migration %" G_GINT64_FORMAT
                             "; this one works with %" G_GINT64_FORMAT,
                             self->found, self->began_with);
  return FALSE;
}
