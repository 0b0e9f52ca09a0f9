/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server whose sockets do what their peers ask for. */
#include "tests/integration/socket-site.h"

#include "core/store/nb-store-private.h"
#include "core/web/nb-request-private.h"
#include <stdio.h>
#include <string.h>

static void
on_opened (NbSocket *socket, NbRequest *request, gpointer user_data)
{
  SocketSite *self = user_data;

  self->n_opened++;
  g_assert_null (nb_socket_get_data (socket));
  nb_socket_set_data (socket, self);
  g_ptr_array_add (self->open, socket);
  if (g_str_has_suffix (nb_request_get_path (request), "/shut"))
    nb_socket_close (socket, NB_SOCKET_NOT_FOUND, "no such thing");
}

static void
on_closed (NbSocket *socket, gpointer user_data)
{
  SocketSite *self = user_data;

  g_assert_true (nb_socket_get_data (socket) == self);
  g_assert_true (g_ptr_array_remove (self->open, socket));
  self->n_closed++;
  /* Nothing is sent any more, and that is no fault. */
  nb_socket_close (socket, NB_SOCKET_NORMAL, NULL);
  if (self->is_chained && self->open->len > 0)
    nb_socket_close (g_ptr_array_index (self->open, 0), NB_SOCKET_NORMAL, "chained");
}

static void
send_text (NbSocket *socket, const char *text)
{
  g_autoptr (GBytes) frame = nb_socket_frame_new (text, strlen (text));

  nb_socket_send (socket, frame);
}

static void
send_all (SocketSite *self, const char *text, NbSocket *but, void (*send) (NbSocket *socket, GBytes *frame))
{
  g_autoptr (GBytes) frame = nb_socket_frame_new (text, strlen (text));

  for (guint i = 0; i < self->open->len; i++)
    if (g_ptr_array_index (self->open, i) != but)
      send (g_ptr_array_index (self->open, i), frame);
}

static void
flood (SocketSite *self, NbSocket *socket, const char *arguments)
{
  guint n, size;
  g_autofree char *text = NULL;

  g_assert_cmpint (sscanf (arguments, "%u %u", &n, &size), ==, 2);
  text = g_strnfill (size, 'x');
  for (guint i = 0; i < n; i++)
    send_all (self, text, socket, nb_socket_send);
}

static void
tell_who (NbSocket *socket)
{
  const char *nickname = nb_socket_get_nickname (socket);
  g_autofree char *text = g_strdup_printf ("%s/%s/%s", nb_socket_get_person (socket) != 0 ? "someone" : "nobody",
                                           nickname != NULL ? nickname : "-", nb_socket_get_language (socket));

  send_text (socket, text);
}

static void
tell_error (NbSocket *socket)
{
  g_autoptr (GError) error = nb_error_new (NB_ERROR_NOT_FOUND, "there is nothing at this address", NULL);
  g_autofree char *text = nb_socket_tell_error (socket, error);

  send_text (socket, text);
}

static void
close_all (SocketSite *self)
{
  for (guint i = 0; i < self->open->len; i++)
    nb_socket_close (g_ptr_array_index (self->open, i), NB_SOCKET_NORMAL, "all");
}

static void
on_message (NbSocket *socket, const char *text, gsize length, gpointer user_data)
{
  SocketSite *self = user_data;

  g_assert_cmpuint (strlen (text), <=, length);
  g_assert_true (g_ptr_array_find (self->open, socket, NULL));
  if (g_str_has_prefix (text, "all "))
    send_all (self, text, NULL, nb_socket_send);
  else if (g_str_has_prefix (text, "newest "))
    send_all (self, text, NULL, nb_socket_send_newest);
  else if (g_str_has_prefix (text, "flood "))
    flood (self, socket, text + strlen ("flood "));
  else if (g_str_has_prefix (text, "close "))
    nb_socket_close (socket, (NbSocketClose)g_ascii_strtoull (text + strlen ("close "), NULL, 10), "as asked");
  else if (strcmp (text, "close-all") == 0)
    close_all (self);
  else if (strcmp (text, "who") == 0)
    tell_who (socket);
  else if (strcmp (text, "write") == 0)
    send_text (socket, nb_socket_take_write (socket) == 0 ? "taken" : "too many");
  else if (strcmp (text, "error") == 0)
    tell_error (socket);
  else
    send_text (socket, text);
}

static void
on_hello (NbRequest *request, gpointer user_data)
{
  nb_request_respond_json (request, 200, json_object_new ());
}

static void
set_up (NbSite *site, gpointer user_data)
{
  SocketSite *self = user_data;

  nb_registry_add_socket_route (site->registry, "acme", "/ws", &self->handler, self, NULL);
  nb_registry_add_socket_route (site->registry, "acme", "/ws/{how}", &self->handler, self, NULL);
  nb_registry_add_socket_route (site->registry, "core", "/other", &self->neighbour, self, NULL);
  nb_registry_add_route (site->registry, "core", "GET", "/hello", 0, on_hello, NULL, NULL);
  nb_registry_add_route (site->registry, "core", "POST", "/hello", 0, on_hello, NULL, NULL);
  if (self->set_up != NULL)
    self->set_up (site, self->user_data);
}

static void
tear_down (NbSite *site, gpointer user_data)
{
  SocketSite *self = user_data;

  /* Each that was opened was closed, once. */
  g_assert_cmpuint (self->n_opened, ==, self->n_closed);
  g_assert_cmpuint (self->open->len, ==, 0);
  g_clear_object (&site->accounts);
  if (site->store != NULL)
    nb_store_stop (site->store);
  g_clear_object (&site->store);
}

void
socket_site_start (SocketSite *self, const NbServerOptions *options)
{
  NbServerOptions defaults;

  nb_test_server_default_options (&defaults);
  self->open = g_ptr_array_new ();
  self->handler.opened = on_opened;
  self->handler.message = on_message;
  self->handler.closed = on_closed;
  self->neighbour = self->handler;
  self->server = nb_test_server_new (options != NULL ? options : &defaults, set_up, tear_down, self);
}

void
socket_site_stop (SocketSite *self)
{
  nb_test_server_free (self->server, 10 * G_TIME_SPAN_SECOND);
  g_ptr_array_unref (self->open);
}

guint16
socket_site_get_port (SocketSite *self)
{
  return nb_test_server_get_port (self->server);
}

typedef struct
{
  SocketSite *site;
  guint n_open;
  guint n_closed;
} Numbers;

static void
get_numbers (NbServer *server, gpointer user_data)
{
  Numbers *numbers = user_data;

  numbers->n_open = numbers->site->open->len;
  numbers->n_closed = numbers->site->n_closed;
}

static void
await (SocketSite *self, guint (*pick) (const Numbers *numbers), guint wanted)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  Numbers numbers = { .site = self };

  nb_test_server_invoke (self->server, get_numbers, &numbers);
  while (pick (&numbers) != wanted)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("waited for %u sockets, there are %u", wanted, pick (&numbers));
      g_usleep (2000);
      nb_test_server_invoke (self->server, get_numbers, &numbers);
    }
}

static guint
pick_open (const Numbers *numbers)
{
  return numbers->n_open;
}

static guint
pick_closed (const Numbers *numbers)
{
  return numbers->n_closed;
}

void
socket_site_await_open (SocketSite *self, guint n)
{
  await (self, pick_open, n);
}

void
socket_site_await_closed (SocketSite *self, guint n)
{
  await (self, pick_closed, n);
}
