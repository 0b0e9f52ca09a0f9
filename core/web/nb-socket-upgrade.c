/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an HTTP request at a route for sockets to a socket of the hub; and the hub's place in the server. */
#include "core/web/nb-socket-upgrade.h"

#include "core/web/nb-csrf.h"
#include "core/web/nb-server-life.h"
#include "core/web/nb-socket-sessions.h"
#include <glib/gi18n.h>
#include <neighborbid/nb-socket.h>
#include <string.h>
#include <unistd.h>

#define PROTOCOL "neighborbid.v1"
/* libsoup has no name for it. */
#define UPGRADE_REQUIRED 426

static void
on_hold (const char *owner, gpointer user_data)
{
  nb_server_hold (NB_SERVER (user_data), owner);
}

static void
on_release (const char *owner, gpointer user_data)
{
  nb_server_release (NB_SERVER (user_data), owner);
}

static void
on_emptied (gpointer user_data)
{
  nb_server_check_stopped (NB_SERVER (user_data));
}

static const NbSocketHubEvents hub_events = { on_hold, on_release, on_emptied };

NbSocketHub *
nb_server_get_hub (NbServer *self)
{
  g_autoptr (GError) error = NULL;

  if (self->hub != NULL)
    return self->hub;
  self->hub = nb_socket_hub_new (self->peers, self, &hub_events, self, &error);
  if (self->hub == NULL)
    g_warning ("%s", error->message);
  else if (self->site->accounts != NULL)
    self->socket_sessions = nb_socket_sessions_new (self->hub, self->site->accounts);
  return self->hub;
}

void
nb_server_close_hub (NbServer *self)
{
  g_clear_pointer (&self->socket_sessions, nb_socket_sessions_free);
  g_clear_pointer (&self->hub, nb_socket_hub_free);
}

static gboolean
refuse (NbRequest *self, NbErrorCode code, const char *msgid)
{
  g_autoptr (GError) error = nb_error_new (code, msgid, NULL);

  nb_request_respond_error (self, error);
  return FALSE;
}

/* Tells what would be right instead. */
static gboolean
refuse_handshake (NbRequest *self)
{
  g_autoptr (GError) error = nb_error_new (NB_ERROR_MALFORMED_REQUEST,
                                           N_ ("this address takes WebSockets (RFC 6455, version 13) alone"), NULL);

  nb_request_set_header (self, "Upgrade", "websocket");
  nb_request_set_header (self, "Connection", "Upgrade");
  nb_request_set_header (self, "Sec-WebSocket-Version", "13");
  nb_request_respond_problem (self, error, UPGRADE_REQUIRED);
  soup_server_message_set_status (self->message, UPGRADE_REQUIRED, "Upgrade Required");
  return FALSE;
}

static gboolean
is_handshake (NbRequest *self)
{
  return strcmp (self->method, "GET") == 0 && soup_server_message_get_http_version (self->message) == SOUP_HTTP_1_1
         && soup_websocket_server_check_handshake (self->message, NULL, NULL, NULL, NULL);
}

/* A program sends none; a browser always does, and can't be made to send another. */
static gboolean
is_origin_allowed (NbRequest *self)
{
  const NbOrigin origin
      = { .origin = nb_request_get_header (self, "Origin"), .host = nb_request_get_header (self, "Host") };

  return nb_origin_is_own (&origin, self->server->base_url)
         || nb_origin_is_listed (origin.origin, self->server->allowed_origins);
}

gboolean
nb_socket_upgrade_check (NbRequest *self)
{
  if (!is_handshake (self))
    return refuse_handshake (self);
  if (!is_origin_allowed (self))
    return refuse (self, NB_ERROR_ORIGIN_NOT_ALLOWED, N_ ("this request came from another site"));
  if (self->server->is_draining || self->server->stopping != NULL)
    return refuse (self, NB_ERROR_SHUTTING_DOWN, N_ ("the server is restarting; try again in a moment"));
  return TRUE;
}

/* Its name is offered among others, or not at all. */
static gboolean
is_protocol_offered (NbRequest *self)
{
  const char *header = nb_request_get_header (self, "Sec-WebSocket-Protocol");
  g_auto (GStrv) names = g_strsplit (header != NULL ? header : "", ",", 32);

  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (g_strstrip (names[i]), PROTOCOL) == 0)
      return TRUE;
  return FALSE;
}

/* What happened between the answer and now decides as it would have before. */
static void
give_to_hub (NbRequest *self, int fd, GBytes *bytes)
{
  NbServer *server = self->server;
  NbSocketHub *hub = nb_server_get_hub (server);
  gboolean is_too_many = FALSE;
  NbSocketBirth birth = { .fd = fd, .bytes = bytes, .target = self->target, .request = self, .session = self->session };

  if (hub == NULL || server->is_draining || server->stopping != NULL)
    {
      close (fd);
      return;
    }
  birth.address = nb_peers_count_socket (server->peers, self->address, &is_too_many);
  if (is_too_many)
    nb_socket_hub_turn_away (hub, &birth, NB_SOCKET_TRY_LATER, "too many connections from this address");
  else if (nb_server_is_quiescing (server, self->target->route.owner))
    nb_socket_hub_turn_away (hub, &birth, NB_SOCKET_SWITCHED_OFF, NULL);
  else
    nb_socket_hub_adopt (hub, &birth);
}

static void
on_switched (SoupServerMessage *message, gpointer user_data)
{
  g_autoptr (NbRequest) self = g_object_ref (NB_REQUEST (user_data));
  NbPeer *peer = nb_peers_find (message, NULL);
  g_autoptr (GBytes) bytes = NULL;
  int fd;

  g_signal_handlers_disconnect_by_data (message, user_data);
  if (peer == NULL)
    return;
  fd = nb_peer_detach (peer, &bytes);
  if (fd >= 0)
    give_to_hub (self, fd, bytes);
}

/* The connection broke before the answer was written. */
static void
on_broken (SoupServerMessage *message, gpointer user_data)
{
  g_signal_handlers_disconnect_by_data (message, user_data);
}

static void
drop_request (gpointer request, GClosure *closure)
{
  g_object_unref (request);
}

void
nb_socket_upgrade (NbRequest *self)
{
  char protocol[] = PROTOCOL;
  char *protocols[] = { protocol, NULL };

  /* Who comes with a browser's cookie has to say where from, as every browser does. */
  if (self->session != NULL && self->is_by_cookie && nb_request_get_header (self, "Origin") == NULL)
    {
      refuse (self, NB_ERROR_ORIGIN_NOT_ALLOWED, N_ ("a socket that is signed in by cookie must send its Origin"));
      return;
    }
  if (!soup_websocket_server_process_handshake (self->message, NULL, is_protocol_offered (self) ? protocols : NULL,
                                                NULL, NULL))
    {
      refuse_handshake (self);
      return;
    }
  /* The handlers keep the request, and the request keeps the message: whichever is called first lets go of both. */
  g_signal_connect_data (self->message, "wrote-informational", G_CALLBACK (on_switched), g_object_ref (self),
                         drop_request, 0);
  g_signal_connect_data (self->message, "finished", G_CALLBACK (on_broken), g_object_ref (self), drop_request, 0);
  nb_request_switch (self);
}
