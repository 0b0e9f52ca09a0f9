/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread that does transfers: how they end, how many go on at a time, and its own end. */
#include "plugins/notify/nb-wire.h"
#include "tests/support/nb-test-loop.h"
#include "wire-server.h"

#include <string.h>

#define PATIENCE_S 60
#define CONNECTIONS_MAX 16

typedef struct
{
  NbTestLoop loop;
  WireServer *server;
  NbWire *wire;
  GThread *thread;
  gboolean is_asking;
  guint n_asked;
  guint n_ended;
  guint n_fine;
  guint n_aborted;
  NbWireResult last;
} Fixture;

static void
set_up (Fixture *self, gconstpointer is_mail)
{
  nb_test_loop_set_up (&self->loop, PATIENCE_S);
  self->server = wire_server_new (is_mail != NULL);
  self->wire = nb_wire_new ();
  self->thread = g_thread_self ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->wire, nb_wire_free);
  g_assert_cmpuint (self->n_ended, ==, self->n_asked);
  g_clear_pointer (&self->server, wire_server_free);
  nb_test_loop_tear_down (&self->loop);
}

static void
on_ended (const NbWireResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_true (g_thread_self () == self->thread);
  g_assert_false (self->is_asking);
  self->last = *result;
  self->n_ended++;
  self->n_fine += result->code == CURLE_OK;
  self->n_aborted += result->code == CURLE_ABORTED_BY_CALLBACK;
}

static void
perform (Fixture *self, CURL *easy)
{
  self->n_asked++;
  self->is_asking = TRUE;
  nb_wire_perform (self->wire, easy, on_ended, self);
  self->is_asking = FALSE;
}

static CURL *
easy_new (const char *protocols, const char *url)
{
  CURL *easy = nb_wire_easy_new ();

  g_assert_cmpint (curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, protocols), ==, CURLE_OK);
  g_assert_cmpint (curl_easy_setopt (easy, CURLOPT_URL, url), ==, CURLE_OK);
  return easy;
}

static void
ask (Fixture *self, const char *path)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u%s", wire_server_get_port (self->server), path);

  perform (self, easy_new ("http", url));
}

static gboolean
have_all_ended (gpointer user_data)
{
  const Fixture *self = user_data;

  return self->n_ended == self->n_asked;
}

static void
ask_and_wait (Fixture *self, const char *path)
{
  ask (self, path);
  nb_test_loop_run_until (&self->loop, have_all_ended, self);
}

static void
test_status (Fixture *self, gconstpointer data)
{
  ask_and_wait (self, "/200");
  g_assert_cmpint (self->last.code, ==, CURLE_OK);
  g_assert_cmpint (self->last.status, ==, 200);
  g_assert_cmpstr (self->last.error, ==, "");
  g_assert_cmpuint (self->last.retry_after, ==, 0);
  ask_and_wait (self, "/429");
  g_assert_cmpint (self->last.status, ==, 429);
  g_assert_cmpuint (self->last.retry_after, ==, 7);
  ask_and_wait (self, "/500");
  g_assert_cmpint (self->last.status, ==, 500);
  /* One connection serves them all. */
  g_assert_cmpuint (wire_server_get_n_connections (self->server), ==, 1);
}

static void
test_redirect (Fixture *self, gconstpointer data)
{
  ask_and_wait (self, "/302");
  g_assert_cmpint (self->last.code, ==, CURLE_OK);
  g_assert_cmpint (self->last.status, ==, 302);
  g_assert_cmpuint (wire_server_get_n_asked (self->server), ==, 1);
}

static void
test_long_answer (Fixture *self, gconstpointer data)
{
  ask_and_wait (self, "/long");
  g_assert_cmpint (self->last.code, ==, CURLE_WRITE_ERROR);
  g_assert_cmpstr (self->last.error, ==, "the answer is longer than 65536 bytes");
}

static void
test_nobody_there (Fixture *self, gconstpointer data)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/", wire_server_get_port (self->server));

  g_clear_pointer (&self->server, wire_server_free);
  perform (self, easy_new ("http", url));
  nb_test_loop_run_until (&self->loop, have_all_ended, self);
  g_assert_cmpint (self->last.code, ==, CURLE_COULDNT_CONNECT);
  g_assert_cmpint (self->last.status, ==, 0);
  g_assert_cmpstr (self->last.error, !=, "");
}

static void
test_protocols (Fixture *self, gconstpointer data)
{
  perform (self, easy_new ("http", "file:///etc/hostname"));
  nb_test_loop_run_until (&self->loop, have_all_ended, self);
  g_assert_cmpint (self->last.code, ==, CURLE_UNSUPPORTED_PROTOCOL);
}

