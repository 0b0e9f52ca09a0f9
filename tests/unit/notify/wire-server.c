/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections in threads of their own, so that answers need no main loop. */
#include "wire-server.h"

#include <stdlib.h>
#include <string.h>

#define LONG_ANSWER (100 * 1024)

struct _WireServer
{
  GMainContext *context; /* woken by each request */
  GSocketListener *listener;
  GThread *thread;
  GCancellable *end; /* of all connections */
  guint16 port;
  gboolean is_mail;
  GMutex lock;
  GCond closed;
  guint n_asked;
  guint n_open;
  guint n_open_max;
  guint n_connections;
};

static gboolean
say (WireServer *self, GIOStream *stream, const char *text)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (stream), text, strlen (text), NULL, self->end, NULL);
}

/* Returns: (transfer full) (nullable): a line without its end; NULL at the end of the connection */
static char *
read_line (WireServer *self, GDataInputStream *in)
{
  return g_data_input_stream_read_line (in, NULL, self->end, NULL);
}

static void
count_request (WireServer *self)
{
  g_mutex_lock (&self->lock);
  self->n_asked++;
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (self->context);
}

static void
wait_for_end (WireServer *self)
{
  GPollFD fd;

  if (!g_cancellable_make_pollfd (self->end, &fd))
    g_error ("no descriptor is left");
  while (!g_cancellable_is_cancelled (self->end))
    g_poll (&fd, 1, -1);
  g_cancellable_release_fd (self->end);
}

static gboolean
answer_http (WireServer *self, GIOStream *stream, const char *path)
{
  g_autofree char *body = NULL;
  g_autofree char *answer = NULL;

  if (strcmp (path, "/never") == 0)
    {
      wait_for_end (self);
      return FALSE;
    }
  body = g_strnfill (strcmp (path, "/long") == 0 ? LONG_ANSWER : 2, 'x');
  answer = g_strdup_printf ("HTTP/1.1 %d Said\r\nContent-Length: %zu\r\n%s%s\r\n%s",
                            path[1] == 'l' ? 200 : atoi (path + 1), strlen (body),
                            strcmp (path, "/429") == 0 ? "Retry-After: 7\r\n" : "",
                            strcmp (path, "/302") == 0 ? "Location: /200\r\n" : "", body);
  return say (self, stream, answer);
}

static void
serve_http (WireServer *self, GIOStream *stream, GDataInputStream *in)
{
  g_autofree char *line = NULL;
  g_autofree char *path = NULL;

  while ((line = read_line (self, in)) != NULL)
    {
      g_auto (GStrv) words = path == NULL ? g_strsplit (line, " ", 3) : NULL;

      if (path == NULL)
        path = g_strdup (words[1]);
      else if (line[0] == '\0')
        {
          count_request (self);
          if (!answer_http (self, stream, path))
            return;
          g_clear_pointer (&path, g_free);
        }
      g_clear_pointer (&line, g_free);
    }
}

static void
take_data (WireServer *self, GIOStream *stream, GDataInputStream *in)
{
  g_autofree char *line = NULL;

  say (self, stream, "354 go on\r\n");
  while ((line = read_line (self, in)) != NULL && strcmp (line, ".") != 0)
    g_clear_pointer (&line, g_free);
  count_request (self);
  say (self, stream, "250 taken\r\n");
}

static void
serve_mail (WireServer *self, GIOStream *stream, GDataInputStream *in)
{
  g_autofree char *line = NULL;

  say (self, stream, "220 here\r\n");
  while ((line = read_line (self, in)) != NULL)
    {
      if (g_str_has_prefix (line, "DATA"))
        take_data (self, stream, in);
      else if (g_str_has_prefix (line, "QUIT"))
        wait_for_end (self);
      else
        say (self, stream, "250 fine\r\n");
      g_clear_pointer (&line, g_free);
    }
}

typedef struct
{
  WireServer *server;
  GSocketConnection *connection;
} Visit;

static gpointer
serve (gpointer user_data)
{
  Visit *visit = user_data;
  WireServer *self = visit->server;
  GIOStream *stream = G_IO_STREAM (visit->connection);
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (stream));

  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  if (self->is_mail)
    serve_mail (self, stream, in);
  else
    serve_http (self, stream, in);
  g_io_stream_close (stream, NULL, NULL);
  g_object_unref (visit->connection);
  g_free (visit);
  g_mutex_lock (&self->lock);
  self->n_open--;
  g_cond_signal (&self->closed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

static gpointer
take_connections (gpointer user_data)
{
  WireServer *self = user_data;
  GSocketConnection *connection;

  while ((connection = g_socket_listener_accept (self->listener, NULL, self->end, NULL)) != NULL)
    {
      Visit *visit = g_new0 (Visit, 1);

      visit->server = self;
      visit->connection = connection;
      g_mutex_lock (&self->lock);
      self->n_connections++;
      self->n_open++;
      self->n_open_max = MAX (self->n_open_max, self->n_open);
      g_mutex_unlock (&self->lock);
      g_thread_unref (g_thread_new ("visit", serve, visit));
    }
  return NULL;
}

WireServer *
wire_server_new (gboolean is_mail)
{
  WireServer *self = g_new0 (WireServer, 1);
  g_autoptr (GInetAddress) address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) place = g_inet_socket_address_new (address, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->closed);
  self->context = g_main_context_ref_thread_default ();
  self->is_mail = is_mail;
  self->end = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  g_socket_listener_add_address (self->listener, place, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                 &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("server", take_connections, self);
  return self;
}

void
wire_server_free (WireServer *self)
{
  g_cancellable_cancel (self->end);
  g_thread_join (self->thread);
  g_mutex_lock (&self->lock);
  while (self->n_open > 0)
    g_cond_wait (&self->closed, &self->lock);
  g_mutex_unlock (&self->lock);
  g_object_unref (self->listener);
  g_object_unref (self->end);
  g_main_context_unref (self->context);
  g_cond_clear (&self->closed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
wire_server_get_port (WireServer *self)
{
  return self->port;
}

static guint
read_locked (WireServer *self, const guint *value)
{
  guint copy;

  g_mutex_lock (&self->lock);
  copy = *value;
  g_mutex_unlock (&self->lock);
  return copy;
}

guint
wire_server_get_n_asked (WireServer *self)
{
  return read_locked (self, &self->n_asked);
}

guint
wire_server_get_n_open_max (WireServer *self)
{
  return read_locked (self, &self->n_open_max);
}

guint
wire_server_get_n_connections (WireServer *self)
{
  return read_locked (self, &self->n_connections);
}
