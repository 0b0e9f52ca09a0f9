/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frames of a WebSocket's client (RFC 6455) out of bytes that come in any pieces. */
#include "core/web/nb-ws-parser.h"

#include <neighborbid/nb-socket.h>
#include <string.h>

#define FIN 0x80
#define RESERVED 0x70
#define OPCODE 0x0f
#define MASKED 0x80
#define LENGTH 0x7f
#define LENGTH_16 126
#define LENGTH_64 127
#define KEY_SIZE 4
/* A message that comes in pieces is given room as it comes, not as it is announced. */
#define TEXT_MIN_SIZE 128

void
nb_ws_parser_init (NbWsParser *self, gsize message_max)
{
  *self = (NbWsParser){ .message_max = (guint32)MIN (message_max, 1u << 30), .header_size = 2 };
}

void
nb_ws_parser_clear (NbWsParser *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->control, g_free);
}

static NbWsOpcode
get_opcode (const NbWsParser *self)
{
  return self->header[0] & OPCODE;
}

static gboolean
is_control (const NbWsParser *self)
{
  return (self->header[0] & 0x08) != 0;
}

static gboolean
is_final (const NbWsParser *self)
{
  return (self->header[0] & FIN) != 0;
}

/* Each check of a header returns 0, or the code to close with. */
static guint16
check_first_byte (const NbWsParser *self)
{
  const NbWsOpcode opcode = get_opcode (self);

  if ((self->header[0] & RESERVED) != 0)
    return NB_SOCKET_PROTOCOL_ERROR;
  switch (opcode)
    {
    case NB_WS_CONTINUATION:
      return self->is_in_message ? 0 : NB_SOCKET_PROTOCOL_ERROR;
    case NB_WS_TEXT:
      return self->is_in_message ? NB_SOCKET_PROTOCOL_ERROR : 0;
    case NB_WS_BINARY:
      return self->is_in_message ? NB_SOCKET_PROTOCOL_ERROR : NB_SOCKET_UNSUPPORTED;
    case NB_WS_CLOSE:
    case NB_WS_PING:
    case NB_WS_PONG:
      return is_final (self) ? 0 : NB_SOCKET_PROTOCOL_ERROR;
    }
  return NB_SOCKET_PROTOCOL_ERROR;
}

static guint16
check_second_byte (NbWsParser *self)
{
  const guint8 length = self->header[1] & LENGTH;

  if ((self->header[1] & MASKED) == 0 || (is_control (self) && length > NB_WS_CONTROL_MAX))
    return NB_SOCKET_PROTOCOL_ERROR;
  self->header_size = 2 + KEY_SIZE + (length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0);
  return 0;
}

static guint16
take_length (NbWsParser *self, guint64 length)
{
  if (!is_control (self) && length > self->message_max - self->text_length)
    return NB_SOCKET_TOO_LARGE;
  self->left = (guint32)length;
  return 0;
}

/* A length has one right form: the shortest. */
static guint16
check_length (NbWsParser *self)
{
  const guint8 form = self->header[1] & LENGTH;
  guint64 length = 0;

  for (int i = 2; i < self->header_size - KEY_SIZE; i++)
    length = length << 8 | self->header[i];
  if (form < LENGTH_16)
    return take_length (self, form);
  if (length < (form == LENGTH_16 ? LENGTH_16 : 65536) || length > G_MAXINT64)
    return NB_SOCKET_PROTOCOL_ERROR;
  return take_length (self, length);
}

/* As soon as a byte is there that decides, so that a refusal needs no more of the frame. */
static guint16
take_header_byte (NbWsParser *self, guint8 byte)
{
  guint16 code = 0;

  self->header[self->header_length++] = byte;
  if (self->header_length == 1)
    code = check_first_byte (self);
  else if (self->header_length == 2)
    code = check_second_byte (self);
  if (code == 0 && self->header_length >= 2 && self->header_length == self->header_size - KEY_SIZE)
    code = check_length (self);
  return code;
}