static void
test_many (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 300; i++)
    ask (self, "/200");
  nb_test_loop_run_until (&self->loop, have_all_ended, self);
  g_assert_cmpuint (self->n_fine, ==, 300);
  g_assert_cmpuint (wire_server_get_n_asked (self->server), ==, 300);
  g_assert_cmpuint (wire_server_get_n_open_max (self->server), <=, CONNECTIONS_MAX);
}

static gboolean
have_some_arrived (gpointer user_data)
{
  const Fixture *self = user_data;

  return wire_server_get_n_asked (self->server) == CONNECTIONS_MAX;
}

/* Some wait for an answer, some inside curl for a connection, some for their turn, and some were asked for just now. */
static void
test_end_under_way (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 100; i++)
    ask (self, "/never");
  nb_test_loop_run_until (&self->loop, have_some_arrived, self);
  for (guint i = 0; i < 10; i++)
    ask (self, "/200");
  g_clear_pointer (&self->wire, nb_wire_free);
  g_assert_cmpuint (self->n_ended, ==, 110);
  g_assert_cmpuint (self->n_aborted, ==, 110);
  g_assert_cmpstr (self->last.error, ==, "the program stops");
}

static void
test_end_with_results_untold (Fixture *self, gconstpointer data)
{
  ask (self, "/200");
  while (wire_server_get_n_asked (self->server) == 0)
    g_thread_yield ();
  g_clear_pointer (&self->wire, nb_wire_free);
  g_assert_cmpuint (self->n_ended, ==, 1);
}

static void
test_end_unused (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->wire, nb_wire_free);
  g_assert_cmpuint (self->n_ended, ==, 0);
}

typedef struct
{
  const char *text;
  gsize sent;
} Upload;

static size_t
on_read (char *bytes, size_t size, size_t n, void *user_data)
{
  Upload *upload = user_data;
  const gsize length = MIN (size * n, strlen (upload->text) - upload->sent);

  memcpy (bytes, upload->text + upload->sent, length);
  upload->sent += length;
  return length;
}

static void
send_mail (Fixture *self, Upload *upload)
{
  g_autofree char *url = g_strdup_printf ("smtp://127.0.0.1:%u", wire_server_get_port (self->server));
  struct curl_slist *recipients = curl_slist_append (NULL, "someone@example.kr");
  CURL *easy = easy_new ("smtp", url);

  upload->sent = 0;
  curl_easy_setopt (easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt (easy, CURLOPT_READDATA, upload);
  curl_easy_setopt (easy, CURLOPT_MAIL_FROM, "site@example.kr");
  curl_easy_setopt (easy, CURLOPT_MAIL_RCPT, recipients);
  perform (self, easy);
  nb_test_loop_run_until (&self->loop, have_all_ended, self);
  curl_slist_free_all (recipients);
}

/* A server that stays silent when it is told goodbye would hold a thread for minutes. */
static void
test_end_without_goodbye (Fixture *self, gconstpointer data)
{
  Upload upload = { .text = "Subject: x\r\n\r\nx\r\n" };

  for (guint i = 0; i < 3; i++)
    {
      send_mail (self, &upload);
      g_assert_cmpint (self->last.code, ==, CURLE_OK);
      g_assert_cmpint (self->last.status, ==, 250);
      g_assert_cmpstr (self->last.reply, ==, "250 taken");
    }
  g_assert_cmpuint (wire_server_get_n_asked (self->server), ==, 3);
  g_assert_cmpuint (wire_server_get_n_connections (self->server), ==, 1);
  g_clear_pointer (&self->wire, nb_wire_free);
}

int
main (int argc, char **argv)
{
  /* Nobody is there; who asks it, fails. */
  g_setenv ("http_proxy", "http://127.0.0.1:1", TRUE);
  g_setenv ("all_proxy", "http://127.0.0.1:1", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/notify/wire/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("status-and-pause-are-told", test_status);
  ADD ("redirect-is-not-followed", test_redirect);
  ADD ("long-answer-is-cut", test_long_answer);
  ADD ("nobody-there", test_nobody_there);
  ADD ("other-protocol-is-refused", test_protocols);
  ADD ("many-in-bounds", test_many);
  ADD ("end-with-transfers-under-way", test_end_under_way);
  ADD ("end-with-results-untold", test_end_with_results_untold);
  ADD ("end-unused", test_end_unused);
#undef ADD
  g_test_add ("/notify/wire/end-without-goodbye", Fixture, "mail", set_up, test_end_without_goodbye, tear_down);
  return g_test_run ();
}
