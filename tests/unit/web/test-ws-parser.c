/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client's frames come out right, or are refused as RFC 6455 says, in whatever pieces they arrive. */
#include "core/web/nb-ws-frame.h"
#include "tests/support/nb-test-ws.h"

#include <neighborbid/nb-socket.h>
#include <string.h>

#define MESSAGE_MAX 4096
#define FRAMES_MAX 7
#define TEXT 0x81
#define PART 0x01 /* the first of fragments */
#define MORE 0x00
#define LAST 0x80
#define CLOSE 0x88
#define PING 0x89
#define PONG 0x8a

typedef struct
{
  guint8 first;
  const char *payload;
  gsize length;
  NbTestWsForm form;
} TestFrame;

typedef struct
{
  const char *name;
  const char *expected;
  TestFrame frames[FRAMES_MAX];
  gsize n_frames;
} Case;

#define P(text) text, sizeof text - 1
#define F(first, text)                                                                                                 \
  {                                                                                                                    \
    first, P (text), NB_TEST_WS_SHORTEST                                                                               \
  }
#define FRAMES(...) { __VA_ARGS__ }, sizeof (TestFrame[]){ __VA_ARGS__ } / sizeof (TestFrame)

static const Case cases[] = {
  { "text", "text(hello)", FRAMES (F (TEXT, "hello")) },
  { "empty-text", "text()", FRAMES (F (TEXT, "")) },
  { "two-texts", "text(a) text(b)", FRAMES (F (TEXT, "a"), F (TEXT, "b")) },
  { "nul-in-text", "text(3:a)", FRAMES (F (TEXT, "a\0b")) },
  { "korean", "text(\\352\\262\\275\\353\\247\\244)", FRAMES (F (TEXT, "경매")) },
  { "fragments", "text(hello)", FRAMES (F (PART, "he"), F (MORE, "l"), F (LAST, "lo")) },
  { "empty-fragments", "text(x)", FRAMES (F (PART, ""), F (MORE, ""), F (MORE, "x"), F (LAST, "")) },
  { "only-empty-fragments", "text()", FRAMES (F (PART, ""), F (LAST, "")) },
  { "text-after-fragments", "text(ab) text(c)", FRAMES (F (PART, "a"), F (LAST, "b"), F (TEXT, "c")) },
  { "control-between-fragments", "ping(p) pong(q) text(ab)",
    FRAMES (F (PART, "a"), F (PING, "p"), F (PONG, "q"), F (LAST, "b")) },
  { "close-between-fragments", "close(1000)", FRAMES (F (PART, "a"), F (CLOSE, "\x03\xe8"), F (LAST, "b")) },
  { "empty-ping", "ping()", FRAMES (F (PING, "")) },
  { "pong-unasked", "pong(x)", FRAMES (F (PONG, "x")) },

  { "utf8-split-over-fragments", "text(\\352\\262\\275)",
    FRAMES (F (PART, "\xea"), F (MORE, "\xb2"), F (LAST, "\xbd")) },
  { "utf8-split-with-ping-between", "ping() text(\\360\\237\\222\\260)",
    FRAMES (F (PART, "\xf0\x9f"), F (PING, ""), F (LAST, "\x92\xb0")) },
  { "utf8-cut-at-the-end", "fault(1007)", FRAMES (F (TEXT, "a\xea\xb2")) },
  { "utf8-cut-at-the-last-fragment", "fault(1007)", FRAMES (F (PART, "a\xea"), F (LAST, "\xb2")) },
  { "utf8-wrong-in-first-fragment", "fault(1007)", FRAMES (F (PART, "\xff"), F (LAST, "never looked at")) },
  { "utf8-wrong-continuation", "fault(1007)", FRAMES (F (PART, "\xea"), F (MORE, "x"), F (LAST, "y")) },
  { "utf8-overlong-2", "fault(1007)", FRAMES (F (TEXT, "\xc0\xaf")) },
  { "utf8-overlong-2-highest", "fault(1007)", FRAMES (F (TEXT, "\xc1\xbf")) },
  { "utf8-overlong-3", "fault(1007)", FRAMES (F (TEXT, "\xe0\x9f\xbf")) },
  { "utf8-overlong-4", "fault(1007)", FRAMES (F (TEXT, "\xf0\x8f\xbf\xbf")) },
  { "utf8-surrogate", "fault(1007)", FRAMES (F (TEXT, "\xed\xa0\x80")) },
  { "utf8-before-surrogates", "text(\\355\\237\\277)", FRAMES (F (TEXT, "\xed\x9f\xbf")) },
  { "utf8-last-character", "text(\\364\\217\\277\\277)", FRAMES (F (TEXT, "\xf4\x8f\xbf\xbf")) },
  { "utf8-beyond-last-character", "fault(1007)", FRAMES (F (TEXT, "\xf4\x90\x80\x80")) },
  { "utf8-five-bytes", "fault(1007)", FRAMES (F (TEXT, "\xf8\x88\x80\x80\x80")) },
  { "utf8-continuation-alone", "fault(1007)", FRAMES (F (TEXT, "\x80")) },
  { "utf8-wrong-after-many-good", "fault(1007)", FRAMES (F (TEXT, "0123456789abcdef0123456789abcdef\xfe")) },

  { "binary", "fault(1003)", FRAMES (F (0x82, "x")) },
  { "binary-fragment", "fault(1003)", FRAMES (F (0x02, "x"), F (LAST, "y")) },
  { "reserved-1", "fault(1002)", FRAMES (F (TEXT | 0x40, "x")) },
  { "reserved-2", "fault(1002)", FRAMES (F (TEXT | 0x20, "x")) },
  { "reserved-3", "fault(1002)", FRAMES (F (TEXT | 0x10, "x")) },
  { "reserved-in-control", "fault(1002)", FRAMES (F (PING | 0x40, "x")) },
  { "opcode-3", "fault(1002)", FRAMES (F (0x83, "x")) },
  { "opcode-7", "fault(1002)", FRAMES (F (0x87, "x")) },
  { "opcode-11", "fault(1002)", FRAMES (F (0x8b, "")) },
  { "opcode-15", "fault(1002)", FRAMES (F (0x8f, "")) },
  { "unmasked", "fault(1002)", FRAMES ({ TEXT, P ("x"), NB_TEST_WS_UNMASKED }) },
  { "unmasked-ping", "fault(1002)", FRAMES ({ PING, P (""), NB_TEST_WS_UNMASKED }) },
  { "continuation-of-nothing", "fault(1002)", FRAMES (F (LAST, "x")) },
  { "continuation-after-whole", "text(a) fault(1002)", FRAMES (F (TEXT, "a"), F (LAST, "b")) },
  { "text-inside-message", "fault(1002)", FRAMES (F (PART, "a"), F (TEXT, "b")) },
  { "binary-inside-message", "fault(1002)", FRAMES (F (PART, "a"), F (0x82, "b")) },
  { "control-in-fragments", "fault(1002)", FRAMES (F (0x09, "x")) },
  { "close-in-fragments", "fault(1002)", FRAMES (F (0x08, "\x03\xe8")) },

  { "length-16-for-little", "fault(1002)", FRAMES ({ TEXT, P ("x"), NB_TEST_WS_16 }) },
  { "length-64-for-little", "fault(1002)", FRAMES ({ TEXT, P ("x"), NB_TEST_WS_64 }) },
  { "length-top-bit", "fault(1002)", FRAMES ({ TEXT, P ("x"), NB_TEST_WS_TOP_BIT }) },
  { "length-16-in-control", "fault(1002)", FRAMES ({ PING, P ("x"), NB_TEST_WS_16 }) },

  { "close", "close(1000)", FRAMES (F (CLOSE, "\x03\xe8")) },
  { "close-without-code", "close(0)", FRAMES (F (CLOSE, "")) },
  { "close-with-reason", "close(1001 bye)",
    FRAMES (F (CLOSE, "\x03\xe9"
                      "bye")) },
  { "close-and-then", "close(1000)", FRAMES (F (CLOSE, "\x03\xe8"), F (TEXT, "too late"), F (PING, "")) },
  { "close-one-byte", "fault(1002)", FRAMES (F (CLOSE, "\x03")) },
  { "close-999", "fault(1002)", FRAMES (F (CLOSE, "\x03\xe7")) },
  { "close-1003", "close(1003)", FRAMES (F (CLOSE, "\x03\xeb")) },
  { "close-1004", "fault(1002)", FRAMES (F (CLOSE, "\x03\xec")) },
  { "close-1005", "fault(1002)", FRAMES (F (CLOSE, "\x03\xed")) },
  { "close-1006", "fault(1002)", FRAMES (F (CLOSE, "\x03\xee")) },
  { "close-1007", "close(1007)", FRAMES (F (CLOSE, "\x03\xef")) },
  { "close-1014", "close(1014)", FRAMES (F (CLOSE, "\x03\xf6")) },
  { "close-1015", "fault(1002)", FRAMES (F (CLOSE, "\x03\xf7")) },
  { "close-1016", "fault(1002)", FRAMES (F (CLOSE, "\x03\xf8")) },
  { "close-2999", "fault(1002)", FRAMES (F (CLOSE, "\x0b\xb7")) },
  { "close-3000", "close(3000)", FRAMES (F (CLOSE, "\x0b\xb8")) },
  { "close-4999", "close(4999)", FRAMES (F (CLOSE, "\x13\x87")) },
  { "close-5000", "fault(1002)", FRAMES (F (CLOSE, "\x13\x88")) },
  { "close-65535", "fault(1002)", FRAMES (F (CLOSE, "\xff\xff")) },
  { "close-reason-no-utf8", "fault(1007)", FRAMES (F (CLOSE, "\x03\xe8\xff")) },
  { "close-reason-cut", "fault(1007)", FRAMES (F (CLOSE, "\x03\xe8\xea\xb2")) },
  { "fault-and-then", "text(a) fault(1002)", FRAMES (F (TEXT, "a"), F (0x83, ""), F (TEXT, "b")) },
};

