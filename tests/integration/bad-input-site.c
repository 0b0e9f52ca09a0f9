/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the real program on a database of its own, asks it, and looks at what it answers and keeps. */
#include "tests/integration/bad-input-site.h"

#include <neighborbid/nb-request.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DAY_USEC (G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC)

static const char *const flags[] = {
  "limits.sign-ups-per-minute=0",
  "limits.sign-ins-per-minute=0",
  "limits.writes-per-second=0",
  "limits.connections-per-address=0",
  "plugin auction-local.eligibility=anyone",
};

static guint16
port_of (const char *url)
{
  return (guint16)atoi (strrchr (url, ':') + 1);
}

static void
start (BadSite *self)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (flags) + 2; i++)
    {
      g_ptr_array_add (arguments, (gpointer) "--set");
      g_ptr_array_add (arguments, i == 0 ? self->data_dir : i == 1 ? self->url : (gpointer)flags[i - 2]);
    }
  g_ptr_array_add (arguments, NULL);
  self->process = nb_test_site_start ((const char *const *)arguments->pdata, self->log_path);
  self->port = port_of (self->process->url);
  self->internal_port = port_of (self->process->internal_url);
}

static JsonObject *
post (BadSite *self, const char *target, const char *token, const char *body, guint status)
{
  const BadRequest request
      = { .method = "POST", .target = target, .token = token, .key = target, .type = "application/json", .body = body };

  return bad_site_expect (self, &request, status);
}

static JsonObject *
sign_in (BadSite *self, const char *username)
{
  g_autofree char *body = g_strdup_printf ("{\"username\":\"%s\",\"password\":\"tangerine-orchard\"}", username);

  return post (self, "/api/v1/sessions", NULL, body, 200);
}

/* Without a language of their own, so that requests choose it. Returns: (transfer full): the first session */
static JsonObject *
join (BadSite *self, const char *username)
{
  g_autofree char *body = g_strdup_printf (
      "{\"username\":\"%s\",\"password\":\"tangerine-orchard\",\"nickname\":\"%s\",\"region\":\"1168010100\"}",
      username, username);
  g_autoptr (JsonObject) account = post (self, "/api/v1/accounts", NULL, body, 201);
  JsonObject *session = sign_in (self, username);
  const char *token = json_object_get_string_member (session, "token");

  json_object_unref (post (self, "/api/v1/wallet/deposits", token, "{\"amount\":100000}", 201));
  return session;
}

static void
open_sessions (BadSite *self)
{
  g_autoptr (JsonObject) seller = join (self, "seller");
  g_autoptr (JsonObject) bidder = join (self, "bidder");
  g_autoptr (JsonObject) ended = sign_in (self, "bidder");
  BadRequest sign_out = { .method = "DELETE", .target = "/api/v1/sessions/current" };
  g_autofree char *answer = NULL;

  self->seller_token = g_strdup (json_object_get_string_member (seller, "token"));
  self->bidder_token = g_strdup (json_object_get_string_member (bidder, "token"));
  self->cookie = g_strdup_printf ("Cookie: nb_session=%s\r\n", self->bidder_token);
  self->csrf_token = g_strdup (json_object_get_string_member (bidder, "csrf_token"));
  self->ended_token = g_strdup (json_object_get_string_member (ended, "token"));
  sign_out.token = self->ended_token;
  answer = bad_site_ask (self, &sign_out, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 204);
}

static void
list_auction (BadSite *self)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + DAY_USEC);
  g_autofree char *body = g_strdup_printf ("{\"type\":\"local\",\"title\":\"캠핑의자\",\"description\":\"\","
                                           "\"ends_at\":\"%s\",\"terms\":{\"start_price\":10000,\"step\":1000}}",
                                           ends_at);
  g_autoptr (JsonObject) auction = post (self, "/api/v1/auctions", self->seller_token, body, 201);

  self->auction = g_strdup (json_object_get_string_member (auction, "id"));
}

BadSite *
bad_site_new (NbTestDatabaseKind kind)
{
  BadSite *self = g_new0 (BadSite, 1);

  self->database = nb_test_database_new (kind);
  self->data_dir = g_strdup_printf ("server.data-dir=%s/data", nb_test_database_get_folder (self->database));
  self->url = g_strconcat ("database.url=", nb_test_database_get_url (self->database), NULL);
  self->log_path = g_build_filename (nb_test_database_get_folder (self->database), "log", NULL);
  start (self);
  open_sessions (self);
  list_auction (self);
  return self;
}

static void
assert_doctor_is_content (BadSite *self)
{
  const char *const more[] = { "--set", self->data_dir, "--set", self->url, NULL };
  g_autoptr (NbTestRun) run = nb_test_program_run_words ("doctor", more);

  if (run->code != 0)
    g_error ("doctor: %s%s", run->out, run->err);
}

