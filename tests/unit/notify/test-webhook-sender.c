/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests to webhooks: none is made to an address that is refused, by whatever name; and what comes back. Only this
 * machine is asked. */
#include "plugins/notify/nb-webhook-sender.h"
#include "tests/support/nb-test-loop.h"
#include "wire-server.h"

#include <string.h>

#define PATIENCE_S 60
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

typedef struct
{
  NbTestLoop loop;
  WireServer *server;
  NbWire *wire;
  gboolean is_answered;
  NbHookAnswer answer;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, PATIENCE_S);
  self->server = wire_server_new (FALSE);
  self->wire = nb_wire_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->wire, nb_wire_free);
  g_clear_pointer (&self->server, wire_server_free);
  nb_test_loop_tear_down (&self->loop);
}

static void
on_answer (const NbHookAnswer *answer, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_false (self->is_answered);
  self->is_answered = TRUE;
  self->answer = *answer;
}

/* @url: PORT stands for the server's */
static void
begin (Fixture *self, const char *allow, const char *url)
{
  g_autoptr (NbNetworks) allowed = nb_networks_new (allow, NULL);
  g_autoptr (GString) full = g_string_new (url);
  g_autofree char *port = g_strdup_printf ("%u", wire_server_get_port (self->server));

  g_assert_nonnull (allowed);
  g_string_replace (full, "PORT", port, 0);
  self->is_answered = FALSE;
  nb_webhook_send (self->wire, allowed, full->str, SECRET, "msg_1", "{}", g_get_real_time (), on_answer, self);
  g_assert_false (self->is_answered);
}

static void
send_to (Fixture *self, const char *allow, const char *url)
{
  begin (self, allow, url);
  nb_test_loop_run_until_true (&self->loop, &self->is_answered);
}

/* As they would come to the sender if nothing looked at them before. */
static const char *const refused[] = {
  "https://127.0.0.1:PORT/200",
  "http://127.0.0.1:PORT/200",
  "https://localhost:PORT/200",
  "http://localhost:PORT/200",
  "https://hook.localhost:PORT/200",
  "http://hook.localhost:PORT/200",
  "https://127.1:PORT/200",
  "http://127.1:PORT/200",
  "http://127.0.1.1:PORT/200",
  "https://2130706433:PORT/200",
  "http://2130706433:PORT/200",
  "https://0x7f.1:PORT/200",
  "http://0x7f.0.0.1:PORT/200",
  "http://0177.0.0.1:PORT/200",
  "https://0.0.0.0:PORT/200",
  "http://0.0.0.0:PORT/200",
  "http://0:PORT/200",
  "https://[::1]:PORT/200",
  "http://[::1]:PORT/200",
  "https://[::]:PORT/200",
  "https://[::ffff:127.0.0.1]:PORT/200",
  "http://[::ffff:127.0.0.1]:PORT/200",
  "http://[::ffff:7f00:1]:PORT/200",
  "http://[::127.0.0.1]:PORT/200",
  "http://[64:ff9b::7f00:1]:PORT/200",
  "http://[2002:7f00:1::]:PORT/200",
  "http://10.255.255.1:PORT/200",
  "https://192.168.255.1:PORT/200",
  "https://169.254.169.254:PORT/200",
  "http://172.31.255.1:PORT/200",
  "https://user:pass@127.0.0.1:PORT/200",
};

static void
test_refused (Fixture *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      send_to (self, "", refused[i]);
      if (self->answer.outcome != NB_HOOK_REFUSED_ADDRESS)
        g_error ("%s: %s", refused[i], nb_hook_outcome_name (self->answer.outcome));
      /* Another network that is allowed opens nothing either. */
      send_to (self, "127.0.0.77/32;fd00::/8", refused[i]);
      if (self->answer.outcome != NB_HOOK_REFUSED_ADDRESS)
        g_error ("%s: %s", refused[i], nb_hook_outcome_name (self->answer.outcome));
    }
  g_assert_cmpuint (wire_server_get_n_connections (self->server), ==, 0);
  /* The server was there all the time. */
  send_to (self, "127.0.0.1/32", "http://127.0.0.1:PORT/200");
  g_assert_true (nb_hook_answer_is_success (&self->answer));
  g_assert_cmpuint (wire_server_get_n_connections (self->server), ==, 1);
}

/* A connection that was made while a network was allowed is not used once it isn't. */
static void
test_no_left_over_connection (Fixture *self, gconstpointer data)
{
  for (guint i = 1; i <= 3; i++)
    {
      send_to (self, "127.0.0.1/32", "http://127.0.0.1:PORT/200");
      g_assert_true (nb_hook_answer_is_success (&self->answer));
      g_assert_cmpuint (wire_server_get_n_connections (self->server), ==, i);
      send_to (self, "", "http://127.0.0.1:PORT/200");
      g_assert_cmpint (self->answer.outcome, ==, NB_HOOK_REFUSED_ADDRESS);
      g_assert_cmpuint (wire_server_get_n_asked (self->server), ==, i);
    }
}

