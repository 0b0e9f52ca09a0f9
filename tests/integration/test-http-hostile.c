/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hostile clients harm nobody: shapes that two parsers could read differently, slow and endless ones, too many. */
#include "tests/support/nb-test-server.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define HASTE_MS 1500
/* The address sanitizer keeps what was freed for a while. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_IS_TOLD 0
#elif defined(__has_feature)
#define MEMORY_IS_TOLD !__has_feature (address_sanitizer)
#else
#define MEMORY_IS_TOLD 1
#endif

static void
on_hello (NbRequest *request, gpointer user_data)
{
  JsonObject *answer = json_object_new ();

  json_object_set_string_member (answer, "hello", "world");
  nb_request_respond_json (request, 200, answer);
}

static void
on_echo (NbRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  const NbField field = { .name = "a", .kind = NB_FIELD_INT };
  JsonObject *body = nb_request_read_body (request, &field, 1, &error);

  if (body != NULL)
    nb_request_respond_json (request, 200, body);
  else
    nb_request_respond_error (request, error);
}

static void
set_up (NbSite *site, gpointer user_data)
{
  g_assert_true (nb_registry_add_route (site->registry, "core", "GET", "/hello", 0, on_hello, NULL, NULL));
  g_assert_true (nb_registry_add_route (site->registry, "core", "POST", "/echo", 0, on_echo, NULL, NULL));
}

/* Waits for anybody up to @patience microseconds. */
static NbTestServer *
start_with (guint per_address, gint64 patience)
{
  NbServerOptions options;

  nb_test_server_default_options (&options);
  options.limits.connections_per_address = per_address;
  options.deadlines = (NbDeadlines){ .head = patience, .body = patience, .idle = patience, .answer = patience };
  return nb_test_server_new (&options, set_up, NULL, NULL);
}

static NbTestServer *
start (guint per_address)
{
  return start_with (per_address, G_TIME_SPAN_MINUTE);
}

#define HOST "Host: a\r\n"