void
bad_site_free (BadSite *self)
{
  g_assert_cmpint (nb_test_site_stop (self->process, SIGTERM), ==, 0);
  assert_doctor_is_content (self);
  nb_test_site_free (self->process);
  nb_test_database_free (self->database);
  g_free (self->data_dir);
  g_free (self->url);
  g_free (self->log_path);
  g_free (self->seller_token);
  g_free (self->bidder_token);
  g_free (self->ended_token);
  g_free (self->cookie);
  g_free (self->csrf_token);
  g_free (self->auction);
  g_free (self);
}

/* Asking. */

static void
add_line (GString *text, const char *name, const char *prefix, const char *value)
{
  if (value != NULL)
    g_string_append_printf (text, "%s: %s%s\r\n", name, prefix, value);
}

static void
send_all (int fd, const GString *text)
{
  gsize sent = 0;

  while (sent < text->len)
    {
      const gssize n = send (fd, text->str + sent, text->len - sent, MSG_NOSIGNAL);

      if (n <= 0)
        return;
      sent += n;
    }
}

char *
bad_site_ask (BadSite *self, const BadRequest *request, const char *language)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const gsize length = request->body == NULL ? 0 : request->length > 0 ? request->length : strlen (request->body);
  const int fd = nb_test_connect (self->port);
  char *answer;

  g_string_append_printf (text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n", request->method,
                          request->target, self->port);
  add_line (text, "Authorization", "Bearer ", request->token);
  add_line (text, "Idempotency-Key", "", request->key);
  add_line (text, "Content-Type", "", request->type);
  add_line (text, "Accept-Language", "", language);
  if (request->headers != NULL)
    g_string_append (text, request->headers);
  if (request->body != NULL)
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n", length);
  g_string_append (text, "\r\n");
  g_string_append_len (text, request->body, length);
  send_all (fd, text);
  answer = nb_test_read_all (fd);
  close (fd);
  return answer;
}

JsonObject *
bad_site_expect (BadSite *self, const BadRequest *request, guint status)
{
  g_autofree char *answer = bad_site_ask (self, request, NULL);
  g_autoptr (JsonNode) node = json_from_string (nb_test_body (answer), NULL);

  if (nb_test_status (answer) != status || node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    g_error ("%s %s %s: %s", request->method, request->target, request->body, answer);
  return json_node_dup_object (node);
}

/* What must not change. */

void
bad_site_assert_unchanged (BadSite *self, char *before)
{
  const BadRequest live = { .method = "GET", .target = "/api/v1/auction-types" };
  g_autoptr (JsonObject) answer = bad_site_expect (self, &live, 200);
  g_autofree char *after = bad_site_take_stock (self);
  g_autofree char *owned = before;

  g_assert_cmpstr (after, ==, owned);
}

GPtrArray *
bad_site_list_routes (BadSite *self)
{
  g_autofree char *answer = nb_test_ask (self->internal_port, "GET", "/metrics", NULL, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("http_request_duration_seconds_count\\{route=\"([^\"]+)\"", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GPtrArray *routes = g_ptr_array_new_with_free_func (g_free);

  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  for (g_regex_match (regex, answer, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    g_ptr_array_add (routes, g_match_info_fetch (match, 1));
  g_assert_cmpuint (routes->len, >, 10);
  return routes;
}

/* Tests. */

/* A database and its site, which starts with the first test that needs it. */
typedef struct
{
  NbTestDatabaseKind kind;
  BadSite *site; /* (nullable) */
} Place;

typedef struct
{
  Place *place;
  const BadTest *test;
} Run;

static void
run_test (gconstpointer data)
{
  const Run *run = data;
  char *before;

  if (run->place->site == NULL)
    run->place->site = bad_site_new (run->place->kind);
  before = bad_site_take_stock (run->place->site);
  run->test->function (run->place->site);
  if (run->test->may_change)
    g_free (before);
  else
    bad_site_assert_unchanged (run->place->site, before);
}

static void
add_tests (GPtrArray *runs, const char *suite, Place *place, const BadTest *tests)
{
  for (const BadTest *test = tests; test->name != NULL; test++)
    {
      g_autofree char *path
          = g_strdup_printf ("/bad-input/%s/%s/%s", suite, nb_test_database_kind_name (place->kind), test->name);
      Run *run = g_new0 (Run, 1);

      run->place = place;
      run->test = test;
      g_ptr_array_add (runs, run);
      g_test_add_data_func (path, run, run_test);
    }
}

int
bad_site_run_tests (const char *suite, const BadTest *tests)
{
  static Place places[] = { { NB_TEST_SQLITE, NULL }, { NB_TEST_POSTGRESQL, NULL } };
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (g_free);
  int code;

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    add_tests (runs, suite, &places[i], tests);
  code = g_test_run ();
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    g_clear_pointer (&places[i].site, bad_site_free);
  return code;
}