static void
test_redirect (Fixture *self, gconstpointer data)
{
  g_autofree char *failure = NULL;

  send_to (self, "127.0.0.1/32", "http://127.0.0.1:PORT/302");
  g_assert_cmpint (self->answer.outcome, ==, NB_HOOK_ANSWERED);
  g_assert_cmpuint (self->answer.status, ==, 302);
  g_assert_false (nb_hook_answer_is_success (&self->answer));
  g_assert_cmpuint (wire_server_get_n_asked (self->server), ==, 1);
  failure = nb_hook_answer_dup_failure (&self->answer);
  g_assert_cmpstr (failure, ==, "answered 302");
}

static void
test_answers (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *url;
    NbHookOutcome outcome;
    guint status;
    guint retry_after;
    const char *failure;
  } rows[] = {
    { "http://127.0.0.1:PORT/200", NB_HOOK_ANSWERED, 200, 0, "" },
    { "http://localhost:PORT/200", NB_HOOK_ANSWERED, 200, 0, "" },
    { "http://127.0.0.1:PORT/204", NB_HOOK_ANSWERED, 204, 0, "" },
    { "http://127.0.0.1:PORT/long", NB_HOOK_ANSWERED, 200, 0, "" },
    { "http://127.0.0.1:PORT/404", NB_HOOK_ANSWERED, 404, 0, "answered 404" },
    { "http://127.0.0.1:PORT/410", NB_HOOK_ANSWERED, 410, 0, "answered 410" },
    { "http://127.0.0.1:PORT/429", NB_HOOK_ANSWERED, 429, 7, "answered 429" },
    { "http://127.0.0.1:PORT/500", NB_HOOK_ANSWERED, 500, 0, "answered 500" },
    /* Nobody listens. */
    { "http://127.0.0.1:1/", NB_HOOK_NOT_REACHABLE, 0, 0, "not_reachable" },
    /* No other way than HTTP. */
    { "file:///etc/hostname", NB_HOOK_NOT_REACHABLE, 0, 0, "not_reachable" },
    { "ftp://127.0.0.1:PORT/", NB_HOOK_NOT_REACHABLE, 0, 0, "not_reachable" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *failure = NULL;

      send_to (self, "127.0.0.1/32", rows[i].url);
      failure = nb_hook_answer_dup_failure (&self->answer);
      g_assert_cmpstr (failure, ==, rows[i].failure);
      g_assert_cmpint (self->answer.outcome, ==, rows[i].outcome);
      g_assert_cmpuint (self->answer.status, ==, rows[i].status);
      g_assert_cmpuint (self->answer.retry_after, ==, rows[i].retry_after);
    }
}

/* Somebody takes the connection and says nothing. */
static void
test_silence (Fixture *self, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  const guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/", port);

  g_assert_cmpuint (port, >, 0);
  send_to (self, "127.0.0.1/32", url);
  g_assert_cmpint (self->answer.outcome, ==, NB_HOOK_TIMED_OUT);
}

/* Who stops while one is under way is told, and not that it was the other side's fault. */
static void
test_stop (Fixture *self, gconstpointer data)
{
  begin (self, "127.0.0.1/32", "http://127.0.0.1:PORT/never");
  g_clear_pointer (&self->wire, nb_wire_free);
  g_assert_true (self->is_answered);
  g_assert_true (self->answer.is_aborted);
}

static void
test_body (void)
{
  JsonObject *data = json_object_new ();
  g_autofree char *body = NULL;

  json_object_set_string_member (data, "title", "의자");
  body = nb_webhook_body_new ("outbid", G_GINT64_CONSTANT (1669853970344522), data);
  g_assert_cmpstr (body, ==,
                   "{\"type\":\"outbid\",\"timestamp\":\"2022-12-01T00:19:30.344Z\",\"data\":{\"title\":\"의자\"}}");
}

static void
add (const char *path, void (*function) (Fixture *self, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, function, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/notify/webhook-sender/refused-addresses-see-no-connection", test_refused);
  add ("/notify/webhook-sender/no-left-over-connection", test_no_left_over_connection);
  add ("/notify/webhook-sender/redirects-are-not-followed", test_redirect);
  add ("/notify/webhook-sender/answers", test_answers);
  add ("/notify/webhook-sender/silence", test_silence);
  add ("/notify/webhook-sender/stop", test_stop);
  g_test_add_func ("/notify/webhook-sender/body", test_body);
  return g_test_run ();
}
