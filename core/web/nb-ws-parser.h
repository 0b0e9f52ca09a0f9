/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frames of a WebSocket's client (RFC 6455) out of bytes that come in any pieces: no I/O, and no memory of its own
 * between two messages. */
#pragma once

#include "core/web/nb-ws-utf8.h"

G_BEGIN_DECLS

/* The most bytes that a control frame carries. */
#define NB_WS_CONTROL_MAX 125
/* The most bytes of a frame's header from a client. */
#define NB_WS_HEADER_MAX 14

typedef enum
{
  NB_WS_CONTINUATION = 0,
  NB_WS_TEXT = 1,
  NB_WS_BINARY = 2,
  NB_WS_CLOSE = 8,
  NB_WS_PING = 9,
  NB_WS_PONG = 10
} NbWsOpcode;

typedef enum
{
  NB_WS_EVENT_NONE, /* more bytes are needed */
  NB_WS_EVENT_TEXT, /* a whole message, valid UTF-8 with a NUL behind */
  NB_WS_EVENT_PING,
  NB_WS_EVENT_PONG,
  NB_WS_EVENT_CLOSE, /* @code: what the peer gave, 0 for none; the data are its reason */
  NB_WS_EVENT_FAULT  /* @code: what the connection must be closed with */
} NbWsEventKind;

typedef struct
{
  NbWsEventKind kind;
  guint16 code;
  const guint8 *data; /* valid until the next call, and as long as the bytes given */
  gsize length;
} NbWsEvent;

/* Initialized by nb_ws_parser_init(); nobody else reads it. */
typedef struct
{
  guint8 *text;    /* (nullable) a message that is not whole yet */
  guint8 *control; /* (nullable) the payload of a control frame that is not whole yet */
  guint32 text_length;
  guint32 text_size;
  guint32 message_max;
  guint32 left; /* bytes of this frame's payload that have not come */
  guint32 seen; /* bytes of it that have */
  guint8 header[NB_WS_HEADER_MAX];
  guint8 header_length; /* bytes of it that are there */
  guint8 header_size;   /* bytes that it will have, as far as is known */
  guint is_in_payload : 1;
  guint is_in_message : 1; /* between the fragments of one */
  guint is_ended : 1;      /* closed or at fault: what still comes is nothing */
  guint gave_text : 1;     /* the last event was `text` */
  NbWsUtf8 utf8;
} NbWsParser;

/* @message_max: bytes of a whole message, at most 1 GiB */
void nb_ws_parser_init (NbWsParser *self, gsize message_max);
void nb_ws_parser_clear (NbWsParser *self);

/* Takes bytes from the start of *@data, which it unmasks in place, until there is an event or none is left. @data and
 * @length: (inout): moved on behind what was taken. Called again until it says that more bytes are needed. After
 * `close` and `fault` it takes everything and says nothing. */
NbWsEvent nb_ws_parser_next (NbWsParser *self, guint8 **data, gsize *length);
/* Returns: whether a frame or message has begun that is not whole */
gboolean nb_ws_parser_is_inside (const NbWsParser *self);
/* Returns: whether a peer may close with @code */
gboolean nb_ws_close_code_is_valid (guint code);

G_END_DECLS