static const struct
{
  const char *request;
  guint status;
  const char *code;
} shapes[] = {
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
    "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 411, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\nabcde", 400, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\nabcde", 400, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0x10\r\n\r\n", 400, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST HOST "\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "X A: b\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "X-A : b\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST ": b\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "nothing\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "X-A: a\rb\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "X-A: \x01\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\n" HOST "\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "X-A: b\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/2.0\r\n" HOST "\r\n", 400, "malformed_request" },
  { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed_request" },
  { "GET  /hello HTTP/1.1\r\n" HOST "\r\n", 400, "malformed_request" },
  { "GET /hello\r\n\r\n", 400, "malformed_request" },
  { "get /hello HTTP/1.1\r\n" HOST "\r\n", 400, "malformed_request" },
  { "GET http://evil/hello HTTP/1.1\r\n" HOST "\r\n", 400, "malformed_request" },
  { "CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n", 400, "malformed_request" },
  { "GET /hello#x HTTP/1.1\r\n" HOST "\r\n", 400, "malformed_request" },
  { "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400, "malformed_request" },
  { "GET /%c0%ae HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 400, "malformed_request" },
  { "GET /hello HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n", 400, "malformed_request" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde", 415,
    "unsupported_media_type" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n", 413, "too_large" },
  { "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 300000000\r\n\r\n", 413, "too_large" },
  { "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 400, "malformed_request" },
  { "\x16\x03\x01\x02\x01\x01\xfc\x03\n", 400, "malformed_request" },
};

static void
test_shapes (void)
{
  NbTestServer *server = start (0);

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *answer = nb_test_request (nb_test_server_get_port (server), shapes[i].request);
      g_autofree char *shown = g_strescape (shapes[i].request, NULL);
      g_autofree char *ok = NULL;

      g_test_message ("%s", shown);
      nb_test_assert_problem (answer, shapes[i].status, shapes[i].code);
      /* One refusal and nothing after it: no second request hid in the first. */
      g_assert_null (strstr (answer + 1, "HTTP/1.1 2"));
      g_assert_null (strstr (answer + 1, "HTTP/1.1 4"));
      ok = nb_test_ask (nb_test_server_get_port (server), "GET", "/hello", NULL, NULL);
      g_assert_cmpuint (nb_test_status (ok), ==, 200);
    }
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_accepted_shapes (void)
{
  NbTestServer *server = start (0);
  const guint16 port = nb_test_server_get_port (server);
  g_autofree char *old = nb_test_request (port, "GET /hello HTTP/1.0\r\n\r\n");
  g_autofree char *early_break = nb_test_request (port, "\r\nGET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
  g_autofree char *range
      = nb_test_ask (port, "GET", "/hello", "Range: bytes=0-0,1-1,2-2,-99999999999999999999\r\nIf-Range: x\r\n", NULL);
  g_autofree char *go_on
      = nb_test_ask (port, "POST", "/echo", "Expect: 100-continue\r\nContent-Type: application/json\r\n", "{\"a\":1}");

  g_assert_cmpuint (nb_test_status (old), ==, 200);
  g_assert_cmpuint (nb_test_status (early_break), ==, 200);
  g_assert_cmpuint (nb_test_status (range), ==, 200);
  g_assert_nonnull (strstr (range, "{\"hello\":\"world\""));
  g_assert_nonnull (strstr (go_on, "HTTP/1.1 200"));
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_expect (void)
{
  NbTestServer *server = start (0);
  const int fd = nb_test_connect (nb_test_server_get_port (server));
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  nb_test_send (fd, "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Type: application/json\r\n"
                    "Content-Length: 7\r\n\r\n");
  first = nb_test_read_answer (fd, NULL);
  g_assert_true (g_str_has_prefix (first, "HTTP/1.1 100 Continue\r\n\r\n"));
  nb_test_send (fd, "{\"a\":1}");
  second = nb_test_read_answer (fd, NULL);
  g_assert_cmpuint (nb_test_status (second), ==, 200);
  close (fd);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_large_head (void)
{
  NbTestServer *server = start (0);
  const guint16 port = nb_test_server_get_port (server);
  GString *long_value = g_string_new ("GET /hello HTTP/1.1\r\n" HOST "X: ");
  GString *many = g_string_new ("GET /hello HTTP/1.1\r\n" HOST);
  g_autofree char *endless = NULL;
  g_autofree char *crowd = NULL;

  for (int i = 0; i < 20000; i++)
    g_string_append_c (long_value, 'x');
  for (int i = 0; i < 101; i++)
    g_string_append_printf (many, "X%d: y\r\n", i);
  g_string_append (many, "\r\n");
  endless = nb_test_request (port, long_value->str);
  crowd = nb_test_request (port, many->str);
  nb_test_assert_problem (endless, 413, "too_large");
  nb_test_assert_problem (crowd, 413, "too_large");
  g_string_free (long_value, TRUE);
  g_string_free (many, TRUE);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static gsize
resident_kib (void)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  return strtoul (strchr (text, ' '), NULL, 10) * (sysconf (_SC_PAGESIZE) / 1024);
}

/* Sends a body of @total bytes for as long as the server takes it. Returns: bytes sent */
static gsize
pour (int fd, gsize total)
{
  static char block[65536];
  gsize sent = 0;

  memset (block, 'x', sizeof block);
  while (sent < total)
    {
      const gssize n = send (fd, block, sizeof block, MSG_NOSIGNAL);

      if (n <= 0)
        break;
      sent += n;
    }
  return sent;
}

static void
test_huge_body (void)
{
  NbTestServer *server = start (0);
  const int fd = nb_test_connect (nb_test_server_get_port (server));
  const gsize before = resident_kib ();
  g_autofree char *answer = NULL;
  g_autofree char *ok = NULL;

  nb_test_send (fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 314572800\r\n\r\n");
  answer = nb_test_read_answer (fd, NULL);
  nb_test_assert_problem (answer, 413, "too_large");
  g_assert_cmpuint (pour (fd, 314572800), <, 32 * 1024 * 1024);
  g_assert_cmpuint (resident_kib (), <, before + 20 * 1024);
  close (fd);
  ok = nb_test_ask (nb_test_server_get_port (server), "GET", "/hello", NULL, NULL);
  g_assert_cmpuint (nb_test_status (ok), ==, 200);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_slow_heads (void)
{
  NbTestServer *server = start_with (0, HASTE_MS * 1000);
  const guint16 port = nb_test_server_get_port (server);
  int fds[200];
  const gint64 began = g_get_monotonic_time ();
  guint served = 0;

  for (int i = 0; i < 200; i++)
    {
      fds[i] = nb_test_connect (port);
      nb_test_send (fds[i], "GET /hello HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    }
  while (g_get_monotonic_time () < began + 2 * HASTE_MS * 1000)
    {
      g_autofree char *answer = nb_test_ask (port, "GET", "/hello", NULL, NULL);

      g_assert_cmpuint (nb_test_status (answer), ==, 200);
      nb_test_send (fds[served++ % 200], "x");
    }
  g_assert_cmpuint (served, >, 100);
  for (int i = 0; i < 200; i++)
    {
      g_autofree char *answer = nb_test_read_all (fds[i]);

      g_assert_cmpstr (answer, ==, "");
      close (fds[i]);
    }
  g_assert_cmpint (g_get_monotonic_time () - began, <, 30 * G_TIME_SPAN_SECOND);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_slow_body_and_idle (void)
{
  NbTestServer *server = start_with (0, HASTE_MS * 1000);
  const guint16 port = nb_test_server_get_port (server);
  const int slow = nb_test_connect (port);
  const int idle = nb_test_connect (port);
  const int silent = nb_test_connect (port);
  g_autofree char *none = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *rest = NULL;
  g_autofree char *nothing = NULL;

  nb_test_send (slow, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc");
  nb_test_send (idle, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  answer = nb_test_read_answer (idle, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  none = nb_test_read_all (slow);
  g_assert_cmpstr (none, ==, "");
  rest = nb_test_read_all (idle);
  g_assert_cmpstr (rest, ==, "");
  nothing = nb_test_read_all (silent);
  g_assert_cmpstr (nothing, ==, "");
  close (slow);
  close (idle);
  close (silent);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
get_size (NbServer *server, gpointer user_data)
{
  *(guint *)user_data = nb_server_get_n_connections (server);
}

static void
wait_until_empty (NbTestServer *server)
{
  guint size = 1;

  while (size > 0)
    {
      nb_test_server_invoke (server, get_size, &size);
      if (size > 0)
        g_usleep (2000);
    }
}

static void
test_descriptors (void)
{
  NbTestServer *server = start (0);
  const guint16 port = nb_test_server_get_port (server);
  const guint before = nb_test_count_descriptors ();
  gsize memory = 0;

  for (int i = 0; i < 5000; i++)
    {
      const int fd = nb_test_connect (port);
      g_autofree char *answer = NULL;

      nb_test_send (fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
      answer = nb_test_read_answer (fd, NULL);
      g_assert_cmpuint (nb_test_status (answer), ==, 200);
      close (fd);
      if (i == 500)
        memory = resident_kib ();
    }
  wait_until_empty (server);
  g_assert_cmpuint (nb_test_count_descriptors (), <=, before);
  if (MEMORY_IS_TOLD)
    g_assert_cmpuint (resident_kib (), <, memory + 4096);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_resets (void)
{
  NbTestServer *server = start (0);
  const guint before = nb_test_count_descriptors ();
  const struct linger hard = { .l_onoff = 1 };
  static const char *const parts[] = { "",
                                       "GET",
                                       "GET /hello HTTP/1.1\r\n" HOST "\r\n",
                                       "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc",
                                       "\x01\r\n",
                                       "GET /hello HTTP/1.1\r\n" HOST "\r\nGET /he" };

  for (int i = 0; i < 600; i++)
    {
      const int fd = nb_test_connect (nb_test_server_get_port (server));

      nb_test_send (fd, parts[i % G_N_ELEMENTS (parts)]);
      if (i % 2 == 0)
        setsockopt (fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
      close (fd);
    }
  wait_until_empty (server);
  g_assert_cmpuint (nb_test_count_descriptors (), <=, before);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_per_address (void)
{
  NbTestServer *server = start (3);
  const guint16 port = nb_test_server_get_port (server);
  int fds[3];
  g_autofree char *refused = NULL;
  g_autofree char *ok = NULL;

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *answer = NULL;

      fds[i] = nb_test_connect (port);
      nb_test_send (fds[i], "GET /hello HTTP/1.1\r\n" HOST "\r\n");
      answer = nb_test_read_answer (fds[i], NULL);
      g_assert_cmpuint (nb_test_status (answer), ==, 200);
    }
  refused = nb_test_request (port, "");
  nb_test_assert_problem (refused, 503, "busy");
  for (int i = 0; i < 3; i++)
    close (fds[i]);
  wait_until_empty (server);
  ok = nb_test_ask (port, "GET", "/hello", NULL, NULL);
  g_assert_cmpuint (nb_test_status (ok), ==, 200);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

/* accept() fails for want of descriptors; when there are some again, it goes on. */
static void
test_no_descriptors (void)
{
  NbTestServer *server = start (0);
  const guint16 port = nb_test_server_get_port (server);
  const int fd = nb_test_connect (port);
  struct rlimit old, none;
  g_autofree char *answer = NULL;

  nb_test_send (fd, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
  answer = nb_test_read_all (fd);
  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  getrlimit (RLIMIT_NOFILE, &old);
  none = old;
  none.rlim_cur = nb_test_count_descriptors ();
  {
    g_autofree char *late = NULL;
    const int waiting = nb_test_connect (port);

    setrlimit (RLIMIT_NOFILE, &none);
    nb_test_send (waiting, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    g_usleep (200000);
    setrlimit (RLIMIT_NOFILE, &old);
    late = nb_test_read_all (waiting);
    g_assert_cmpuint (nb_test_status (late), ==, 200);
    close (waiting);
  }
  close (fd);
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

static void
test_random_bytes (void)
{
  NbTestServer *server = start (0);
  const guint16 port = nb_test_server_get_port (server);
  static const char alphabet[] = "GET POST/hello HTTP/1.1\r\n\r\nHost: a:Content-Length 5{}\"%00\t";

  for (int i = 0; i < 500; i++)
    {
      const int fd = nb_test_connect (port);
      const int n = g_test_rand_int_range (1, 200);
      char text[201];

      for (int k = 0; k < n; k++)
        text[k] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      text[n] = '\0';
      nb_test_send (fd, text);
      close (fd);
    }
  wait_until_empty (server);
  {
    g_autofree char *ok = nb_test_ask (port, "GET", "/hello", NULL, NULL);

    g_assert_cmpuint (nb_test_status (ok), ==, 200);
  }
  nb_test_server_free (server, G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/hostile/shapes-are-refused", test_shapes);
  g_test_add_func ("/http/hostile/harmless-shapes-are-taken", test_accepted_shapes);
  g_test_add_func ("/http/hostile/expect-is-answered-before-the-body", test_expect);
  g_test_add_func ("/http/hostile/large-heads-are-refused", test_large_head);
  g_test_add_func ("/http/hostile/a-300-mb-body-is-not-read", test_huge_body);
  g_test_add_func ("/http/hostile/200-slow-heads-hinder-nobody", test_slow_heads);
  g_test_add_func ("/http/hostile/slow-body-and-idle-are-cut", test_slow_body_and_idle);
  g_test_add_func ("/http/hostile/5000-kept-alive-leave-no-descriptor", test_descriptors);
  g_test_add_func ("/http/hostile/resets-leave-no-descriptor", test_resets);
  g_test_add_func ("/http/hostile/connections-per-address", test_per_address);
  g_test_add_func ("/http/hostile/accepting-survives-want-of-descriptors", test_no_descriptors);
  g_test_add_func ("/http/hostile/random-bytes", test_random_bytes);
  return g_test_run ();
}
