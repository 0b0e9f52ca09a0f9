/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets among others: those that read too slowly or say nothing, too many of them, and a server or an owner that
 * goes. */
#include "tests/integration/socket-site.h"

#include <neighborbid/nb-metrics.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A client that takes next to nothing until it reads. */
static int
connect_narrow (SocketSite *site)
{
  const int little = 1;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (socket_site_get_port (site)) };
  const int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autofree char *answer = NULL;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  answer = socket_site_ask (fd, "/ws", NULL, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 101);
  return fd;
}

static double
count_slow (void)
{
  return nb_metric_get (
      nb_metrics_counter ("ws_slow_closed_total", "WebSockets closed because they read too slowly", NULL));
}

/* Reads what is left. Returns: how it ended */
static char *
read_to_end (int fd)
{
  char *last = g_strdup ("nothing");

  for (;;)
    {
      g_autofree char *frame = socket_site_read (fd);

      if (strcmp (frame, "end") == 0 || strcmp (frame, "reset") == 0)
        return last;
      g_free (last);
      last = g_steal_pointer (&frame);
    }
}

/* One that never reads is cut, at eight times what counts as slow; the others get all. */
static void
test_never_reads (void)
{
  SocketSite site = { .handler = { .queue_max = 32 * 1024 } };
  const double before = count_slow ();
  g_autofree char *big = g_strnfill (10000, 'x');
  g_autofree char *end = NULL;
  int deaf, reader, asker;

  socket_site_start (&site, NULL);
  deaf = connect_narrow (&site);
  reader = socket_site_connect (&site, "/ws", NULL);
  asker = socket_site_connect (&site, "/ws", NULL);
  for (guint i = 0; i < 100; i++)
    {
      socket_site_send_text (asker, "flood 1 10000");
      socket_site_expect_text (reader, big);
    }
  socket_site_await_closed (&site, 1);
  g_assert_cmpfloat (count_slow (), ==, before + 1);
  socket_site_send_text (asker, "all still there");
  socket_site_expect_text (reader, "all still there");
  /* Had it read within two seconds, it would have learned why. */
  end = read_to_end (deaf);
  g_assert_true (g_str_has_prefix (end, "text(") || strcmp (end, "close(1013 too slow)") == 0);
  close (deaf);
  close (reader);
  close (asker);
  socket_site_stop (&site);
}

/* Slow for too long is enough, also when nothing more is sent. */
static void
test_slow_for_too_long (void)
{
  SocketSite site = { .handler = { .queue_max = 1024 * 1024, .slow_timeout_ms = 500 } };
  int deaf, asker;

  socket_site_start (&site, NULL);
  deaf = connect_narrow (&site);
  asker = socket_site_connect (&site, "/ws", NULL);
  socket_site_send_text (asker, "flood 40 50000");
  socket_site_await_closed (&site, 1);
  socket_site_send_text (asker, "I am fine");
  socket_site_expect_text (asker, "I am fine");
  close (deaf);
  close (asker);
  socket_site_stop (&site);
}

/* Returns: the number in `text(all N)` or `text(newest N)`; -1 for another frame */
static int
number_of (const char *frame, const char *word)
{
  g_autofree char *prefix = g_strdup_printf ("text(%s ", word);

  return g_str_has_prefix (frame, prefix) ? atoi (frame + strlen (prefix)) : -1;
}

/* A slow one gets fewer of the newest, in order, and the last one for sure; the others get all. */
static void
test_newest (void)
{
  SocketSite site = { .handler = { .queue_max = 64 * 1024, .slow_timeout_ms = 60000 } };
  guint n_got = 0;
  int slow, asker, last = 0;

  socket_site_start (&site, NULL);
  slow = connect_narrow (&site);
  asker = socket_site_connect (&site, "/ws", NULL);
  socket_site_send_text (asker, "flood 40 10000");
  for (int i = 1; i <= 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("newest %d", i);

      socket_site_send_text (asker, text);
      socket_site_expect_text (asker, text);
    }
  socket_site_send_text (asker, "all done");
  socket_site_expect_text (asker, "all done");
  for (;;)
    {
      g_autofree char *frame = socket_site_read (slow);
      const int number = number_of (frame, "newest");

      if (strcmp (frame, "text(all done)") == 0)
        break;
      g_assert_true (number == -1 || number > last);
      last = MAX (number, last);
      n_got += number != -1;
    }
  g_assert_cmpint (last, ==, 1000);
  g_assert_cmpuint (n_got, <, 1000);
  close (slow);
  close (asker);
  socket_site_stop (&site);
}

