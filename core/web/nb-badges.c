/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the plugins' badges on a store thread, and keeps their plugins from stopping meanwhile. */
#include "core/web/nb-badges.h"

#include "core/plugin/nb-plugin-errors.h"
#include "core/web/nb-server-life.h"

typedef struct
{
  NbBadge *badge;
  gint64 count;
} Item;

typedef struct
{
  gint64 person;
  GArray *items;         /* of Item */
  const NbBadge *failed; /* (nullable): the one that gave no number */
} Reading;

static void
clear_item (gpointer item)
{
  nb_badge_unref (((Item *)item)->badge);
}

static void
reading_free (gpointer data)
{
  Reading *self = data;

  g_array_unref (self->items);
  g_free (self);
}

gboolean
nb_badges_exist (NbServer *server)
{
  const GPtrArray *badges = nb_registry_get_badges (server->site->registry);

  for (guint i = 0; i < badges->len && server->site->store != NULL; i++)
    if (!nb_server_is_quiescing (server, ((const NbBadge *)g_ptr_array_index (badges, i))->owner))
      return TRUE;
  return FALSE;
}

/* On a store thread. A transaction that is repeated begins anew. */
static gboolean
count_all (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Reading *self = user_data;

  self->failed = NULL;
  for (guint i = 0; i < self->items->len; i++)
    {
      Item *item = &g_array_index (self->items, Item, i);

      if (nb_badge_count (item->badge, transaction, self->person, &item->count, error))
        continue;
      self->failed = item->badge;
      return FALSE;
    }
  return TRUE;
}

static void
release_owners (NbServer *server, const Reading *reading)
{
  for (guint i = 0; i < reading->items->len; i++)
    nb_server_release (server, g_array_index (reading->items, Item, i).badge->owner);
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbServer *server = NB_SERVER (g_task_get_source_object (task));
  GError *error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  release_owners (server, g_task_get_task_data (task));
}

static void
add_item (NbServer *server, Reading *reading, NbBadge *badge)
{
  const Item item = { .badge = g_atomic_rc_box_acquire (badge) };

  g_array_append_val (reading->items, item);
  nb_server_hold (server, badge->owner);
}

void
nb_badges_read_async (NbServer *server, gint64 person, GAsyncReadyCallback callback, gpointer user_data)
{
  const GPtrArray *badges = nb_registry_get_badges (server->site->registry);
  GTask *task = g_task_new (server, NULL, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  g_task_set_source_tag (task, nb_badges_read_async);
  g_task_set_task_data (task, reading, reading_free);
  reading->person = person;
  reading->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (reading->items, clear_item);
  for (guint i = 0; i < badges->len; i++)
    {
      NbBadge *badge = g_ptr_array_index (badges, i);

      if (!nb_server_is_quiescing (server, badge->owner))
        add_item (server, reading, badge);
    }
  nb_store_read_async (server->site->store, count_all, reading, NULL, NULL, on_counted, task);
}

/* A store that is busy or leaves is no plugin's fault. */
static void
tell_failure (const Reading *reading, const GError *error)
{
  if (reading->failed == NULL || error->domain == NB_ERROR)
    {
      g_debug ("a page is shown without its badges: %s", error->message);
      return;
    }
  g_warning ("the badge %s of %s gives no number: %s", reading->failed->path, reading->failed->owner, error->message);
  nb_plugin_errors_count (reading->failed->owner);
}

JsonObject *
nb_badges_read_finish (NbServer *server, GAsyncResult *result)
{
  const Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  JsonObject *counts;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      tell_failure (reading, error);
      return NULL;
    }
  counts = json_object_new ();
  for (guint i = 0; i < reading->items->len; i++)
    {
      const Item *item = &g_array_index (reading->items, Item, i);

      json_object_set_int_member (counts, item->badge->path, MAX (item->count, 0));
    }
  return counts;
}