static void
unmask (const NbWsParser *self, guint8 *target, const guint8 *source, gsize length)
{
  const guint8 *key = self->header + self->header_size - KEY_SIZE;
  const gsize at = self->seen;
  gsize i = 0;

  if (length >= 16)
    {
      const guint8 turned[8] = { key[at & 3], key[(at + 1) & 3], key[(at + 2) & 3], key[(at + 3) & 3],
                                 key[at & 3], key[(at + 1) & 3], key[(at + 2) & 3], key[(at + 3) & 3] };
      guint64 wide, eight;

      memcpy (&wide, turned, sizeof wide);
      for (; i + 8 <= length; i += 8)
        {
          memcpy (&eight, source + i, sizeof eight);
          eight ^= wide;
          memcpy (target + i, &eight, sizeof eight);
        }
    }
  for (; i < length; i++)
    target[i] = source[i] ^ key[(at + i) & 3];
}

static NbWsEvent
fail (NbWsParser *self, guint16 code)
{
  self->is_ended = TRUE;
  return (NbWsEvent){ .kind = NB_WS_EVENT_FAULT, .code = code };
}

static void
end_frame (NbWsParser *self)
{
  self->is_in_payload = FALSE;
  self->header_length = 0;
  self->header_size = 2;
  self->seen = 0;
}

static NbWsEvent
give_text (NbWsParser *self, guint8 *text, gsize length)
{
  self->is_in_message = FALSE;
  self->text_length = 0;
  self->gave_text = TRUE;
  if (self->utf8.left > 0)
    return fail (self, NB_SOCKET_INVALID_TEXT);
  text[length] = '\0';
  return (NbWsEvent){ .kind = NB_WS_EVENT_TEXT, .data = text, .length = length };
}

/* A message that is in one piece stays where it came: one byte to the left, over its header, there is room for the NUL.
 */
static NbWsEvent
take_whole_text (NbWsParser *self, guint8 *payload, gsize length)
{
  guint8 *text = payload - 1;

  unmask (self, text, payload, length);
  end_frame (self);
  if (!nb_ws_utf8_check (&self->utf8, text, length))
    return fail (self, NB_SOCKET_INVALID_TEXT);
  return give_text (self, text, length);
}

static void
make_room (NbWsParser *self, gsize length)
{
  const gsize needed = (gsize)self->text_length + length + 1;

  if (needed <= self->text_size)
    return;
  self->text_size
      = (guint32)MIN (MAX (MAX ((gsize)self->text_size * 2, needed), TEXT_MIN_SIZE), (gsize)self->message_max + 1);
  self->text = g_realloc (self->text, self->text_size);
}

static NbWsEvent
take_part_of_text (NbWsParser *self, const guint8 *payload, gsize length)
{
  guint8 *target;

  make_room (self, length);
  target = self->text + self->text_length;
  unmask (self, target, payload, length);
  self->text_length += length;
  self->seen += length;
  self->left -= length;
  if (!nb_ws_utf8_check (&self->utf8, target, length))
    return fail (self, NB_SOCKET_INVALID_TEXT);
  if (self->left > 0)
    return (NbWsEvent){ .kind = NB_WS_EVENT_NONE };
  self->is_in_message = !is_final (self);
  end_frame (self);
  return self->is_in_message ? (NbWsEvent){ .kind = NB_WS_EVENT_NONE }
                             : give_text (self, self->text, self->text_length);
}

gboolean
nb_ws_close_code_is_valid (guint code)
{
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
         || (code >= 3000 && code <= 4999);
}

static NbWsEvent
give_close (NbWsParser *self, const guint8 *data, gsize length)
{
  const guint16 code = length >= 2 ? data[0] << 8 | data[1] : 0;
  NbWsUtf8 utf8 = { 0 };

  if (length == 1 || (length > 1 && !nb_ws_close_code_is_valid (code)))
    return fail (self, NB_SOCKET_PROTOCOL_ERROR);
  if (length > 2 && (!nb_ws_utf8_check (&utf8, data + 2, length - 2) || utf8.left > 0))
    return fail (self, NB_SOCKET_INVALID_TEXT);
  self->is_ended = TRUE;
  return (NbWsEvent){
    .kind = NB_WS_EVENT_CLOSE, .code = code, .data = length > 2 ? data + 2 : data, .length = length > 2 ? length - 2 : 0
  };
}

