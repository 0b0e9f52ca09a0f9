/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handshake, masked frames out, frames in. */
#include "tests/support/nb-test-socket.h"

#include "tests/support/nb-test-server.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE (60 * G_USEC_PER_SEC)
#define KEY "bmVpZ2hib3JiaWQgdGVzdA=="
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

enum
{
  OPCODE_TEXT = 1,
  OPCODE_CLOSE = 8,
  OPCODE_PING = 9,
  OPCODE_PONG = 10
};

static void
assert_accepted (const char *answer)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *accept = nb_test_header (answer, "Sec-WebSocket-Accept");
  g_autofree char *expected = NULL;
  guint8 digest[20];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *)KEY GUID, -1);
  g_checksum_get_digest (checksum, digest, &length);
  expected = g_base64_encode (digest, length);
  g_assert_cmpstr (accept, ==, expected);
}

NbTestSocket *
nb_test_socket_try (guint16 port, const char *path, const char *headers, guint *status)
{
  g_autofree char *request
      = g_strconcat ("GET ", path,
                     " HTTP/1.1\r\nHost: bid.example\r\nConnection: Upgrade\r\n"
                     "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n",
                     headers != NULL ? headers : "", "\r\n", NULL);
  const int fd = nb_test_connect (port);
  g_autofree char *answer = NULL;
  NbTestSocket *self;

  nb_test_send (fd, request);
  answer = nb_test_read_answer (fd, NULL);
  *status = nb_test_status (answer);
  if (*status != 101)
    {
      close (fd);
      return NULL;
    }
  assert_accepted (answer);
  self = g_new0 (NbTestSocket, 1);
  self->fd = fd;
  self->unread = g_byte_array_new ();
  return self;
}

NbTestSocket *
nb_test_socket_open (guint16 port, const char *path, const char *headers)
{
  guint status;
  NbTestSocket *self = nb_test_socket_try (port, path, headers, &status);

  if (self == NULL)
    g_error ("%s: the handshake was answered with %u", path, status);
  return self;
}

void
nb_test_socket_free (NbTestSocket *self)
{
  close (self->fd);
  g_byte_array_unref (self->unread);
  g_free (self);
}

static void
append_frame (GByteArray *out, guint8 opcode, const guint8 *data, gsize length)
{
  static const guint8 mask[4] = { 0x1d, 0xa2, 0x37, 0xf4 };
  const guint8 first = 0x80 | opcode;
  guint8 size[3] = { 0x80 | (guint8)MIN (length, 126), (guint8)(length >> 8), (guint8)length };

  g_assert_cmpuint (length, <=, G_MAXUINT16);
  g_byte_array_append (out, &first, 1);
  g_byte_array_append (out, size, length < 126 ? 1 : 3);
  g_byte_array_append (out, mask, sizeof mask);
  for (gsize i = 0; i < length; i++)
    {
      const guint8 byte = data[i] ^ mask[i % sizeof mask];

      g_byte_array_append (out, &byte, 1);
    }
}

/* A server that has closed takes nothing any more; what it said shows when reading. */
static void
send_all (NbTestSocket *self, const guint8 *data, gsize length)
{
  while (length > 0)
    {
      const gssize n = send (self->fd, data, length, MSG_NOSIGNAL);

      if (n < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
      if (n <= 0)
        return;
      data += n;
      length -= (gsize)n;
    }
}

void
nb_test_socket_send_frame (NbTestSocket *self, guint8 opcode, const void *data, gsize length)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  append_frame (out, opcode, data, length);
  send_all (self, out->data, out->len);
}

void
nb_test_socket_send (NbTestSocket *self, const char *text)
{
  nb_test_socket_send_frame (self, OPCODE_TEXT, text, strlen (text));
}

void
nb_test_socket_send_many (NbTestSocket *self, const char *const *texts, gsize n_texts)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (gsize i = 0; i < n_texts; i++)
    append_frame (out, OPCODE_TEXT, (const guint8 *)texts[i], strlen (texts[i]));
  send_all (self, out->data, out->len);
}