/* What waits as the newest comes when the others are written, without anything more being sent. */
static void
test_newest_comes_alone (void)
{
  SocketSite site = { .handler = { .queue_max = 64 * 1024, .slow_timeout_ms = 60000 } };
  gboolean has_come = FALSE;
  int slow, asker;

  socket_site_start (&site, NULL);
  slow = connect_narrow (&site);
  asker = socket_site_connect (&site, "/ws", NULL);
  socket_site_send_text (asker, "flood 40 10000");
  socket_site_send_text (asker, "newest 1");
  socket_site_send_text (asker, "newest 2");
  socket_site_expect_text (asker, "newest 1");
  socket_site_expect_text (asker, "newest 2");
  while (!has_come)
    {
      g_autofree char *frame = socket_site_read (slow);

      g_assert_cmpint (number_of (frame, "newest"), !=, 1);
      has_come = number_of (frame, "newest") == 2;
    }
  close (slow);
  close (asker);
  socket_site_stop (&site);
}

/* Anything that is heard keeps a socket; one that says nothing is closed after two heartbeats. */
static void
test_heartbeat (void)
{
  SocketSite site = { .handler = { .heartbeat_s = 2 } };
  g_autofree char *frame = NULL;
  guint n_pings = 0;
  int silent, lively;

  socket_site_start (&site, NULL);
  silent = socket_site_connect (&site, "/ws", NULL);
  lively = socket_site_connect (&site, "/ws", NULL);
  while (n_pings < 3)
    {
      socket_site_expect (lively, "ping()");
      socket_site_send (lively, FRAME_PONG, NULL, 0);
      n_pings++;
    }
  socket_site_await_open (&site, 1);
  socket_site_send_text (lively, "here");
  socket_site_expect_text (lively, "here");
  frame = read_to_end (silent);
  g_assert_cmpstr (frame, ==, "close(1008 silent for too long)");
  close (silent);
  close (lively);
  socket_site_stop (&site);
}

static void
test_per_address (void)
{
  NbServerOptions options;
  SocketSite site = { 0 };
  int fds[3];
  g_autofree char *refused = NULL;
  g_autofree char *ok = NULL;

  nb_test_server_default_options (&options);
  options.limits.connections_per_address = 3;
  socket_site_start (&site, &options);
  for (guint i = 0; i < 3; i++)
    fds[i] = socket_site_connect (&site, "/ws", NULL);
  /* HTTP and sockets count together. */
  refused = nb_test_ask (socket_site_get_port (&site), "GET", "/hello", NULL, NULL);
  nb_test_assert_problem (refused, 503, "busy");
  close (fds[1]);
  socket_site_await_closed (&site, 1);
  ok = nb_test_ask (socket_site_get_port (&site), "GET", "/hello", NULL, NULL);
  g_assert_cmpuint (nb_test_status (ok), ==, 200);
  close (fds[0]);
  close (fds[2]);
  socket_site_stop (&site);
}

/* Behind a proxy of ours the client's own address counts, and it is told in the socket's words. */
static void
test_per_address_behind_proxy (void)
{
  NbServerOptions options;
  SocketSite site = { 0 };
  int fds[2], third, other;

  nb_test_server_default_options (&options);
  options.trusted_proxies = "127.0.0.1";
  options.limits.connections_per_address = 2;
  socket_site_start (&site, &options);
  for (guint i = 0; i < 2; i++)
    fds[i] = socket_site_connect (&site, "/ws", "X-Forwarded-For: 203.0.113.7\r\n");
  third = socket_site_connect (&site, "/ws", "X-Forwarded-For: 203.0.113.7\r\n");
  socket_site_expect (third, "close(1013 too many connections from this address)");
  other = socket_site_connect (&site, "/ws", "X-Forwarded-For: 203.0.113.8\r\n");
  socket_site_send_text (other, "hi");
  socket_site_expect (other, "text(hi)");
  close (fds[0]);
  close (third);
  socket_site_await_closed (&site, 1);
  for (gboolean is_in = FALSE; !is_in;)
    {
      /* The third one counts until its descriptor is closed. */
      g_autofree char *frame = NULL;

      third = socket_site_connect (&site, "/ws", "X-Forwarded-For: 203.0.113.7\r\n");
      socket_site_send_text (third, "in");
      frame = socket_site_read (third);
      is_in = strcmp (frame, "text(in)") == 0;
      close (third);
    }
  close (fds[1]);
  close (other);
  socket_site_stop (&site);
}

static void
test_most_connections (void)
{
  NbServerOptions options;
  SocketSite site = { 0 };
  int fds[4];
  g_autofree char *refused = NULL;

  nb_test_server_default_options (&options);
  options.limits.connections_max = 4;
  socket_site_start (&site, &options);
  for (guint i = 0; i < 4; i++)
    fds[i] = socket_site_connect (&site, "/ws", NULL);
  refused = nb_test_ask (socket_site_get_port (&site), "GET", "/hello", NULL, NULL);
  nb_test_assert_problem (refused, 503, "busy");
  for (guint i = 0; i < 4; i++)
    close (fds[i]);
  socket_site_stop (&site);
}

static gpointer
stop_site (gpointer site)
{
  socket_site_stop (site);
  return NULL;
}

