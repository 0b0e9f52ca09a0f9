/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handshake keys and frames, read and written in place. */
#include "bench/ws-wire.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void
ws_wire_make_key (char key[WS_KEY_SIZE])
{
  guchar bytes[16];
  g_autofree char *text = NULL;

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    abort ();
  text = g_base64_encode (bytes, sizeof bytes);
  g_strlcpy (key, text, WS_KEY_SIZE);
}

void
ws_wire_make_accept (const char *key, char accept[WS_ACCEPT_SIZE])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *text = NULL;
  guint8 digest[20];
  gsize length = sizeof digest;

  g_checksum_update (sum, (const guchar *)key, (gssize)strlen (key));
  g_checksum_update (sum, (const guchar *)"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", -1);
  g_checksum_get_digest (sum, digest, &length);
  text = g_base64_encode (digest, length);
  g_strlcpy (accept, text, WS_ACCEPT_SIZE);
}

/* Returns: the bytes of the header, 0 when they aren't all there */
static gsize
read_length (const guchar *data, gsize n, guint64 *length)
{
  guint bytes = (data[1] & 0x7f) == 126 ? 2 : (data[1] & 0x7f) == 127 ? 8 : 0;

  *length = bytes == 0 ? data[1] & 0x7f : 0;
  if (n < 2 + bytes)
    return 0;
  for (guint i = 0; i < bytes; i++)
    *length = *length << 8 | data[2 + i];
  return 2 + bytes;
}

static gboolean
is_known (guint opcode)
{
  return opcode == WS_TEXT || opcode == WS_CLOSE || opcode == WS_PING || opcode == WS_PONG;
}

int
ws_wire_parse (char *data, gsize n, gboolean is_masked, WsFrame *frame)
{
  guchar *bytes = (guchar *)data;
  guint64 length;
  gsize head;

  if (n < 2)
    return 0;
  if ((bytes[0] & 0xf0) != 0x80 || !is_known (bytes[0] & 0x0f) || (bytes[1] >> 7) != (is_masked ? 1 : 0))
    return -1;
  head = read_length (bytes, n, &length);
  if (head == 0)
    return 0;
  if (length > WS_FRAME_MAX)
    return -1;
  head += is_masked ? 4 : 0;
  if (n < head + length)
    return 0;
  for (guint64 i = 0; is_masked && i < length; i++)
    bytes[head + i] ^= bytes[head - 4 + i % 4];
  *frame = (WsFrame){ bytes[0] & 0x0f, data + head, length, head + length };
  return 1;
}

/* A mask only has to differ from frame to frame here. */
static guint32
next_mask (void)
{
  static guint32 state = 2463534242;

  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

gsize
ws_wire_write (char *out, WsOpcode opcode, const char *payload, gsize length, gboolean is_masked)
{
  guint32 mask = is_masked ? next_mask () : 0;
  char masks[4];
  gsize head = 2;

  g_assert (length <= WS_SMALL_MAX);
  out[0] = (char)(0x80 | opcode);
  out[1] = (char)((length < 126 ? length : 126) | (is_masked ? 0x80 : 0));
  if (length >= 126)
    {
      out[2] = (char)(length >> 8);
      out[3] = (char)(length & 0xff);
      head = 4;
    }
  memcpy (masks, &mask, sizeof masks);
  if (is_masked)
    {
      memcpy (out + head, masks, sizeof masks);
      head += sizeof masks;
    }
  for (gsize i = 0; i < length; i++)
    out[head + i] = payload[i] ^ masks[i % 4];
  return head + length;
}

guint
ws_wire_get_close_code (const WsFrame *frame)
{
  const guchar *payload = (const guchar *)frame->payload;

  return frame->length >= 2 ? (guint)(payload[0] << 8 | payload[1]) : 1005;
}
