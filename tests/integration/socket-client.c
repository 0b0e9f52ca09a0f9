/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients of a socket site: frames written and read by hand. */
#include "tests/integration/socket-site.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

char *
socket_site_handshake (const char *path, const char *headers)
{
  return g_strdup_printf ("GET %s HTTP/1.1\r\nHost: bid.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                          path, headers != NULL ? headers : "");
}

/* What the server did not want any more is no fault of the test's. */
static void
send_bytes (int fd, const GByteArray *bytes)
{
  gsize at = 0;

  while (at < bytes->len)
    {
      const gssize n = send (fd, bytes->data + at, bytes->len - at, MSG_NOSIGNAL);

      if (n <= 0)
        return;
      at += n;
    }
}

char *
socket_site_ask (int fd, const char *path, const char *headers, const GByteArray *more)
{
  const struct timeval patience = { .tv_sec = 60 };
  g_autofree char *handshake = socket_site_handshake (path, headers);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  g_byte_array_append (bytes, (const guint8 *)handshake, strlen (handshake));
  if (more != NULL)
    g_byte_array_append (bytes, more->data, more->len);
  send_bytes (fd, bytes);
  return nb_test_read_answer (fd, NULL);
}

int
socket_site_connect (SocketSite *self, const char *path, const char *headers)
{
  const int fd = nb_test_connect (socket_site_get_port (self));
  g_autofree char *answer = socket_site_ask (fd, path, headers, NULL);

  if (nb_test_status (answer) != 101)
    g_error ("the handshake was refused: %s", answer);
  return fd;
}

void
socket_site_send (int fd, guint8 first, const void *payload, gsize length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  nb_test_ws_add_frame (bytes, first, NB_TEST_WS_SHORTEST, payload, length);
  send_bytes (fd, bytes);
}

void
socket_site_send_text (int fd, const char *text)
{
  socket_site_send (fd, FRAME_TEXT, text, strlen (text));
}

/* Returns: 1, 0 where the connection ended, -1 where it broke */
static int
read_exactly (int fd, void *target, gsize length)
{
  gsize at = 0;

  while (at < length)
    {
      const gssize n = recv (fd, (char *)target + at, length - at, 0);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        g_error ("nothing came for a minute");
      if (n <= 0)
        return (int)n;
      at += n;
    }
  return 1;
}

/* The server's frames are whole and without a key, and told by the shortest length. */
static int
read_header (int fd, guint8 *first, gsize *length)
{
  guint8 head[2];
  guint8 more[8];
  guint n;
  int state = read_exactly (fd, head, sizeof head);

  if (state <= 0)
    return state;
  g_assert_cmpint (head[0] & 0xf0, ==, 0x80);
  g_assert_cmpint (head[1] & 0x80, ==, 0);
  n = head[1] < 126 ? 0 : head[1] == 126 ? 2 : 8;
  if (n > 0)
    state = read_exactly (fd, more, n);
  *first = head[0];
  *length = n == 0 ? head[1] : 0;
  for (guint i = 0; state > 0 && i < n; i++)
    *length = *length << 8 | more[i];
  g_assert_true (state <= 0 || n == 0 || *length >= (n == 2 ? 126 : 65536));
  return state;
}

static char *
describe (guint8 first, char *payload, gsize length)
{
  switch (first)
    {
    case FRAME_TEXT:
      return g_strdup_printf ("text(%s)", payload);
    case FRAME_PING:
      return g_strdup_printf ("ping(%s)", payload);
    case FRAME_PONG:
      return g_strdup_printf ("pong(%s)", payload);
    case FRAME_CLOSE:
      if (length < 2)
        return g_strdup ("close()");
      return g_strdup_printf ("close(%u%s%s)", (guint8)payload[0] << 8 | (guint8)payload[1], length > 2 ? " " : "",
                              payload + 2);
    default:
      g_error ("the server sent a frame that begins with %x", first);
    }
}

char *
socket_site_read (int fd)
{
  g_autofree char *payload = NULL;
  guint8 first = 0;
  gsize length = 0;
  int state = read_header (fd, &first, &length);

  if (state > 0)
    {
      g_assert_cmpuint (length, <=, 16 * 1024 * 1024);
      payload = g_malloc0 (length + 1);
      state = length > 0 ? read_exactly (fd, payload, length) : 1;
    }
  if (state <= 0)
    return g_strdup (state == 0 ? "end" : "reset");
  return describe (first, payload, length);
}

void
socket_site_expect (int fd, const char *frame)
{
  g_autofree char *found = socket_site_read (fd);

  g_assert_cmpstr (found, ==, frame);
}

void
socket_site_expect_text (int fd, const char *text)
{
  g_autofree char *expected = g_strdup_printf ("text(%s)", text);

  for (;;)
    {
      g_autofree char *found = socket_site_read (fd);

      if (strcmp (found, "ping()") != 0)
        {
          g_assert_cmpstr (found, ==, expected);
          return;
        }
      socket_site_send (fd, FRAME_PONG, NULL, 0);
    }
}