/* Returns: whether a whole frame is unread; where its payload begins and how long it is. */
static gboolean
measure (const GByteArray *unread, gsize *start, gsize *length)
{
  const guint8 *data = unread->data;
  gsize size_bytes = 0;

  if (unread->len < 2)
    return FALSE;
  *length = data[1] & 0x7f;
  if (*length >= 126)
    size_bytes = *length == 126 ? 2 : 8;
  *start = 2 + size_bytes;
  if (unread->len < *start)
    return FALSE;
  if (size_bytes > 0)
    *length = 0;
  for (gsize i = 0; i < size_bytes; i++)
    *length = *length << 8 | data[2 + i];
  return unread->len >= *start + *length;
}

/* Reads what is there, waiting for it up to @timeout milliseconds. Returns: whether anything came */
static gboolean
read_some (NbTestSocket *self, int timeout)
{
  struct pollfd poller = { .fd = self->fd, .events = POLLIN };
  guint8 bytes[65536];
  gssize n;

  if (self->is_over || poll (&poller, 1, timeout) <= 0)
    return FALSE;
  n = recv (self->fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n > 0)
    g_byte_array_append (self->unread, bytes, (guint)n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    self->is_over = TRUE;
  return n > 0;
}

/* Takes whole frames until one is a text. Returns: (transfer full) (nullable) */
static char *
take_text (NbTestSocket *self)
{
  gsize start, length;

  while (measure (self->unread, &start, &length))
    {
      const guint8 *payload = self->unread->data + start;
      const guint8 opcode = self->unread->data[0] & 0x0f;
      g_autofree char *text = g_strndup ((const char *)payload, length);

      g_assert_cmpuint (self->unread->data[0] & 0xf0, ==, 0x80);
      g_assert_cmpuint (self->unread->data[1] & 0x80, ==, 0);
      if (opcode == OPCODE_CLOSE)
        self->close_code = length >= 2 ? (guint)payload[0] << 8 | payload[1] : 1005;
      if (opcode == OPCODE_CLOSE || opcode == OPCODE_PING)
        nb_test_socket_send_frame (self, opcode == OPCODE_PING ? OPCODE_PONG : OPCODE_CLOSE, payload, length);
      g_byte_array_remove_range (self->unread, 0, (guint)(start + length));
      if (opcode == OPCODE_TEXT)
        return g_steal_pointer (&text);
    }
  return NULL;
}

char *
nb_test_socket_poll (NbTestSocket *self)
{
  char *text = take_text (self);

  while (text == NULL && read_some (self, 0))
    text = take_text (self);
  return text;
}

char *
nb_test_socket_receive (NbTestSocket *self)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;
  char *text = take_text (self);

  while (text == NULL && !self->is_over)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("nothing came for a minute");
      read_some (self, 1000);
      text = take_text (self);
    }
  return text;
}

JsonObject *
nb_test_socket_next (NbTestSocket *self)
{
  g_autofree char *text = nb_test_socket_receive (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, &error) : NULL;

  if (text == NULL)
    return NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    g_error ("no JSON object: %s", text);
  return json_node_dup_object (node);
}

JsonObject *
nb_test_socket_await (NbTestSocket *self, const char *type)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (g_get_monotonic_time () < deadline)
    {
      g_autoptr (JsonObject) message = nb_test_socket_next (self);

      if (message == NULL)
        g_error ("closed with %u before a message of type %s", self->close_code, type);
      if (g_strcmp0 (json_object_get_string_member_with_default (message, "type", ""), type) == 0)
        return g_steal_pointer (&message);
    }
  g_error ("no message of type %s for a minute", type);
}

void
nb_test_socket_assert_closed (NbTestSocket *self, guint code)
{
  for (char *text = nb_test_socket_receive (self); text != NULL; text = nb_test_socket_receive (self))
    g_free (text);
  g_assert_cmpuint (self->close_code, ==, code);
}
