/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A site of several processes behind a real nginx that has the configuration which ships. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/bid-storm.h"
#include "tests/integration/crew-site.h"
#include "tests/integration/nginx-site.h"
#include "tests/support/nb-test-server.h"
#include "tests/support/nb-test-socket.h"

#define OPTIONS " --set server.trusted-proxies=127.0.0.1 --set server.base-url=https://auction.example"

typedef struct
{
  CrewSite crew;
  char **tokens;
  NbTestSite *web;
  NbTestSite *live;
  NginxSite nginx;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = NULL;

  crew_site_set_up (&self->crew, NULL);
  self->tokens = crew_site_add_people (&self->crew, 3);
  self->web = crew_site_start (&self->crew, "--role web,jobs" OPTIONS);
  self->live = crew_site_start (&self->crew, "--role live" OPTIONS);
  folder = g_strconcat (nb_test_database_get_folder (self->crew.database), "/nginx", NULL);
  nginx_site_set_up (&self->nginx, folder, self->web->url, self->live->url);
  nginx_site_check (&self->nginx);
  nginx_site_start (&self->nginx);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nginx_site_tear_down (&self->nginx);
  nb_test_site_free (self->live);
  nb_test_site_free (self->web);
  g_strfreev (self->tokens);
  crew_site_tear_down (&self->crew, NULL);
}

static char *
ask (Fixture *self, const char *method, const char *target, const char *headers, const char *body)
{
  return nb_test_ask (nginx_site_get_plain_port (&self->nginx), method, target, headers, body);
}

/* Bids over HTTP reach the web process, sockets the live one; what one commits the other tells. */
static void
test_ways (Fixture *self, gconstpointer data)
{
  g_autofree char *auction = crew_site_list_auction (self->web, "national", self->tokens[0]);
  g_autofree char *room = g_strconcat ("/ws/auctions/", auction, NULL);
  g_autofree char *bids = g_strdup_printf ("/api/v1/auctions/%s/bids", auction);
  g_autofree char *bearer = g_strdup_printf ("Authorization: Bearer %s\r\n", self->tokens[1]);
  g_autofree char *headers = g_strconcat (bearer, "Content-Type: application/json\r\n", NULL);
  g_autofree char *page = ask (self, "GET", "/", "Accept: text/html\r\n", NULL);
  g_autoptr (NbTestSocket) watcher = nb_test_socket_open (nginx_site_get_plain_port (&self->nginx), room, bearer);
  g_autoptr (JsonObject) hello = nb_test_socket_await (watcher, "hello");
  g_autofree char *bid = ask (self, "POST", bids, headers, "{\"amount\":1000}");
  g_autoptr (JsonObject) state = nb_test_socket_await (watcher, "state");

  g_assert_cmpuint (nb_test_status (page), ==, 200);
  g_assert_nonnull (hello);
  g_assert_cmpuint (nb_test_status (bid), ==, 201);
  g_assert_cmpint (json_object_get_int_member (state, "price"), ==, 1000);
}

static void
test_wrong_ways (Fixture *self, gconstpointer data)
{
  static const char english[] = "Accept-Language: en\r\n";
  g_autofree char *no_socket = ask (self, "GET", "/ws/auctions/1", NULL, NULL);
  g_autofree char *no_inbox = ask (self, "GET", "/ws/me", NULL, NULL);
  g_autofree char *to_web = nb_test_ask (crew_site_get_port (self->web->url), "GET", "/ws/auctions/1", english, NULL);
  g_autofree char *to_live = nb_test_ask (crew_site_get_port (self->live->url), "GET", "/", english, NULL);

  /* It is the live process that says what it wants instead. */
  g_assert_cmpuint (nb_test_status (no_socket), ==, 426);
  g_assert_cmpuint (nb_test_status (no_inbox), ==, 426);
  nb_test_assert_problem (to_web, 404, "not_found");
  g_assert_nonnull (strstr (to_web, "it lacks the role live\""));
  nb_test_assert_problem (to_live, 404, "not_found");
  g_assert_nonnull (strstr (to_live, "it lacks the role web\""));
}

static char *
ask_from (Fixture *self, const char *source, const char *request)
{
  struct sockaddr_in from = { .sin_family = AF_INET };
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons (nginx_site_get_plain_port (&self->nginx)) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char *answer;

  g_assert_cmpint (inet_pton (AF_INET, source, &from.sin_addr), ==, 1);
  g_assert_cmpint (inet_pton (AF_INET, "127.0.0.1", &to.sin_addr), ==, 1);
  g_assert_no_errno (bind (fd, (struct sockaddr *)&from, sizeof from));
  g_assert_no_errno (connect (fd, (struct sockaddr *)&to, sizeof to));
  nb_test_send (fd, request);
  answer = nb_test_read_all (fd);
  close (fd);
  return answer;
}