static gsize
one_byte (gsize left, gpointer user_data)
{
  return 1;
}

static gsize
some_bytes (gsize left, gpointer user_data)
{
  return g_rand_int_range (user_data, 1, 20);
}

/* However they come, the same is said; and the model says it too. */
static void
check_bytes (const char *name, const GByteArray *bytes, const char *expected)
{
  const guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *whole = nb_test_ws_parse (bytes->data, bytes->len, MESSAGE_MAX, NULL, NULL);
  g_autofree char *bytewise = nb_test_ws_parse (bytes->data, bytes->len, MESSAGE_MAX, one_byte, NULL);
  g_autofree char *model = nb_test_ws_model (bytes->data, bytes->len, MESSAGE_MAX);

  if (strcmp (whole, expected) != 0 || strcmp (bytewise, expected) != 0 || strcmp (model, expected) != 0)
    g_error ("%s: expected %s, got %s at once, %s byte by byte, %s by the model", name, expected, whole, bytewise,
             model);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *pieces = nb_test_ws_parse (bytes->data, bytes->len, MESSAGE_MAX, some_bytes, rand);

      if (strcmp (pieces, expected) != 0)
        g_error ("%s in pieces (seed %u): expected %s, got %s", name, seed, expected, pieces);
    }
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (gsize i = 0; i < test->n_frames; i++)
    nb_test_ws_add_frame (bytes, test->frames[i].first, test->frames[i].form, test->frames[i].payload,
                          test->frames[i].length);
  check_bytes (test->name, bytes, test->expected);
}

