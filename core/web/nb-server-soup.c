/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where libsoup meets the rest of the server: what it reads is checked early, then becomes a request. */
#include "core/web/nb-server-soup.h"

#include "core/web/nb-request-state.h"
#include "core/web/nb-server-life.h"
#include "core/web/nb-server-wire.h"
#include <glib/gi18n.h>
#include <string.h>
#include <sys/socket.h>

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  NbPeer *peer = nb_peers_find (message, NULL);

  if (peer != NULL)
    nb_peer_set_message (peer, message);
}

static void
on_request_ended (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  NbPeer *peer = nb_peers_find (message, NULL);

  if (peer != NULL)
    nb_peer_request_finished (peer);
}

static const char *
get_header (SoupServerMessage *message, const char *name)
{
  return soup_message_headers_get_list (soup_server_message_get_request_headers (message), name);
}

static void
refuse_early (NbServer *self, SoupServerMessage *message, NbErrorCode code, const char *msgid)
{
  gboolean is_internal = FALSE;
  NbPeer *peer = nb_peers_find (message, &is_internal);
  g_autoptr (GError) error = nb_error_new (code, msgid, NULL);
  g_autoptr (GBytes) answer = NULL;

  if (peer == NULL)
    return;
  answer = nb_request_refusal (self, message, peer, error);
  nb_peer_refuse (peer, answer);
}

/* Before any of the body is read. */
static void
on_headers (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  NbServer *self = NB_SERVER (user_data);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *coding = get_header (message, "Content-Encoding");

  /* Its parser overflows, and nothing here is worth cutting into pieces. */
  soup_message_headers_remove (headers, "Range");
  soup_message_headers_remove (headers, "If-Range");
  if (coding != NULL && g_ascii_strcasecmp (coding, "identity") != 0)
    refuse_early (self, message, NB_ERROR_UNSUPPORTED_MEDIA_TYPE, N_ ("the body must not be compressed"));
  else if ((guint64)soup_message_headers_get_content_length (headers) > self->body_max)
    refuse_early (self, message, NB_ERROR_TOO_LARGE, N_ ("the body is too large"));
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  NbServer *self = NB_SERVER (user_data);
  gboolean is_internal = FALSE;
  NbPeer *peer = nb_peers_find (message, &is_internal);
  g_autoptr (NbRequest) request = NULL;

  if (peer == NULL)
    return;
  request = nb_request_new (self, message, peer, is_internal);
  nb_request_dispatch (request);
  if (request->is_answered)
    return;
  request->is_paused = TRUE;
  soup_server_message_pause (message);
}

static void
on_emptied (gpointer user_data)
{
  nb_server_check_stopped (NB_SERVER (user_data));
}

/* libsoup keeps connections alive only while it has a listener of its own: this one can't be reached. */
static void
add_deaf_listener (SoupServer *soup)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;

  if (socket == NULL || !g_socket_bind (socket, address, FALSE, &error) || !g_socket_listen (socket, &error)
      || !soup_server_listen_socket (soup, socket, 0, &error))
    {
      g_warning ("connections will not be kept alive: %s", error != NULL ? error->message : "no socket");
      return;
    }
  shutdown (g_socket_get_fd (socket), SHUT_RDWR);
}

void
nb_server_open_soup (NbServer *self)
{
  const NbPeerLimits limits = { 0 };

  self->soup = soup_server_new ("raw-paths", TRUE, NULL);
  add_deaf_listener (self->soup);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_request_started), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (on_request_ended), self);
  g_signal_connect (self->soup, "request-aborted", G_CALLBACK (on_request_ended), self);
  soup_server_add_early_handler (self->soup, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  self->peers = nb_peers_new (self->soup, self->proxies, &self->deadlines, &limits, on_emptied, self);
}

void
nb_server_close_soup (NbServer *self)
{
  soup_server_disconnect (self->soup);
  nb_peers_close_waiting (self->peers);
}

void
nb_server_close_listeners (NbServer *self)
{
  for (guint i = 0; i < self->listeners->len; i++)
    nb_listener_free (g_ptr_array_index (self->listeners, i), self->owns_files);
  g_ptr_array_set_size (self->listeners, 0);
  if (self->internal_listener != NULL)
    nb_listener_free (self->internal_listener, self->internal_socket == NULL);
  self->internal_listener = NULL;
}