/* Each is told that the server leaves; one that doesn't answer is not waited for for ever. */
static void
test_stop (void)
{
  SocketSite site = { 0 };
  int polite, rude, deaf;
  GThread *stopper;

  socket_site_start (&site, NULL);
  polite = socket_site_connect (&site, "/ws", NULL);
  rude = socket_site_connect (&site, "/other", NULL);
  deaf = connect_narrow (&site);
  socket_site_send_text (polite, "flood 10 50000");
  socket_site_send_text (polite, "queued");
  socket_site_expect (polite, "text(queued)");
  stopper = g_thread_new ("stopper", stop_site, &site);
  socket_site_expect (polite, "close(1001 the server restarts)");
  socket_site_send (polite, FRAME_CLOSE, "\x03\xe9", 2);
  socket_site_expect (polite, "end");
  g_free (read_to_end (rude));
  g_thread_join (stopper);
  close (polite);
  close (rude);
  close (deaf);
}

static void
set_draining (NbServer *server, gpointer user_data)
{
  nb_server_set_draining (server);
}

static void
test_draining (void)
{
  SocketSite site = { 0 };
  g_autofree char *answer = NULL;
  int before, late;

  socket_site_start (&site, NULL);
  before = socket_site_connect (&site, "/ws", NULL);
  nb_test_server_invoke (site.server, set_draining, NULL);
  late = nb_test_connect (socket_site_get_port (&site));
  answer = socket_site_ask (late, "/ws", NULL, NULL);
  nb_test_assert_problem (answer, 503, "shutting_down");
  socket_site_send_text (before, "goes on");
  socket_site_expect (before, "text(goes on)");
  close (before);
  close (late);
  socket_site_stop (&site);
}

typedef struct
{
  SocketSite *site;
  gint is_quiet;
  guint n_closed; /* when the owner could be left */
} Quiesce;

static void
on_quiesced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Quiesce *call = user_data;

  g_assert_true (nb_server_quiesce_owner_finish (NB_SERVER (source), result, NULL));
  call->n_closed = call->site->n_closed;
  g_atomic_int_set (&call->is_quiet, 1);
}

static void
quiesce (NbServer *server, gpointer user_data)
{
  nb_server_quiesce_owner_async (server, "acme", on_quiesced, user_data);
}

/* The sockets of an owner that stops are closed before it is left; those of others stay. */
static void
test_owner_stops (void)
{
  SocketSite site = { 0 };
  Quiesce call = { .site = &site };
  g_autofree char *answer = NULL;
  int mine[2], other, late;

  socket_site_start (&site, NULL);
  mine[0] = socket_site_connect (&site, "/ws", NULL);
  mine[1] = socket_site_connect (&site, "/ws", NULL);
  other = socket_site_connect (&site, "/other", NULL);
  socket_site_await_open (&site, 3);
  nb_test_server_invoke (site.server, quiesce, &call);
  socket_site_expect (mine[0], "close(4410 switched off)");
  socket_site_expect (mine[1], "close(4410 switched off)");
  while (g_atomic_int_get (&call.is_quiet) == 0)
    g_usleep (1000);
  g_assert_cmpuint (call.n_closed, ==, 2);
  late = nb_test_connect (socket_site_get_port (&site));
  answer = socket_site_ask (late, "/ws", NULL, NULL);
  nb_test_assert_problem (answer, 503, "feature_disabled");
  socket_site_send_text (other, "goes on");
  socket_site_expect (other, "text(goes on)");
  close (mine[0]);
  close (mine[1]);
  close (other);
  close (late);
  socket_site_stop (&site);
}

static void
cut (NbServer *server, gpointer user_data)
{
  nb_server_cut_sockets (server);
}

/* A stop that can't wait: every `closed` is called all the same. */
static void
test_cut (void)
{
  SocketSite site = { 0 };
  g_autofree char *end = NULL;
  int fd;

  socket_site_start (&site, NULL);
  fd = socket_site_connect (&site, "/ws", NULL);
  nb_test_server_invoke (site.server, cut, NULL);
  socket_site_await_closed (&site, 1);
  end = read_to_end (fd);
  g_assert_cmpstr (end, ==, "nothing");
  close (fd);
  socket_site_stop (&site);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sockets/slow/never-reads", test_never_reads);
  g_test_add_func ("/sockets/slow/too-long", test_slow_for_too_long);
  g_test_add_func ("/sockets/slow/newest", test_newest);
  g_test_add_func ("/sockets/slow/newest-comes-alone", test_newest_comes_alone);
  g_test_add_func ("/sockets/heartbeat", test_heartbeat);
  g_test_add_func ("/sockets/limits/per-address", test_per_address);
  g_test_add_func ("/sockets/limits/per-address-behind-proxy", test_per_address_behind_proxy);
  g_test_add_func ("/sockets/limits/most-connections", test_most_connections);
  g_test_add_func ("/sockets/life/stop", test_stop);
  g_test_add_func ("/sockets/life/draining", test_draining);
  g_test_add_func ("/sockets/life/owner-stops", test_owner_stops);
  g_test_add_func ("/sockets/life/cut", test_cut);
  return g_test_run ();
}
