/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is told of events and states, and telling them. */
#include "core/plugin/nb-registry-private.h"

#include <string.h>

gboolean
nb_registry_add_event_handler (NbRegistry *self, const char *owner, const char *kind, NbEventHandler handler,
                               gpointer user_data, GError **error)
{
  NbHandlerItem *added = g_rc_box_new0 (NbHandlerItem);

  added->owner = g_strdup (owner);
  added->kind = g_strdup (kind);
  added->function = handler;
  added->user_data = user_data;
  nb_registry_record (self, NB_REGISTRATION_HANDLER, added);
  return TRUE;
}

gboolean
nb_registry_add_state_handler (NbRegistry *self, const char *owner, NbStateFunc function, gpointer user_data,
                               GError **error)
{
  NbHandlerItem *added = g_rc_box_new0 (NbHandlerItem);

  added->owner = g_strdup (owner);
  added->state_function = function;
  added->user_data = user_data;
  nb_registry_record (self, NB_REGISTRATION_STATE_HANDLER, added);
  return TRUE;
}

static void
release_handler (gpointer data)
{
  g_rc_box_release_full (data, nb_handler_item_clear);
}

static gpointer
acquire_handler (gconstpointer handler, gpointer user_data)
{
  return g_rc_box_acquire ((gpointer)handler);
}

static void
dispatch_event (GPtrArray *handlers, const NbEvent *event)
{
  for (guint i = 0; i < handlers->len; i++)
    {
      const NbHandlerItem *handler = g_ptr_array_index (handlers, i);
      if (!handler->is_removed && (handler->kind == NULL || strcmp (handler->kind, nb_event_get_kind (event)) == 0))
        handler->function (event, handler->user_data);
    }
}

/* A handler may stop a plugin, and so change the list while it is walked. */
static GPtrArray *
copy_handlers (NbRegistry *self, NbRegistrationKind kind)
{
  GPtrArray *handlers = g_ptr_array_copy (self->items[kind], acquire_handler, NULL);

  g_ptr_array_set_free_func (handlers, release_handler);
  return handlers;
}

void
nb_registry_dispatch_events (NbRegistry *self, GPtrArray *events)
{
  g_autoptr (GPtrArray) handlers = copy_handlers (self, NB_REGISTRATION_HANDLER);

  for (guint i = 0; i < events->len; i++)
    dispatch_event (handlers, g_ptr_array_index (events, i));
}

gboolean
nb_registry_has_state_handlers (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_STATE_HANDLER]->len > 0;
}

void
nb_registry_dispatch_state (NbRegistry *self, NbAuctionState *state)
{
  g_autoptr (GPtrArray) handlers = copy_handlers (self, NB_REGISTRATION_STATE_HANDLER);

  for (guint i = 0; i < handlers->len; i++)
    {
      const NbHandlerItem *handler = g_ptr_array_index (handlers, i);
      if (!handler->is_removed)
        handler->state_function (state, handler->user_data);
    }
}
