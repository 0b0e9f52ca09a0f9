/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A WebSocket from its handshake to its end: what is accepted, what is refused and how, and that nothing stays behind.
 */
#include "tests/integration/socket-site.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADS "GET /ws HTTP/1.1\r\nHost: bid.example\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_IS_TOLD FALSE
#else
#define MEMORY_IS_TOLD TRUE
#endif

static void
test_handshake (void)
{
  SocketSite site = { 0 };
  g_autofree char *answer = NULL;
  g_autofree char *accept = NULL;
  g_autofree char *protocol = NULL;
  int fd;

  socket_site_start (&site, NULL);
  fd = nb_test_connect (socket_site_get_port (&site));
  answer
      = socket_site_ask (fd, "/ws", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", NULL);
  accept = nb_test_header (answer, "Sec-WebSocket-Accept");
  protocol = nb_test_header (answer, "Sec-WebSocket-Protocol");
  g_assert_cmpuint (nb_test_status (answer), ==, 101);
  g_assert_cmpstr (accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  g_assert_null (protocol);
  /* Compression would cost a hundred kilobytes a socket. */
  g_assert_null (strstr (answer, "Sec-WebSocket-Extensions"));
  socket_site_send_text (fd, "안녕");
  socket_site_expect (fd, "text(안녕)");
  close (fd);
  socket_site_await_closed (&site, 1);
  socket_site_stop (&site);
}

static void
test_subprotocol (void)
{
  static const struct
  {
    const char *offered, *chosen;
  } cases[] = {
    { "neighborbid.v1", "neighborbid.v1" },
    { "chat, neighborbid.v1", "neighborbid.v1" },
    { "chat", NULL },
    { "neighborbid.v2,Neighborbid.V1", NULL },
  };
  SocketSite site = { 0 };

  socket_site_start (&site, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const int fd = nb_test_connect (socket_site_get_port (&site));
      g_autofree char *header = g_strdup_printf ("Sec-WebSocket-Protocol: %s\r\n", cases[i].offered);
      g_autofree char *answer = socket_site_ask (fd, "/ws", header, NULL);
      g_autofree char *chosen = nb_test_header (answer, "Sec-WebSocket-Protocol");

      g_assert_cmpuint (nb_test_status (answer), ==, 101);
      g_assert_cmpstr (chosen, ==, cases[i].chosen);
      close (fd);
    }
  socket_site_stop (&site);
}

static void
test_refused_handshakes (void)
{
  static const char *const requests[] = {
    HEADS "\r\n",
    HEADS UPGRADE VERSION "\r\n",
    HEADS UPGRADE KEY "\r\n",
    HEADS UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n",
    HEADS UPGRADE VERSION "Sec-WebSocket-Key: short\r\n\r\n",
    HEADS "Upgrade: h2c\r\nConnection: Upgrade\r\n" KEY VERSION "\r\n",
    HEADS "Upgrade: websocket\r\n" KEY VERSION "\r\n",
    "GET /ws HTTP/1.0\r\nHost: a\r\n" UPGRADE KEY VERSION "\r\n",
  };
  SocketSite site = { 0 };

  socket_site_start (&site, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      const int fd = nb_test_connect (socket_site_get_port (&site));
      g_autofree char *answer = NULL;
      g_autofree char *upgrade = NULL;
      g_autofree char *version = NULL;

      nb_test_send (fd, requests[i]);
      answer = nb_test_read_answer (fd, NULL);
      upgrade = nb_test_header (answer, "Upgrade");
      version = nb_test_header (answer, "Sec-WebSocket-Version");
      nb_test_assert_problem (answer, 426, "malformed_request");
      g_assert_cmpstr (upgrade, ==, "websocket");
      g_assert_cmpstr (version, ==, "13");
      close (fd);
    }
  socket_site_stop (&site);
}

/* A refusal leaves the connection to HTTP. */
static void
test_http_goes_on (void)
{
  SocketSite site = { 0 };
  g_autofree char *other = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *head = NULL;
  g_autofree char *answer = NULL;
  int fd;

  socket_site_start (&site, NULL);
  fd = nb_test_connect (socket_site_get_port (&site));
  other = nb_test_ask (socket_site_get_port (&site), "POST", "/ws", NULL, NULL);
  nb_test_assert_problem (other, 405, "method_not_allowed");
  head = nb_test_ask (socket_site_get_port (&site), "HEAD", "/ws", NULL, NULL);
  g_assert_cmpuint (nb_test_status (head), ==, 426);
  nb_test_send (fd, HEADS "\r\n");
  refused = nb_test_read_answer (fd, NULL);
  g_assert_cmpuint (nb_test_status (refused), ==, 426);
  nb_test_send (fd, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  answer = nb_test_read_answer (fd, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  close (fd);
  socket_site_stop (&site);
}

static void
set_origins (NbServer *server, gpointer user_data)
{
  nb_server_set_allowed_origins (server, user_data);
}

static guint
status_from (SocketSite *site, const char *origin)
{
  const int fd = nb_test_connect (socket_site_get_port (site));
  g_autofree char *header = g_strdup_printf ("Origin: %s\r\n", origin);
  g_autofree char *answer = socket_site_ask (fd, "/ws", header, NULL);
  const guint status = nb_test_status (answer);

  if (status != 101)
    nb_test_assert_problem (answer, 403, "origin_not_allowed");
  close (fd);
  return status;
}

static void
test_origins (void)
{
  char listed[] = "https://partner.example";
  SocketSite site = { 0 };
  NbServerOptions options;

  nb_test_server_default_options (&options);
  options.allowed_origins = "https://friend.example, https://other.example:8443";
  socket_site_start (&site, &options);
  g_assert_cmpuint (status_from (&site, "http://bid.example"), ==, 101);
  g_assert_cmpuint (status_from (&site, "https://friend.example"), ==, 101);
  g_assert_cmpuint (status_from (&site, "https://other.example:8443"), ==, 101);
  g_assert_cmpuint (status_from (&site, "https://other.example"), ==, 403);
  g_assert_cmpuint (status_from (&site, "http://evil.example"), ==, 403);
  g_assert_cmpuint (status_from (&site, "http://bid.example.evil.example"), ==, 403);
  g_assert_cmpuint (status_from (&site, "https://friend.example.evil.example"), ==, 403);
  g_assert_cmpuint (status_from (&site, "null"), ==, 403);
  nb_test_server_invoke (site.server, set_origins, listed);
  g_assert_cmpuint (status_from (&site, "https://friend.example"), ==, 403);
  g_assert_cmpuint (status_from (&site, "https://partner.example"), ==, 101);
  socket_site_stop (&site);
}

/* Frames that came in the handshake's packet, the last of them not whole. */
static void
test_early_frames (void)
{
  SocketSite site = { 0 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *answer = NULL;
  guint whole;
  int fd;

  socket_site_start (&site, NULL);
  fd = nb_test_connect (socket_site_get_port (&site));
  nb_test_ws_add_frame (bytes, FRAME_TEXT, NB_TEST_WS_SHORTEST, "one", 3);
  nb_test_ws_add_frame (bytes, FRAME_TEXT, NB_TEST_WS_SHORTEST, "two", 3);
  whole = bytes->len;
  nb_test_ws_add_frame (bytes, FRAME_TEXT, NB_TEST_WS_SHORTEST, "three", 5);
  g_byte_array_set_size (bytes, whole + 8);
  answer = socket_site_ask (fd, "/ws", NULL, bytes);
  g_assert_cmpuint (nb_test_status (answer), ==, 101);
  socket_site_expect (fd, "text(one)");
  socket_site_expect (fd, "text(two)");
  g_byte_array_set_size (bytes, whole);
  nb_test_ws_add_frame (bytes, FRAME_TEXT, NB_TEST_WS_SHORTEST, "three", 5);
  g_assert_cmpint (send (fd, bytes->data + whole + 8, bytes->len - whole - 8, MSG_NOSIGNAL), ==,
                   bytes->len - whole - 8);
  socket_site_expect (fd, "text(three)");
  close (fd);
  socket_site_stop (&site);
}

static void
test_fragments (void)
{
  SocketSite site = { 0 };
  g_autofree char *text = g_strnfill (4096, 'y');
  int fd;

  socket_site_start (&site, NULL);
  fd = socket_site_connect (&site, "/ws", NULL);
  socket_site_send (fd, FRAME_PART, "\xea\xb2", 2);
  socket_site_send (fd, FRAME_PING, "between", 7);
  socket_site_expect (fd, "pong(between)");
  socket_site_send (fd, FRAME_MORE, "\xbd", 1);
  socket_site_send (fd, FRAME_MORE, "", 0);
  socket_site_send (fd, FRAME_LAST, "매", 3);
  socket_site_expect (fd, "text(경매)");
  socket_site_send (fd, FRAME_PONG, "unasked", 7);
  socket_site_send (fd, FRAME_TEXT, text, 4096);
  socket_site_expect_text (fd, text);
  close (fd);
  socket_site_stop (&site);
}

/* Of many pings the last one is answered for sure; not more wait than one. */
static void
test_pings (void)
{
  SocketSite site = { 0 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint n_pongs = 0;
  gboolean is_over = FALSE;
  int fd;

  socket_site_start (&site, NULL);
  fd = socket_site_connect (&site, "/ws", NULL);
  for (char c = 'a'; c <= 'z'; c++)
    nb_test_ws_add_frame (bytes, FRAME_PING, NB_TEST_WS_SHORTEST, &c, 1);
  g_assert_cmpint (send (fd, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
  while (!is_over)
    {
      g_autofree char *frame = socket_site_read (fd);

      g_assert_true (g_str_has_prefix (frame, "pong("));
      is_over = strcmp (frame, "pong(z)") == 0;
      n_pongs++;
    }
  g_assert_cmpuint (n_pongs, <=, 26);
  close (fd);
  socket_site_stop (&site);
}

/* A fault is told by its code; then the server waits for nothing. */
static void
test_faults (void)
{
  static const struct
  {
    guint8 first;
    NbTestWsForm form;
    const char *payload;
    const char *expected;
  } cases[] = {
    { FRAME_TEXT, NB_TEST_WS_UNMASKED, "x", "close(1002)" },
    { 0xc1, NB_TEST_WS_SHORTEST, "x", "close(1002)" },
    { 0x83, NB_TEST_WS_SHORTEST, "x", "close(1002)" },
    { FRAME_LAST, NB_TEST_WS_SHORTEST, "x", "close(1002)" },
    { FRAME_TEXT, NB_TEST_WS_16, "x", "close(1002)" },
    { FRAME_TEXT, NB_TEST_WS_64, "x", "close(1002)" },
    { FRAME_TEXT, NB_TEST_WS_TOP_BIT, "x", "close(1002)" },
    { 0x09, NB_TEST_WS_SHORTEST, "x", "close(1002)" },
    { 0x82, NB_TEST_WS_SHORTEST, "x", "close(1003)" },
    { FRAME_TEXT, NB_TEST_WS_SHORTEST, "\xff", "close(1007)" },
    { FRAME_CLOSE, NB_TEST_WS_SHORTEST, "\x03", "close(1002)" },
    { FRAME_CLOSE, NB_TEST_WS_SHORTEST, "\x03\xed", "close(1002)" },
    { FRAME_CLOSE, NB_TEST_WS_SHORTEST, "\x03\xe8\xff", "close(1007)" },
  };
  SocketSite site = { 0 };

  socket_site_start (&site, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const int fd = socket_site_connect (&site, "/ws", NULL);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      nb_test_ws_add_frame (bytes, cases[i].first, cases[i].form, cases[i].payload, strlen (cases[i].payload));
      nb_test_ws_add_frame (bytes, FRAME_TEXT, NB_TEST_WS_SHORTEST, "never taken", 11);
      g_assert_cmpint (send (fd, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
      socket_site_expect (fd, cases[i].expected);
      socket_site_expect (fd, "end");
      close (fd);
    }
  socket_site_await_closed (&site, G_N_ELEMENTS (cases));
  socket_site_stop (&site);
}

/* The header is enough to refuse: the payload never comes. */
static void
test_too_large (void)
{
  SocketSite site = { 0 };
  g_autofree char *text = g_strnfill (4096, 'y');
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int fd;

  socket_site_start (&site, NULL);
  fd = socket_site_connect (&site, "/ws", NULL);
  nb_test_ws_add_frame (bytes, FRAME_TEXT, NB_TEST_WS_64, text, 1);
  memcpy (bytes->data + 2, "\x00\x00\x00\x00\x7f\xff\xff\xff", 8);
  g_assert_cmpint (send (fd, bytes->data, 10, MSG_NOSIGNAL), ==, 10);
  socket_site_expect (fd, "close(1009)");
  socket_site_expect (fd, "end");
  close (fd);
  fd = socket_site_connect (&site, "/ws", NULL);
  socket_site_send (fd, FRAME_PART, text, 4096);
  socket_site_send (fd, FRAME_LAST, "y", 1);
  socket_site_expect (fd, "close(1009)");
  close (fd);
  socket_site_stop (&site);
}

static void
test_closing (void)
{
  SocketSite site = { 0 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int fd;

  socket_site_start (&site, NULL);
  fd = socket_site_connect (&site, "/ws", NULL);
  nb_test_ws_add_frame (bytes, FRAME_CLOSE, NB_TEST_WS_SHORTEST, "\x0f\xa0 bye", 6);
  nb_test_ws_add_frame (bytes, FRAME_TEXT, NB_TEST_WS_SHORTEST, "too late", 8);
  g_assert_cmpint (send (fd, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
  socket_site_expect (fd, "close(4000)");
  socket_site_expect (fd, "end");
  close (fd);
  fd = socket_site_connect (&site, "/ws", NULL);
  socket_site_send (fd, FRAME_CLOSE, NULL, 0);
  socket_site_expect (fd, "close()");
  socket_site_expect (fd, "end");
  close (fd);
  socket_site_await_closed (&site, 2);
  socket_site_stop (&site);
}

/* The server closes: what is sent from then on is nothing, and the peer has to answer or not, as it likes. */
static void
test_closed_by_server (void)
{
  SocketSite site = { 0 };
  int fd;

  socket_site_start (&site, NULL);
  fd = socket_site_connect (&site, "/ws", NULL);
  socket_site_send_text (fd, "close 1008");
  socket_site_send_text (fd, "not echoed");
  socket_site_expect (fd, "close(1008 as asked)");
  socket_site_send (fd, FRAME_CLOSE, "\x03\xf0", 2);
  socket_site_expect (fd, "end");
  close (fd);
  fd = socket_site_connect (&site, "/ws", NULL);
  socket_site_send_text (fd, "close 1000");
  socket_site_expect (fd, "close(1000 as asked)");
  socket_site_await_closed (&site, 2);
  /* It never answers, and is cut. */
  socket_site_expect (fd, "end");
  close (fd);
  fd = socket_site_connect (&site, "/ws/shut", NULL);
  socket_site_expect (fd, "close(4404 no such thing)");
  close (fd);
  socket_site_stop (&site);
}

/* A peer that goes without a word, politely or not, or only half. */
static void
test_lost_peers (void)
{
  const struct linger hard = { .l_onoff = 1 };
  SocketSite site = { 0 };
  int fd;

  socket_site_start (&site, NULL);
  close (socket_site_connect (&site, "/ws", NULL));
  socket_site_await_closed (&site, 1);
  fd = socket_site_connect (&site, "/ws", NULL);
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close (fd);
  socket_site_await_closed (&site, 2);
  fd = socket_site_connect (&site, "/ws", NULL);
  socket_site_send_text (fd, "last words");
  socket_site_expect (fd, "text(last words)");
  shutdown (fd, SHUT_WR);
  socket_site_expect (fd, "end");
  close (fd);
  socket_site_await_closed (&site, 3);
  socket_site_stop (&site);
}

#define N_PEERS 20

static void
test_close_all_in_callback (void)
{
  SocketSite site = { 0 };
  int fds[N_PEERS];

  socket_site_start (&site, NULL);
  for (guint i = 0; i < N_PEERS; i++)
    fds[i] = socket_site_connect (&site, "/ws", NULL);
  socket_site_send_text (fds[3], "all are told");
  socket_site_send_text (fds[3], "close-all");
  socket_site_send_text (fds[3], "all too late");
  for (guint i = 0; i < N_PEERS; i++)
    {
      socket_site_expect (fds[i], "text(all are told)");
      socket_site_expect (fds[i], "close(1000 all)");
      close (fds[i]);
    }
  socket_site_await_closed (&site, N_PEERS);
  socket_site_stop (&site);
}

/* Each `closed` closes another one. */
static void
test_close_in_closed (void)
{
  SocketSite site = { .is_chained = TRUE };
  int fds[N_PEERS];

  socket_site_start (&site, NULL);
  for (guint i = 0; i < N_PEERS; i++)
    fds[i] = socket_site_connect (&site, "/ws", NULL);
  close (fds[7]);
  for (guint i = 0; i < N_PEERS; i++)
    if (i != 7)
      {
        socket_site_expect (fds[i], "close(1000 chained)");
        close (fds[i]);
      }
  socket_site_await_closed (&site, N_PEERS);
  socket_site_stop (&site);
}

static guint64
resident_kib (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, "VmRSS:");
  return g_ascii_strtoull (line + strlen ("VmRSS:"), NULL, 10);
}

static void
get_connections (NbServer *server, gpointer user_data)
{
  *(guint *)user_data = nb_server_get_n_connections (server);
}

static void
await_no_connections (SocketSite *site)
{
  guint n = 1;

  while (n > 0)
    {
      nb_test_server_invoke (site->server, get_connections, &n);
      g_usleep (n > 0 ? 2000 : 0);
    }
}

static void
open_and_close (SocketSite *site, guint i)
{
  const struct linger hard = { .l_onoff = 1 };
  const int fd = socket_site_connect (site, "/ws", NULL);

  if (i % 4 == 0)
    socket_site_send (fd, FRAME_CLOSE, "\x03\xe8", 2);
  if (i % 4 == 1)
    setsockopt (fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  if (i % 4 == 2)
    socket_site_send (fd, FRAME_PART, "never ended", 11);
  if (i % 4 == 3)
    {
      socket_site_send_text (fd, "hi");
      socket_site_expect (fd, "text(hi)");
    }
  close (fd);
}

static void
test_nothing_stays (void)
{
  SocketSite site = { 0 };
  guint64 memory = 0;
  guint before;

  socket_site_start (&site, NULL);
  open_and_close (&site, 0);
  await_no_connections (&site);
  before = nb_test_count_descriptors ();
  for (guint i = 1; i < 5000; i++)
    {
      open_and_close (&site, i);
      if (i == 1000)
        memory = resident_kib ();
    }
  await_no_connections (&site);
  socket_site_await_closed (&site, 5000);
  g_assert_cmpuint (nb_test_count_descriptors (), ==, before);
  if (MEMORY_IS_TOLD)
    g_assert_cmpuint (resident_kib (), <, memory + 2048);
  socket_site_stop (&site);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sockets/handshake", test_handshake);
  g_test_add_func ("/sockets/handshake/subprotocol", test_subprotocol);
  g_test_add_func ("/sockets/handshake/refused", test_refused_handshakes);
  g_test_add_func ("/sockets/handshake/http-goes-on", test_http_goes_on);
  g_test_add_func ("/sockets/handshake/origins", test_origins);
  g_test_add_func ("/sockets/handshake/early-frames", test_early_frames);
  g_test_add_func ("/sockets/frames/fragments", test_fragments);
  g_test_add_func ("/sockets/frames/pings", test_pings);
  g_test_add_func ("/sockets/frames/faults", test_faults);
  g_test_add_func ("/sockets/frames/too-large", test_too_large);
  g_test_add_func ("/sockets/end/closing", test_closing);
  g_test_add_func ("/sockets/end/closed-by-server", test_closed_by_server);
  g_test_add_func ("/sockets/end/lost-peers", test_lost_peers);
  g_test_add_func ("/sockets/end/close-all-in-callback", test_close_all_in_callback);
  g_test_add_func ("/sockets/end/close-in-closed", test_close_in_closed);
  g_test_add_func ("/sockets/end/nothing-stays", test_nothing_stays);
  return g_test_run ();
}