/* The log has the client's address, not the proxy's and not what the client claims; both logs have one id. */
static void
test_address (Fixture *self, gconstpointer data)
{
  g_autofree char *answer = ask_from (self, "127.0.0.7",
                                      "GET /api/v1/auctions HTTP/1.1\r\nHost: auction.example\r\nConnection: close\r\n"
                                      "X-Forwarded-For: 198.51.100.1\r\nX-Request-Id: mine\r\n\r\n");
  g_autofree char *id = nb_test_header (answer, "X-Request-Id");
  g_autofree char *line = g_strdup_printf ("\"request_id\":\"%s\"", id);

  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  g_assert_cmpuint (strlen (id), ==, 32);
  crew_site_wait_for_log (&self->crew, "\"127.0.0.7 GET /api/v1/auctions 200", 0);
  crew_site_wait_for_log (&self->crew, line, 0);
}

static void
test_limits (Fixture *self, gconstpointer data)
{
  g_autofree char *body = g_strnfill (65 * 1024, ' ');
  g_autofree char *answer = ask (self, "POST", "/api/v1/sessions", "Content-Type: application/json\r\n", body);

  g_assert_cmpuint (nb_test_status (answer), ==, 413);
}

/* Returns: (transfer full): the address of a file that the page names, with its digest */
static char *
find_static (const char *page)
{
  g_autoptr (GRegex) regex = g_regex_new ("\"(/static/[^\"]+\\.css[^\"]*)\"", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_assert_true (g_regex_match (regex, page, 0, &match));
  return g_match_info_fetch (match, 1);
}

/* With nobody to ask nginx still has what stands for ever. */
static void
test_static (Fixture *self, gconstpointer data)
{
  g_autofree char *page = ask (self, "GET", "/", "Accept: text/html\r\n", NULL);
  g_autofree char *path = find_static (page);
  g_autofree char *first = ask (self, "GET", path, NULL, NULL);
  g_autofree char *cache = nb_test_header (first, "Cache-Control");
  g_autofree char *second = NULL;
  g_autofree char *gone = NULL;

  g_assert_cmpuint (nb_test_status (first), ==, 200);
  g_assert_cmpstr (cache, ==, "public, max-age=31536000, immutable");
  g_assert_cmpint (nb_test_site_stop (self->web, SIGTERM), ==, 0);
  second = ask (self, "GET", path, NULL, NULL);
  g_assert_cmpuint (nb_test_status (second), ==, 200);
  g_assert_cmpstr (nb_test_body (second), ==, nb_test_body (first));
  gone = ask (self, "GET", "/", NULL, NULL);
  g_assert_cmpuint (nb_test_status (gone), ==, 502);
}

/* Asks with curl, which believes the certificate. Returns: (transfer full): the head of the answer */
static char *
curl (guint16 port, const char *url)
{
  g_autofree char *resolve = g_strdup_printf ("auction.example:%u:127.0.0.1", port);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "curl", "--silent", "--insecure", "--noproxy", "*", "--max-time", "60",
      "--dump-header", "-", "--output", "/dev/null", "--resolve", resolve, url, NULL);
  char *head = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &head, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  return head;
}

static void
test_tls (Fixture *self, gconstpointer data)
{
  guint16 http_port = nginx_site_get_http_port (&self->nginx);
  guint16 https_port = nginx_site_get_https_port (&self->nginx);
  g_autofree char *http_url = g_strdup_printf ("http://auction.example:%u/me?a=b", http_port);
  g_autofree char *https_url = g_strdup_printf ("https://auction.example:%u/", https_port);
  g_autofree char *sent_on = curl (http_port, http_url);
  g_autofree char *served = curl (https_port, https_url);

  g_assert_true (g_str_has_prefix (sent_on, "HTTP/1.1 301 "));
  g_assert_nonnull (strstr (sent_on, "\r\nLocation: https://auction.example/me?a=b\r\n"));
  g_assert_true (g_str_has_prefix (served, "HTTP/2 200"));
  g_assert_nonnull (strstr (served, "\r\nstrict-transport-security: "));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*function) (Fixture *self, gconstpointer data);
  } cases[] = {
    { "each-role-gets-its-part", test_ways },  { "wrong-ways", test_wrong_ways },
    { "address-of-the-client", test_address }, { "limits", test_limits },
    { "static-files-are-kept", test_static },  { "tls", test_tls },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/nginx/", cases[i].name, NULL);
      g_test_add (path, Fixture, NULL, set_up, cases[i].function, tear_down);
    }
  return g_test_run ();
}
