/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server must say to a client's frames, written down as plainly as RFC 6455 reads: all bytes are there, nothing
 * is remembered between two looks. */
#include "tests/support/nb-test-ws.h"

#include <string.h>

typedef struct
{
  const guint8 *bytes;
  gsize length;
  gsize at;
  gsize message_max;
  GString *log;
  GString *message; /* (nullable) of fragments */
  gboolean is_over;
} Model;

typedef struct
{
  guint8 opcode;
  gboolean is_final;
  guint64 length;
  const guint8 *key;
  gsize size; /* of its header */
} Frame;

static void
say (Model *self, const char *name, const char *code, const char *data, gsize length)
{
  g_autofree char *copy = g_strndup (data, length);
  g_autofree char *escaped = g_strescape (copy, NULL);

  g_string_append_printf (self->log, "%s%s(%s%s", self->log->len > 0 ? " " : "", name, code,
                          code[0] != '\0' && length > 0 ? " " : "");
  if (strlen (copy) < length)
    g_string_append_printf (self->log, "%" G_GSIZE_FORMAT ":", length);
  g_string_append_printf (self->log, "%s)", escaped);
}

static gboolean
fail (Model *self, const char *code)
{
  say (self, "fault", code, "", 0);
  self->is_over = TRUE;
  return FALSE;
}

/* Returns: whether the few bytes of @text begin a character that some bytes behind them would complete */
static gboolean
can_be_completed (const char *text, gsize length)
{
  static const guint8 samples[] = { 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf };

  for (guint i = 0; i < 216; i++)
    {
      char whole[8] = { 0 };

      memcpy (whole, text, length);
      for (gsize at = length, choice = i; at < 4; at++, choice /= 6)
        whole[at] = (char)samples[choice % 6];
      for (gsize size = length + 1; size <= 4; size++)
        if (g_utf8_validate (whole, size, NULL) && g_utf8_strlen (whole, size) == 1)
          return TRUE;
    }
  return FALSE;
}

/* @is_whole: no more will come. */
static gboolean
is_text (const GString *message, gboolean is_whole)
{
  const char *at = message->str;
  const char *end = message->str + message->len;

  while (at < end)
    {
      if (*at != '\0')
        g_utf8_validate (at, end - at, &at);
      if (at < end && *at != '\0')
        return !is_whole && end - at < 4 && can_be_completed (at, end - at);
      at += at < end;
    }
  return TRUE;
}

/* Returns: FALSE when the header is not whole, or wrong */
static gboolean
read_length (Model *self, Frame *frame, const guint8 *head, gsize left)
{
  const guint8 form = head[1] & 0x7f;
  const guint n = form < 126 ? 0 : form == 126 ? 2 : 8;
  guint64 so_far = self->message != NULL ? self->message->len : 0;

  if (left < 2 + n)
    return FALSE;
  frame->length = n == 0 ? form : 0;
  for (guint i = 0; i < n; i++)
    frame->length = frame->length << 8 | head[2 + i];
  if ((n == 2 && frame->length < 126) || (n == 8 && (frame->length < 65536 || frame->length >> 63 != 0)))
    return fail (self, "1002");
  if (frame->opcode < 8 && frame->length + so_far > self->message_max)
    return fail (self, "1009");
  frame->key = head + 2 + n;
  frame->size = 2 + n + 4;
  return left >= frame->size;
}

static gboolean
read_header (Model *self, Frame *frame)
{
  const guint8 *head = self->bytes + self->at;
  const gsize left = self->length - self->at;
  const gboolean is_inside = self->message != NULL;

  if (left == 0)
    return FALSE;
  frame->opcode = head[0] & 0x0f;
  frame->is_final = head[0] >> 7;
  if ((head[0] & 0x70) != 0 || (frame->opcode > 2 && frame->opcode < 8) || frame->opcode > 10)
    return fail (self, "1002");
  if ((frame->opcode == 0 && !is_inside) || ((frame->opcode == 1 || frame->opcode == 2) && is_inside))
    return fail (self, "1002");
  if (frame->opcode == 2)
    return fail (self, "1003");
  if (frame->opcode >= 8 && !frame->is_final)
    return fail (self, "1002");
  if (left < 2)
    return FALSE;
  if (head[1] < 0x80 || (frame->opcode >= 8 && (head[1] & 0x7f) > 125))
    return fail (self, "1002");
  return read_length (self, frame, head, left);
}

static GString *
read_payload (Model *self, const Frame *frame, gboolean *is_whole)
{
  const guint8 *masked = self->bytes + self->at + frame->size;
  const gsize there = MIN (frame->length, self->length - self->at - frame->size);
  GString *payload = g_string_new (NULL);

  for (gsize i = 0; i < there; i++)
    g_string_append_c (payload, (char)(masked[i] ^ frame->key[i % 4]));
  *is_whole = there == frame->length;
  return payload;
}

static gboolean
is_close_code (guint code)
{
  switch (code)
    {
    case 1004:
    case 1005:
    case 1006:
    case 1015:
      return FALSE;
    default:
      return (code >= 1000 && code < 1015) || (code >= 3000 && code < 5000);
    }
}

static gboolean
take_close (Model *self, GString *payload)
{
  const guint code = payload->len >= 2 ? (guint8)payload->str[0] * 256 + (guint8)payload->str[1] : 0;
  g_autofree char *text = g_strdup_printf ("%u", code);

  if (payload->len == 1 || (payload->len > 0 && !is_close_code (code)))
    return fail (self, "1002");
  g_string_erase (payload, 0, MIN (2, payload->len));
  if (!is_text (payload, TRUE))
    return fail (self, "1007");
  say (self, "close", text, payload->str, payload->len);
  self->is_over = TRUE;
  return FALSE;
}

static gboolean
take_text (Model *self, const Frame *frame, const GString *payload, gboolean is_whole)
{
  if (self->message == NULL)
    self->message = g_string_new (NULL);
  g_string_append_len (self->message, payload->str, payload->len);
  if (!is_text (self->message, is_whole && frame->is_final))
    return fail (self, "1007");
  if (is_whole && frame->is_final)
    {
      say (self, "text", "", self->message->str, self->message->len);
      g_string_free (g_steal_pointer (&self->message), TRUE);
    }
  return is_whole;
}

/* Returns: whether there may be more */
static gboolean
take_frame (Model *self)
{
  Frame frame;
  gboolean is_whole, goes_on;
  GString *payload;

  if (!read_header (self, &frame))
    return FALSE;
  payload = read_payload (self, &frame, &is_whole);
  goes_on = is_whole;
  if (frame.opcode < 8)
    goes_on = take_text (self, &frame, payload, is_whole);
  else if (is_whole && frame.opcode == 8)
    goes_on = take_close (self, payload);
  else if (is_whole)
    say (self, frame.opcode == 9 ? "ping" : "pong", "", payload->str, payload->len);
  g_string_free (payload, TRUE);
  self->at += frame.size + frame.length;
  return goes_on && !self->is_over;
}

char *
nb_test_ws_model (const guint8 *bytes, gsize length, gsize message_max)
{
  Model model = { .bytes = bytes, .length = length, .message_max = message_max, .log = g_string_new (NULL) };

  while (take_frame (&model))
    ;
  if (model.message != NULL)
    g_string_free (model.message, TRUE);
  return g_string_free (model.log, FALSE);
}
