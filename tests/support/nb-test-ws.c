/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames as a client writes them, right and wrong, and the parser's events as a text. */
#include "tests/support/nb-test-ws.h"

#include <string.h>

static guint
length_bytes (NbTestWsForm form, gsize length)
{
  if (form == NB_TEST_WS_16)
    return 2;
  if (form == NB_TEST_WS_64 || form == NB_TEST_WS_TOP_BIT)
    return 8;
  return length < 126 ? 0 : length < 65536 ? 2 : 8;
}

void
nb_test_ws_add_frame (GByteArray *bytes, guint8 first, NbTestWsForm form, const void *payload, gsize length)
{
  static const guint8 key[] = { 0x37, 0xfa, 0x21, 0x3d };
  const guint n = length_bytes (form, length);
  const guint8 mask = form == NB_TEST_WS_UNMASKED ? 0 : 0x80;
  const guint8 second = mask | (n == 0 ? length : n == 2 ? 126 : 127);

  g_byte_array_append (bytes, &first, 1);
  g_byte_array_append (bytes, &second, 1);
  for (guint i = 0; i < n; i++)
    {
      const guint8 top = i == 0 && form == NB_TEST_WS_TOP_BIT ? 0x80 : 0;
      const guint8 byte = top | (guint8)((guint64)length >> 8 * (n - 1 - i));

      g_byte_array_append (bytes, &byte, 1);
    }
  if (mask != 0)
    g_byte_array_append (bytes, key, sizeof key);
  for (gsize i = 0; i < length; i++)
    {
      const guint8 byte = ((const guint8 *)payload)[i] ^ (mask != 0 ? key[i & 3] : 0);

      g_byte_array_append (bytes, &byte, 1);
    }
}

void
nb_test_ws_add_random_frame (GByteArray *bytes, GRand *rand)
{
  static const guint8 firsts[] = { 0x81, 0x81, 0x81, 0x01, 0x00, 0x80, 0x80, 0x89, 0x8a, 0x88, 0x82, 0xc1, 0x83 };
  static const char *const payloads[] = {
    "", "a", "경매", "\xea\xb2", "\xbd", "\x03\xe8", "\x03\xe8gone", "\xff", "0123456789abcdef 경매 0123456789abcdef"
  };
  const char *payload = payloads[g_rand_int_range (rand, 0, G_N_ELEMENTS (payloads))];
  const int n_firsts = g_rand_boolean (rand) ? 9 : G_N_ELEMENTS (firsts);
  const guint8 first = firsts[g_rand_int_range (rand, 0, n_firsts)];
  const NbTestWsForm form
      = g_rand_int_range (rand, 0, 30) == 0 ? (NbTestWsForm)g_rand_int_range (rand, 1, 5) : NB_TEST_WS_SHORTEST;

  nb_test_ws_add_frame (bytes, first, form, payload, strlen (payload));
}

static void
add_event (GString *log, const NbWsEvent *event)
{
  static const char *const names[] = { "", "text", "ping", "pong", "close", "fault" };
  g_autofree char *data = g_strndup (event->data != NULL ? (const char *)event->data : "", event->length);
  g_autofree char *escaped = g_strescape (data, NULL);

  g_string_append_printf (log, "%s%s(", log->len > 0 ? " " : "", names[event->kind]);
  if (event->kind == NB_WS_EVENT_CLOSE || event->kind == NB_WS_EVENT_FAULT)
    g_string_append_printf (log, "%u", event->code);
  if (event->kind == NB_WS_EVENT_CLOSE && event->length > 0)
    g_string_append_c (log, ' ');
  /* A NUL inside ends the copy: the length tells of what is behind. */
  if (strlen (data) < event->length)
    g_string_append_printf (log, "%" G_GSIZE_FORMAT ":", event->length);
  g_string_append_printf (log, "%s)", escaped);
}

static void
check_text (const NbWsEvent *event)
{
  if (event->kind == NB_WS_EVENT_TEXT)
    g_assert_cmpint (event->data[event->length], ==, '\0');
}

/* Each portion lies in memory of its own size, so that a sanitizer sees a step beyond. */
static void
feed (NbWsParser *parser, const guint8 *bytes, gsize length, GString *log)
{
  g_autofree guint8 *portion = g_memdup2 (bytes, length);
  guint8 *at = portion;
  gsize left = length;
  NbWsEvent event;

  do
    {
      event = nb_ws_parser_next (parser, &at, &left);
      check_text (&event);
      if (event.kind != NB_WS_EVENT_NONE)
        add_event (log, &event);
    }
  while (event.kind != NB_WS_EVENT_NONE);
  g_assert_cmpuint (left, ==, 0);
  if (!nb_ws_parser_is_inside (parser))
    g_assert_true (parser->text == NULL && parser->control == NULL);
}

char *
nb_test_ws_parse (const guint8 *bytes, gsize length, gsize message_max, NbTestWsSplit split, gpointer user_data)
{
  GString *log = g_string_new (NULL);
  NbWsParser parser;

  nb_ws_parser_init (&parser, message_max);
  while (length > 0)
    {
      const gsize wanted = split != NULL ? split (length, user_data) : length;
      const gsize n = MIN (wanted, length);

      feed (&parser, bytes, n, log);
      bytes += n;
      length -= n;
    }
  nb_ws_parser_clear (&parser);
  return g_string_free (log, FALSE);
}
