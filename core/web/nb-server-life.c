/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in flight, and waiting for it to end: of the whole server, or of one owner of routes. */
#include "core/web/nb-server-life.h"

#include "core/web/nb-server-soup.h"
#include <neighborbid/nb-socket.h>

static guint
get_count (NbServer *self, const char *owner)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->in_flight, owner));
}

void
nb_server_hold (NbServer *self, const char *owner)
{
  g_hash_table_insert (self->in_flight, g_strdup (owner), GUINT_TO_POINTER (get_count (self, owner) + 1));
}

void
nb_server_request_began (NbServer *self, const char *owner)
{
  self->n_in_flight++;
  nb_server_hold (self, owner);
}

static void
finish_quiesce (NbServer *self, const char *owner)
{
  g_autoptr (GTask) task = g_hash_table_lookup (self->quiescing, owner);

  if (task == NULL)
    return;
  g_hash_table_insert (self->quiescing, g_strdup (owner), NULL);
  g_task_return_boolean (task, TRUE);
}

void
nb_server_release (NbServer *self, const char *owner)
{
  const guint left = get_count (self, owner) - 1;

  g_hash_table_insert (self->in_flight, g_strdup (owner), GUINT_TO_POINTER (left));
  if (left == 0)
    finish_quiesce (self, owner);
}

void
nb_server_request_ended (NbServer *self, const char *owner)
{
  self->n_in_flight--;
  nb_server_release (self, owner);
}

void
nb_server_count_unrouted (NbServer *self, guint status)
{
  g_autofree char *labels = g_strdup_printf ("route=\"\",code=\"%u\"", status);

  nb_metric_add (nb_metrics_counter ("http_requests_total", "Answered HTTP requests", labels), 1);
}

gboolean
nb_server_is_quiescing (NbServer *self, const char *owner)
{
  return g_hash_table_size (self->quiescing) > 0 && g_hash_table_contains (self->quiescing, owner);
}

/* Sockets of one owner, or of all, that are closed once the bids on their way are answered. */
typedef struct
{
  NbServer *server;
  char *owner; /* (nullable) */
  guint code;
  const char *reason;
} Closing;

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Closing *closing = user_data;
  g_autoptr (NbServer) self = closing->server;
  g_autofree char *owner = closing->owner;

  if (source != NULL)
    nb_bid_engine_settle_finish (NB_BID_ENGINE (source), result, NULL);
  if (self->hub != NULL)
    nb_socket_hub_close (self->hub, owner, closing->code, closing->reason);
}

/* Nothing new is taken from them; but who has bid is told what became of it. */
static void
close_when_settled (NbServer *self, const char *owner, guint code, const char *reason)
{
  Closing *closing;

  if (self->hub == NULL)
    return;
  nb_socket_hub_deafen (self->hub, owner);
  closing = g_new (Closing, 1);
  *closing = (Closing){ g_object_ref (self), g_strdup (owner), code, reason };
  if (self->site->bid_engine != NULL)
    nb_bid_engine_settle_async (self->site->bid_engine, on_settled, closing);
  else
    on_settled (NULL, NULL, closing);
}

void
nb_server_quiesce_owner_async (NbServer *self, const char *owner, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, nb_server_quiesce_owner_async);
  if (g_hash_table_lookup (self->quiescing, owner) != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "%s is being quiesced already", owner);
      g_object_unref (task);
      return;
    }
  g_hash_table_insert (self->quiescing, g_strdup (owner), task);
  close_when_settled (self, owner, NB_SOCKET_SWITCHED_OFF, "switched off");
  if (get_count (self, owner) == 0)
    finish_quiesce (self, owner);
}

gboolean
nb_server_quiesce_owner_finish (NbServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
nb_server_set_draining (NbServer *self)
{
  self->is_draining = TRUE;
}

void
nb_server_check_stopped (NbServer *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->stopping == NULL || nb_server_get_n_connections (self) > 0)
    return;
  task = g_steal_pointer (&self->stopping);
  g_source_destroy (self->stop_timer);
  g_clear_pointer (&self->stop_timer, g_source_unref);
  g_task_return_boolean (task, TRUE);
}

static gboolean
on_stop_timeout (gpointer user_data)
{
  NbServer *self = NB_SERVER (user_data);

  g_info ("cutting %u connections that did not end in time", nb_server_get_n_connections (self));
  nb_peers_abort (self->peers);
  if (self->hub != NULL)
    nb_socket_hub_abort (self->hub);
  return G_SOURCE_REMOVE;
}

void
nb_server_stop_async (NbServer *self, gint64 timeout, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->stopping == NULL);

  self->is_draining = TRUE;
  self->stopping = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->stopping, nb_server_stop_async);
  self->stop_timer = g_timeout_source_new (timeout / 1000);
  g_source_set_callback (self->stop_timer, on_stop_timeout, self, NULL);
  g_source_attach (self->stop_timer, g_main_context_get_thread_default ());
  nb_server_close_listeners (self);
  nb_peers_drain (self->peers);
  close_when_settled (self, NULL, NB_SOCKET_LEAVING, "the server restarts");
  nb_server_check_stopped (self);
}

gboolean
nb_server_stop_finish (NbServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