/* Each length around the borders of its forms, in one frame and over two. */
static void
test_lengths (void)
{
  static const gsize lengths[] = { 0, 1, 7, 8, 9, 124, 125, 126, 127, 255, 256, 4094, 4095, 4096 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      const gsize length = lengths[i];
      g_autofree char *text = g_strnfill (length, 'x');
      g_autofree char *expected = g_strdup_printf ("text(%s) text(%s)", text, text);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      nb_test_ws_add_frame (bytes, TEXT, NB_TEST_WS_SHORTEST, text, length);
      nb_test_ws_add_frame (bytes, PART, NB_TEST_WS_SHORTEST, text, length / 2);
      nb_test_ws_add_frame (bytes, LAST, NB_TEST_WS_SHORTEST, text, length - length / 2);
      check_bytes ("length", bytes, expected);
    }
}

static void
test_control_lengths (void)
{
  g_autofree char *text = g_strnfill (126, 'x');
  g_autofree char *expected = g_strdup_printf ("ping(%.125s) fault(1002)", text);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  nb_test_ws_add_frame (bytes, PING, NB_TEST_WS_SHORTEST, text, 125);
  nb_test_ws_add_frame (bytes, PING, NB_TEST_WS_SHORTEST, text, 126);
  check_bytes ("control length", bytes, expected);
}

/* The header says that it is too much: not one byte of the payload is waited for. */
static void
test_too_large_by_header (void)
{
  static const gsize lengths[] = { 4097, 65535, 65536, 1 << 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *text = g_strnfill (lengths[i], 'x');

      nb_test_ws_add_frame (bytes, TEXT, NB_TEST_WS_SHORTEST, text, lengths[i]);
      g_byte_array_set_size (bytes, lengths[i] < 65536 ? 4 : 10);
      check_bytes ("too large", bytes, "fault(1009)");
    }
}

static void
test_too_large_in_sum (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *text = g_strnfill (4096, 'x');

  nb_test_ws_add_frame (bytes, PART, NB_TEST_WS_SHORTEST, text, 4000);
  nb_test_ws_add_frame (bytes, MORE, NB_TEST_WS_SHORTEST, text, 96);
  nb_test_ws_add_frame (bytes, MORE, NB_TEST_WS_SHORTEST, "", 0);
  nb_test_ws_add_frame (bytes, LAST, NB_TEST_WS_SHORTEST, "x", 1);
  g_byte_array_set_size (bytes, bytes->len - 5);
  check_bytes ("too large in sum", bytes, "fault(1009)");
}

