/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A timer that prunes: slowly when there is little to delete, and at once again while there is much. */
#include "core/app/nb-housekeeping.h"

#include "core/store/nb-store-private.h"

#define INTERVAL_MS (60 * 1000)
/* One look deletes a bounded number of rows; after one that deleted so many, the next comes soon. */
#define MANY 10000
#define SOON_MS 1000

struct _NbHousekeeping
{
  NbStore *store;
  NbRegistry *registry;
  NbPluginHost *plugins;
  GSource *timer; /* (nullable): none while a look is under way, or once it is stopped */
  gboolean is_stopped;
};

static void plan (NbHousekeeping *self, guint milliseconds);

static void
clear (gpointer data)
{
  NbHousekeeping *self = data;

  g_object_unref (self->plugins);
  g_object_unref (self->registry);
  g_object_unref (self->store);
}

static void
pruned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbHousekeeping *self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 n = nb_store_prune_finish (NB_STORE (source), result, &error);

  if (n < 0 && !self->is_stopped)
    g_warning ("old rows could not be deleted: %s", error->message);
  if (!self->is_stopped)
    plan (self, n >= MANY ? SOON_MS : INTERVAL_MS);
  g_rc_box_release_full (self, clear);
}

static gint64
get_outbox_age (NbHousekeeping *self)
{
  if (nb_registry_get_consumer (self->registry) != NULL)
    return NB_STORE_KEEP;
  return nb_plugin_host_has_failed (self->plugins) ? NB_HOUSEKEEPING_FAILED_OUTBOX_AGE : NB_HOUSEKEEPING_OUTBOX_AGE;
}

static gboolean
on_time (gpointer user_data)
{
  NbHousekeeping *self = user_data;

  g_clear_pointer (&self->timer, g_source_unref);
  nb_store_prune_async (self->store, get_outbox_age (self), NB_HOUSEKEEPING_KEY_AGE, NULL, pruned_cb,
                        g_rc_box_acquire (self));
  return G_SOURCE_REMOVE;
}

static void
plan (NbHousekeeping *self, guint milliseconds)
{
  self->timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (self->timer, on_time, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

NbHousekeeping *
nb_housekeeping_start (NbStore *store, NbRegistry *registry, NbPluginHost *plugins)
{
  NbHousekeeping *self = g_rc_box_new0 (NbHousekeeping);

  self->store = g_object_ref (store);
  self->registry = g_object_ref (registry);
  self->plugins = g_object_ref (plugins);
  plan (self, 0);
  return self;
}

void
nb_housekeeping_stop (NbHousekeeping *self)
{
  self->is_stopped = TRUE;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_rc_box_release_full (self, clear);
}
