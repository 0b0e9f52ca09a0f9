/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds auctions whose type came or went, and asks the engine to pause them or let them go on. */
#include "core/engine/nb-type-sync.h"

/* Plugins come and go in groups: one look serves all. */
#define SETTLE_MS 100
/* What could not be done now (a full queue, a database that is away) is tried again after this. */
#define RETRY_MS 5000
#define PAGE 500

struct _NbTypeSync
{
  GObject parent_instance;

  NbStore *store;
  NbRegistry *registry;
  NbBidEngine *engine;
  GSource *timer; /* (nullable): a look that is planned */
  gboolean is_looking;
  guint n_syncing;
  gboolean has_more; /* the last page was full, or something failed */
  gboolean has_failed;
  gulong on_changed;
};

G_DEFINE_FINAL_TYPE (NbTypeSync, nb_type_sync, G_TYPE_OBJECT)

static const NbSql load_out_of_step = {
  "SELECT id FROM auctions WHERE (status IN ('open', 'scheduled') AND type NOT IN "
  "(SELECT json_extract (value, '$[0]') FROM json_each (##rows::string))) OR (status = 'paused' "
  "AND pause_reason = 'type-stopped' AND type IN (SELECT json_extract (value, '$[0]') FROM json_each "
  "(##rows::string))) "
  "LIMIT 500",
  "SELECT id FROM auctions WHERE (status IN ('open', 'scheduled') AND NOT type = ANY (CAST (##c0::string AS text[]))) "
  "OR (status = 'paused' AND pause_reason = 'type-stopped' AND type = ANY (CAST (##c0::string AS text[]))) LIMIT 500",
  "x",
};

static void plan (NbTypeSync *self, guint milliseconds);

static void
nb_type_sync_dispose (GObject *object)
{
  NbTypeSync *self = NB_TYPE_SYNC (object);

  if (self->registry != NULL)
    nb_type_sync_stop (self);
  g_clear_object (&self->engine);
  g_clear_object (&self->registry);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (nb_type_sync_parent_class)->dispose (object);
}

static void
nb_type_sync_class_init (NbTypeSyncClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = nb_type_sync_dispose;
}

static void
nb_type_sync_init (NbTypeSync *self)
{
}

NbTypeSync *
nb_type_sync_new (NbStore *store, NbRegistry *registry, NbBidEngine *engine)
{
  NbTypeSync *self = g_object_new (NB_TYPE_TYPE_SYNC, NULL);

  self->store = g_object_ref (store);
  self->registry = g_object_ref (registry);
  self->engine = g_object_ref (engine);
  return self;
}

typedef struct
{
  NbTypeSync *self;
  NbRowset *types;
  GArray *found; /* (element-type gint64) */
} NbTypeLook;

static void
free_look (NbTypeLook *look)
{
  nb_rowset_free (look->types);
  g_clear_pointer (&look->found, g_array_unref);
  g_object_unref (look->self);
  g_free (look);
}

static gboolean
run_look (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbTypeLook *look = user_data;
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &load_out_of_step, NB_PARAMS (NB_ROWS (look->types)), error);

  if (rows == NULL)
    return FALSE;
  g_clear_pointer (&look->found, g_array_unref);
  look->found = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      gint64 id = nb_rows_get_int (rows, i, 0);

      g_array_append_val (look->found, id);
    }
  return TRUE;
}

static void
go_on (NbTypeSync *self)
{
  if (self->n_syncing == 0 && self->has_more && self->on_changed != 0)
    plan (self, self->has_failed ? RETRY_MS : 0);
}

static void
sync_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbTypeSync) self = NB_TYPE_SYNC (user_data);
  g_autoptr (GError) error = NULL;

  self->n_syncing--;
  if (!nb_bid_engine_sync_finish (NB_BID_ENGINE (source), result, &error))
    self->has_more = self->has_failed = TRUE;
  go_on (self);
}

static void
look_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbTypeLook *look = user_data;
  g_autoptr (NbTypeSync) self = g_object_ref (look->self);
  g_autoptr (GError) error = NULL;

  self->is_looking = FALSE;
  self->has_failed = !nb_store_read_finish (NB_STORE (source), result, &error);
  self->has_more = self->has_failed || look->found->len == PAGE;
  if (self->has_failed)
    g_debug ("looking for auctions of types that came or went: %s", error->message);
  else if (self->on_changed != 0)
    {
      self->n_syncing += look->found->len;
      for (guint i = 0; i < look->found->len; i++)
        nb_bid_engine_sync_async (self->engine, g_array_index (look->found, gint64, i), sync_cb, g_object_ref (self));
    }
  free_look (look);
  go_on (self);
}

static gboolean
on_planned (gpointer user_data)
{
  NbTypeSync *self = user_data;
  g_autoptr (GPtrArray) names = nb_registry_list_auction_types (self->registry);
  NbTypeLook *look;

  g_clear_pointer (&self->timer, g_source_unref);
  if (self->is_looking)
    {
      plan (self, SETTLE_MS);
      return G_SOURCE_REMOVE;
    }
  self->is_looking = TRUE;
  look = g_new0 (NbTypeLook, 1);
  look->self = g_object_ref (self);
  look->types = nb_rowset_new ("s");
  for (guint i = 0; i < names->len; i++)
    nb_rowset_add (look->types, (const char *)g_ptr_array_index (names, i));
  nb_store_read_async (self->store, run_look, look, NULL, NULL, look_cb, look);
  return G_SOURCE_REMOVE;
}

static void
plan (NbTypeSync *self, guint milliseconds)
{
  if (self->timer != NULL)
    return;
  self->timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (self->timer, on_planned, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
on_changed (NbRegistry *registry, NbTypeSync *self)
{
  plan (self, SETTLE_MS);
}

void
nb_type_sync_start (NbTypeSync *self)
{
  if (self->on_changed != 0)
    return;
  self->on_changed = g_signal_connect (self->registry, "changed", G_CALLBACK (on_changed), self);
  plan (self, 0);
}

void
nb_type_sync_stop (NbTypeSync *self)
{
  g_clear_signal_handler (&self->on_changed, self->registry);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}
