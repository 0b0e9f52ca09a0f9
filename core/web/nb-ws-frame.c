/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames as a server sends them (RFC 6455): whole and unmasked. */
#include "core/web/nb-ws-frame.h"

#include <neighborbid/nb-socket.h>
#include <string.h>

#define FIN 0x80
#define LENGTH_16 126
#define LENGTH_64 127

static gsize
write_header (guint8 *header, NbWsOpcode opcode, gsize length)
{
  const guint n_bytes = length < LENGTH_16 ? 0 : length <= G_MAXUINT16 ? 2 : 8;

  header[0] = FIN | opcode;
  header[1] = n_bytes == 0 ? (guint8)length : n_bytes == 2 ? LENGTH_16 : LENGTH_64;
  for (guint i = 0; i < n_bytes; i++)
    header[2 + i] = (guint8)((guint64)length >> 8 * (n_bytes - 1 - i));
  return 2 + n_bytes;
}

GBytes *
nb_ws_frame_new (NbWsOpcode opcode, const void *data, gsize length)
{
  guint8 header[10];
  const gsize size = write_header (header, opcode, length);
  guint8 *frame = g_malloc (size + length);

  memcpy (frame, header, size);
  if (length > 0)
    memcpy (frame + size, data, length);
  return g_bytes_new_take (frame, size + length);
}

GBytes *
nb_ws_close_frame_new (guint code, const char *reason)
{
  guint8 payload[NB_WS_CONTROL_MAX] = { (guint8)(code >> 8), (guint8)code };
  const char *text = reason != NULL ? reason : "";
  const char *end = text;

  if (code == 0)
    return nb_ws_frame_new (NB_WS_CLOSE, NULL, 0);
  /* Cut between two characters. */
  g_utf8_validate (text, MIN (strlen (text), NB_WS_REASON_MAX), &end);
  memcpy (payload + 2, text, end - text);
  return nb_ws_frame_new (NB_WS_CLOSE, payload, 2 + (end - text));
}

GBytes *
nb_socket_frame_new (const char *text, gsize length)
{
  g_return_val_if_fail (text != NULL || length == 0, NULL);

  return nb_ws_frame_new (NB_WS_TEXT, text, length);
}