/* Nothing of a frame that is not whole is told, and nothing is kept for what has not come. */
static void
test_memory_follows_what_came (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *text = g_strnfill (4096, 'x');
  NbWsParser parser;
  guint8 *at;
  gsize left = 108;

  nb_test_ws_add_frame (bytes, TEXT, NB_TEST_WS_SHORTEST, text, 4096);
  nb_ws_parser_init (&parser, MESSAGE_MAX);
  at = bytes->data;
  g_assert_cmpint (nb_ws_parser_next (&parser, &at, &left).kind, ==, NB_WS_EVENT_NONE);
  g_assert_true (nb_ws_parser_is_inside (&parser));
  g_assert_cmpuint (parser.text_size, <=, 256);
  left = bytes->len - 108;
  g_assert_cmpint (nb_ws_parser_next (&parser, &at, &left).kind, ==, NB_WS_EVENT_TEXT);
  g_assert_cmpint (nb_ws_parser_next (&parser, &at, &left).kind, ==, NB_WS_EVENT_NONE);
  g_assert_null (parser.text);
  nb_ws_parser_clear (&parser);
}

/* Any frames, also broken off: the parser says what the model says. */
static void
test_random_frames (void)
{
  const guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *expected = NULL;

      for (int n = g_rand_int_range (rand, 1, 9); n > 0; n--)
        nb_test_ws_add_random_frame (bytes, rand);
      g_byte_array_set_size (bytes, g_rand_int_range (rand, 1, bytes->len + 1));
      expected = nb_test_ws_model (bytes->data, bytes->len, MESSAGE_MAX);
      check_bytes ("random frames", bytes, expected);
    }
}

static void
assert_frame (GBytes *frame, const char *expected, gsize size)
{
  gsize length;
  const void *data = g_bytes_get_data (frame, &length);

  g_assert_cmpmem (data, MIN (length, size), expected, size);
}

/* What the server writes: the shortest length, never a key. */
static void
test_written_frames (void)
{
  g_autofree char *text = g_strnfill (70000, 'x');
  g_autoptr (GBytes) little = nb_socket_frame_new ("hi", 2);
  g_autoptr (GBytes) empty = nb_socket_frame_new (NULL, 0);
  g_autoptr (GBytes) middle = nb_socket_frame_new (text, 126);
  g_autoptr (GBytes) large = nb_socket_frame_new (text, 70000);
  g_autoptr (GBytes) bare = nb_ws_close_frame_new (0, "never told");
  g_autoptr (GBytes) coded = nb_ws_close_frame_new (4401, "over");

  assert_frame (little, P ("\x81\x02hi"));
  assert_frame (empty, P ("\x81\x00"));
  assert_frame (middle, P ("\x81\x7e\x00\x7e"
                           "xx"));
  assert_frame (large, P ("\x81\x7f\x00\x00\x00\x00\x00\x01\x11\x70"
                          "xx"));
  assert_frame (bare, P ("\x88\x00"));
  assert_frame (coded, P ("\x88\x06\x11\x31over"));
  g_assert_cmpuint (g_bytes_get_size (large), ==, 70010);
}

/* A reason that is too long is cut, and never inside a character. */
static void
test_long_reasons (void)
{
  g_autoptr (GString) reason = g_string_new ("a");
  g_autoptr (GBytes) frame = NULL;
  const char *data;

  for (guint i = 0; i < 60; i++)
    g_string_append (reason, "경");
  frame = nb_ws_close_frame_new (1000, reason->str);
  data = g_bytes_get_data (frame, NULL);
  g_assert_cmpuint (g_bytes_get_size (frame), ==, 2 + 2 + 121);
  g_assert_true (g_utf8_validate (data + 4, 121, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/web/ws-parser/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/web/ws-parser/lengths", test_lengths);
  g_test_add_func ("/web/ws-parser/control-lengths", test_control_lengths);
  g_test_add_func ("/web/ws-parser/too-large-by-header", test_too_large_by_header);
  g_test_add_func ("/web/ws-parser/too-large-in-sum", test_too_large_in_sum);
  g_test_add_func ("/web/ws-parser/memory-follows-what-came", test_memory_follows_what_came);
  g_test_add_func ("/web/ws-parser/random-frames", test_random_frames);
  g_test_add_func ("/web/ws-frame/written", test_written_frames);
  g_test_add_func ("/web/ws-frame/long-reasons", test_long_reasons);
  return g_test_run ();
}