static NbWsEvent
give_control (NbWsParser *self, const guint8 *data, gsize length)
{
  const NbWsOpcode opcode = get_opcode (self);

  end_frame (self);
  if (opcode == NB_WS_CLOSE)
    return give_close (self, data, length);
  return (
      NbWsEvent){ .kind = opcode == NB_WS_PING ? NB_WS_EVENT_PING : NB_WS_EVENT_PONG, .data = data, .length = length };
}

static NbWsEvent
take_control (NbWsParser *self, guint8 *payload, gsize length)
{
  if (self->seen == 0 && self->left == length)
    {
      unmask (self, payload, payload, length);
      return give_control (self, payload, length);
    }
  if (self->control == NULL)
    self->control = g_malloc (NB_WS_CONTROL_MAX);
  unmask (self, self->control + self->seen, payload, length);
  self->seen += length;
  self->left -= length;
  return self->left == 0 ? give_control (self, self->control, self->seen) : (NbWsEvent){ .kind = NB_WS_EVENT_NONE };
}

/* @header_is_here: the frame's header came in the same bytes, so that what is before @payload may be written over */
static NbWsEvent
take_payload (NbWsParser *self, guint8 *payload, gsize length, gboolean header_is_here)
{
  if (is_control (self))
    return take_control (self, payload, length);
  if (header_is_here && length == self->left && is_final (self) && !self->is_in_message)
    return take_whole_text (self, payload, length);
  return take_part_of_text (self, payload, length);
}

/* What the last event showed was read by now. */
static void
forget_last_event (NbWsParser *self)
{
  if (!self->is_in_payload || !is_control (self))
    g_clear_pointer (&self->control, g_free);
  if (self->gave_text)
    {
      g_clear_pointer (&self->text, g_free);
      self->text_size = 0;
      self->gave_text = FALSE;
    }
}

/* Returns: whether the header is whole, so that its payload follows; *@code: not 0 when it is refused */
static gboolean
take_header (NbWsParser *self, guint8 **data, gsize *length, guint16 *code)
{
  while (*length > 0 && *code == 0 && self->header_length < self->header_size)
    {
      *code = take_header_byte (self, **data);
      (*data)++;
      (*length)--;
    }
  self->is_in_payload = *code == 0 && self->header_length == self->header_size;
  return self->is_in_payload;
}

static NbWsEvent
take_some (NbWsParser *self, guint8 **data, gsize *length)
{
  const gboolean begins = !self->is_in_payload;
  guint16 code = 0;
  guint8 *payload;
  gsize n;

  if (begins && !take_header (self, data, length, &code))
    return code != 0 ? fail (self, code) : (NbWsEvent){ .kind = NB_WS_EVENT_NONE };
  payload = *data;
  n = MIN (*length, self->left);
  *data += n;
  *length -= n;
  if (n == 0 && self->left > 0)
    return (NbWsEvent){ .kind = NB_WS_EVENT_NONE };
  return take_payload (self, payload, n, begins);
}

NbWsEvent
nb_ws_parser_next (NbWsParser *self, guint8 **data, gsize *length)
{
  NbWsEvent event = { .kind = NB_WS_EVENT_NONE };

  forget_last_event (self);
  while (*length > 0 && event.kind == NB_WS_EVENT_NONE && !self->is_ended)
    event = take_some (self, data, length);
  if (!self->is_ended)
    return event;
  *data += *length;
  *length = 0;
  if (event.kind == NB_WS_EVENT_NONE || event.kind == NB_WS_EVENT_FAULT)
    nb_ws_parser_clear (self);
  return event;
}

gboolean
nb_ws_parser_is_inside (const NbWsParser *self)
{
  return !self->is_ended && (self->is_in_message || self->header_length > 0);
}
