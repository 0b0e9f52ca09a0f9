/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ceiling for HTTP: libsoup alone, answering one short JSON text. Prints its port, serves until its input closes.
 */
#include <glib-unix.h>
#include <libsoup/soup.h>

static void
on_hello (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  static const char text[] = "{\"ok\":true,\"auction\":\"12345\",\"price\":1000000,\"bids\":42,\"ends\":1700000000}";

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, text, sizeof text - 1);
}

static gboolean
on_input_closed (int fd, GIOCondition condition, gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupServer) server = soup_server_new ("server-header", "hello", NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GSList *uris;

  soup_server_add_handler (server, "/hello", on_hello, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("hello-server: %s\n", error->message);
      return 1;
    }
  uris = soup_server_get_uris (server);
  g_print ("%d\n", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  g_unix_fd_add (0, G_IO_HUP | G_IO_IN, on_input_closed, loop);
  g_main_loop_run (loop);
  soup_server_disconnect (server);
  return 0;
}
