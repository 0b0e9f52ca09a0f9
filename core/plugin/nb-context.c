/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin's way to the host: everything is registered under the plugin's id. */
#include "core/plugin/nb-context-private.h"

#include "core/plugin/nb-plugin-error.h"

#include <errno.h>
#include <glib/gstdio.h>

struct _NbContext
{
  char *owner;
  NbRegistry *registry;
  NbStore *store;
  gboolean is_closed;
};

NbContext *
nb_context_new (const char *owner, NbRegistry *registry, NbStore *store)
{
  NbContext *self = g_new0 (NbContext, 1);

  self->owner = g_strdup (owner);
  self->registry = g_object_ref (registry);
  g_set_object (&self->store, store);
  return self;
}

void
nb_context_end_calls (NbContext *self)
{
  nb_registry_end_consumer (self->registry, self->owner);
  nb_registry_end_badges (self->registry, self->owner);
}

void
nb_context_close (NbContext *self)
{
  self->is_closed = TRUE;
  nb_registry_remove_owner (self->registry, self->owner);
}

void
nb_context_free (gpointer context)
{
  NbContext *self = context;

  g_clear_object (&self->store);
  g_object_unref (self->registry);
  g_free (self->owner);
  g_free (self);
}

static gboolean
check_open (NbContext *self, GError **error)
{
  if (self->is_closed)
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED, "%s has stopped and can't register anything",
                 self->owner);
  return !self->is_closed;
}

NbStore *
nb_context_get_store (NbContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->store;
}

gboolean
nb_context_is_serving (NbContext *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return nb_registry_is_serving (self->registry);
}

gboolean
nb_context_does_jobs (NbContext *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return nb_registry_does_jobs (self->registry);
}

char *
nb_context_dup_state_dir (NbContext *self, GError **error)
{
  const char *root;
  g_autofree char *dir = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  root = nb_registry_get_state_root (self->registry);
  if (root == NULL)
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED, "this host keeps no data of plugins");
      return NULL;
    }
  dir = g_build_filename (root, self->owner, NULL);
  if (g_mkdir_with_parents (dir, 0700) == 0)
    return g_steal_pointer (&dir);
  g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED, "can't make the folder %s: %s", dir, g_strerror (errno));
  return NULL;
}

gpointer
nb_context_find_service (NbContext *self, GType type)
{
  g_return_val_if_fail (self != NULL, NULL);
  return nb_registry_find_service (self->registry, type);
}

gboolean
nb_context_add_service (NbContext *self, GType type, GObject *service, GError **error)
{
  g_return_val_if_fail (self != NULL && G_IS_OBJECT (service), FALSE);
  return check_open (self, error) && nb_registry_add_service (self->registry, self->owner, type, service, error);
}

gboolean
nb_context_add_auction_type (NbContext *self, const char *name, NbAuctionType *type, GError **error)
{
  g_return_val_if_fail (self != NULL && name != NULL && NB_IS_AUCTION_TYPE (type), FALSE);
  return check_open (self, error) && nb_registry_add_auction_type (self->registry, self->owner, name, type, error);
}

gboolean
nb_context_add_route (NbContext *self, const char *method, const char *pattern, NbRouteFlags flags, NbHandler handler,
                      gpointer user_data, GError **error)
{
  g_return_val_if_fail (self != NULL && method != NULL && pattern != NULL && handler != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_route (self->registry, self->owner, method, pattern, flags, handler, user_data, error);
}

gboolean
nb_context_add_socket_route (NbContext *self, const char *pattern, const NbSocketHandler *handler, gpointer user_data,
                             GError **error)
{
  g_return_val_if_fail (self != NULL && pattern != NULL && handler != NULL, FALSE);
  g_return_val_if_fail (handler->opened != NULL && handler->message != NULL && handler->closed != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_socket_route (self->registry, self->owner, pattern, handler, user_data, error);
}

gboolean
nb_context_add_state_handler (NbContext *self, NbStateFunc function, gpointer user_data, GError **error)
{
  g_return_val_if_fail (self != NULL && function != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_state_handler (self->registry, self->owner, function, user_data, error);
}

gboolean
nb_context_add_health (NbContext *self, const char *name, NbHealthFunc function, gpointer user_data, GError **error)
{
  g_return_val_if_fail (self != NULL && name != NULL && function != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_health (self->registry, self->owner, name, function, user_data, error);
}

gboolean
nb_context_add_event_handler (NbContext *self, const char *kind, NbEventHandler handler, gpointer user_data,
                              GError **error)
{
  g_return_val_if_fail (self != NULL && handler != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_event_handler (self->registry, self->owner, kind, handler, user_data, error);
}

gboolean
nb_context_set_consumer (NbContext *self, const NbConsumer *consumer, gpointer user_data, GError **error)
{
  g_return_val_if_fail (self != NULL && consumer != NULL && consumer->consume != NULL, FALSE);
  return check_open (self, error) && nb_registry_set_consumer (self->registry, self->owner, consumer, user_data, error);
}

gboolean
nb_context_add_notifier (NbContext *self, NbNotifier *notifier, GError **error)
{
  g_return_val_if_fail (self != NULL && NB_IS_NOTIFIER (notifier), FALSE);
  return check_open (self, error) && nb_registry_add_notifier (self->registry, self->owner, notifier, error);
}

GPtrArray *
nb_context_list_notifiers (NbContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return nb_registry_list_notifiers (self->registry);
}

gboolean
nb_context_add_timer (NbContext *self, guint seconds, GSourceFunc function, gpointer user_data, GError **error)
{
  g_return_val_if_fail (self != NULL && function != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_timer (self->registry, self->owner, seconds, function, user_data, error);
}

gboolean
nb_context_add_check (NbContext *self, const char *name, const char *title, NbCheckFunc function, gpointer user_data,
                      GError **error)
{
  g_return_val_if_fail (self != NULL && name != NULL && title != NULL && function != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_check (self->registry, self->owner, name, title, function, user_data, error);
}

gboolean
nb_context_add_gauge (NbContext *self, const char *name, const char *label, const char *help, NbGaugeFunc function,
                      gpointer user_data, GDestroyNotify destroy, GError **error)
{
  g_return_val_if_fail (self != NULL && name != NULL && help != NULL && function != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_gauge (self->registry, self->owner, name, label, help, function, user_data, destroy, error);
}

gboolean
nb_context_add_link (NbContext *self, const char *path, const char *label, gboolean signed_in_only, GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL && label != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_link (self->registry, self->owner, path, label, signed_in_only, error);
}

gboolean
nb_context_add_badge (NbContext *self, const char *path, NbBadgeFunc function, gpointer user_data, GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL && function != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_badge (self->registry, self->owner, path, function, user_data, error);
}

gboolean
nb_context_add_script (NbContext *self, const char *path, GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL, FALSE);
  return check_open (self, error) && nb_registry_add_script (self->registry, self->owner, path, error);
}

gboolean
nb_context_add_panel (NbContext *self, const char *slot, const char *template_name, NbPanelFunc function,
                      gpointer user_data, GError **error)
{
  g_return_val_if_fail (self != NULL && slot != NULL && template_name != NULL && function != NULL, FALSE);
  return check_open (self, error)
         && nb_registry_add_panel (self->registry, self->owner, slot, template_name, function, user_data, error);
}
