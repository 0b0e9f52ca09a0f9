/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The WebSocket protocol by hand, as much as the load and its ceiling need of both ends. */
#pragma once

#include <glib.h>

#define WS_FRAME_MAX 65536 /* the payload of one frame */
#define WS_SMALL_MAX 512   /* the payload of a frame that ws_wire_write() makes */
#define WS_HEAD_MAX 8      /* the header of such a frame, with its mask */
#define WS_KEY_SIZE 25     /* sixteen random bytes in base64, and the NUL */
#define WS_ACCEPT_SIZE 29

typedef enum
{
  WS_TEXT = 1,
  WS_CLOSE = 8,
  WS_PING = 9,
  WS_PONG = 10
} WsOpcode;

typedef struct
{
  WsOpcode opcode;
  const char *payload; /* where it was read */
  gsize length;
  gsize whole; /* with its header */
} WsFrame;

void ws_wire_make_key (char key[WS_KEY_SIZE]);
/* What the server must answer to @key. */
void ws_wire_make_accept (const char *key, char accept[WS_ACCEPT_SIZE]);

/* Reads the frame at @data in place; a masked one is unmasked there.
 * @is_masked: whether frames must be (a client's) or must not be (a server's)
 * Returns: 1 with @frame filled, 0 when more bytes are needed, -1 for what neither end of ours may be sent: fragments,
 *   binary frames, frames above WS_FRAME_MAX */
int ws_wire_parse (char *data, gsize length, gboolean is_masked, WsFrame *frame);

/* Writes a whole frame.
 * @out: WS_HEAD_MAX + @length bytes; @length is at most WS_SMALL_MAX
 * Returns: its bytes */
gsize ws_wire_write (char *out, WsOpcode opcode, const char *payload, gsize length, gboolean is_masked);

/* Returns: the code in the payload of a close frame; 1005 when it has none */
guint ws_wire_get_close_code (const WsFrame *frame);
