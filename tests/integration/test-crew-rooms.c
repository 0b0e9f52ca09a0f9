/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Live rooms of a site with several workers: what is bid anywhere is seen everywhere, also after a worker died. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/bid-storm.h"
#include "tests/integration/crew-site.h"
#include "tests/support/nb-test-socket.h"

#define PATIENCE (60 * G_USEC_PER_SEC)
#define N_WORKERS 2
#define MAX_WATCHERS 200

typedef struct
{
  CrewSite crew;
  char **tokens;
  NbTestSite *site;
  char *internals[N_WORKERS];
  char *auction;
  char *room;
  NbTestSocket *watchers[MAX_WATCHERS];
  guint n_watchers;
} Fixture;

static void
find_internals (Fixture *self)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\(operations: ([^ ,)]+), ([^ ,)]+)\\)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_assert_true (g_regex_match (regex, self->site->ready, 0, &match));
  for (int i = 0; i < N_WORKERS; i++)
    self->internals[i] = g_match_info_fetch (match, i + 1);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  crew_site_set_up (&self->crew, NULL);
  self->tokens = crew_site_add_people (&self->crew, 3);
  self->site = crew_site_start (&self->crew, "--workers 2");
  find_internals (self);
  self->auction = crew_site_list_auction (self->site, "national", self->tokens[0]);
  self->room = g_strconcat ("/ws/auctions/", self->auction, NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < self->n_watchers; i++)
    nb_test_socket_free (self->watchers[i]);
  g_assert_cmpint (nb_test_site_stop (self->site, SIGTERM), ==, 0);
  nb_test_site_free (self->site);
  for (int i = 0; i < N_WORKERS; i++)
    g_free (self->internals[i]);
  g_free (self->room);
  g_free (self->auction);
  g_strfreev (self->tokens);
  crew_site_tear_down (&self->crew, NULL);
}

static guint
count_sockets (Fixture *self, int worker)
{
  static const char name[] = "\nneighborbid_ws_connections ";
  g_autofree char *text = NULL;
  const char *found;

  g_assert_cmpuint (bid_storm_call (self->internals[worker], NULL, "GET", "/metrics", NULL, &text), ==, 200);
  found = strstr (text, name);
  return found ? (guint)atoi (found + strlen (name)) : 0;
}

/* States may be merged, never reordered; older ones may still come. */
static void
await_price (NbTestSocket *watcher, gint64 price)
{
  gint64 found = 0;
  gint64 seq = 0;

  while (found != price)
    {
      g_autoptr (JsonObject) state = nb_test_socket_await (watcher, "state");

      g_assert_cmpint (json_object_get_int_member (state, "seq"), >, seq);
      seq = json_object_get_int_member (state, "seq");
      found = json_object_get_int_member (state, "price");
    }
}

/* @price: what stands; 0: nothing yet. A `hello` may be a moment old, as long as the state that stands follows it. */
static NbTestSocket *
watch (Fixture *self, gint64 price)
{
  NbTestSocket *watcher = nb_test_socket_open (crew_site_get_port (self->site->url), self->room, NULL);
  g_autoptr (JsonObject) hello = nb_test_socket_await (watcher, "hello");
  JsonObject *auction = json_object_get_object_member (hello, "auction");

  if (json_object_get_int_member (auction, "price") != price)
    await_price (watcher, price);
  return watcher;
}

/* Waits until the metrics have all sockets. Returns: how many of them the first worker has */
static guint
count_first (Fixture *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  guint first = count_sockets (self, 0);

  while (first + count_sockets (self, 1) != self->n_watchers)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (10000);
      first = count_sockets (self, 0);
    }
  return first;
}

/* Until each worker has some: which one takes a connection is left to the kernel.
 * Returns: how many the first worker has */
static guint
fill_both (Fixture *self)
{
  guint first = 0;

  while (first == 0 || first == self->n_watchers)
    {
      g_assert_cmpuint (self->n_watchers, <, MAX_WATCHERS);
      self->watchers[self->n_watchers++] = watch (self, 0);
      first = count_first (self);
    }
  return first;
}

static void
bid (Fixture *self, const char *token, gint64 amount)
{
  g_autofree char *path = g_strdup_printf ("/api/v1/auctions/%s/bids", self->auction);
  g_autofree char *body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);

  g_assert_cmpuint (bid_storm_call (self->site->url, token, "POST", path, body, NULL), ==, 201);
}

static void
test_seen_everywhere (Fixture *self, gconstpointer data)
{
  fill_both (self);
  for (gint64 round = 1; round <= 4; round++)
    {
      bid (self, self->tokens[1 + round % 2], round * 1000);
      for (guint i = 0; i < self->n_watchers; i++)
        await_price (self->watchers[i], round * 1000);
    }
}

/* Returns: how many sockets are closed, whatever was said on them before */
static guint
count_cut (Fixture *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_watchers; i++)
    {
      g_autofree char *said = nb_test_socket_poll (self->watchers[i]);
      n += self->watchers[i]->is_over;
    }
  return n;
}

/* Those of the worker that died come back, to whichever there is, and see what stands; the others saw it all the time.
 */
static void
test_watchers_come_back (Fixture *self, gconstpointer data)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  GPid victim = crew_site_wait_for_worker (&self->crew, 1, 0);
  guint n_lost = fill_both (self);

  bid (self, self->tokens[1], 1000);
  for (guint i = 0; i < self->n_watchers; i++)
    await_price (self->watchers[i], 1000);
  g_assert_cmpint (kill (victim, SIGKILL), ==, 0);
  while (count_cut (self) < n_lost)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (10000);
    }
  for (guint i = 0; i < self->n_watchers; i++)
    if (self->watchers[i]->is_over)
      {
        nb_test_socket_free (self->watchers[i]);
        self->watchers[i] = watch (self, 1000);
      }
  bid (self, self->tokens[2], 2000);
  for (guint i = 0; i < self->n_watchers; i++)
    await_price (self->watchers[i], 2000);
}

/* Those that watch are told to come back, and not simply cut. */
static void
test_leaving (Fixture *self, gconstpointer data)
{
  guint n_told = 0;
  guint n_leaving = fill_both (self);

  g_assert_cmpint (kill (crew_site_wait_for_worker (&self->crew, 1, 0), SIGTERM), ==, 0);
  crew_site_wait_for_log (&self->crew, "worker 1 (process ", 0);
  for (guint i = 0; i < self->n_watchers; i++)
    {
      g_autofree char *said = NULL;

      while ((said = nb_test_socket_poll (self->watchers[i])))
        g_clear_pointer (&said, g_free);
      n_told += self->watchers[i]->close_code == 1001;
    }
  g_assert_cmpuint (n_told, ==, n_leaving);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*function) (Fixture *self, gconstpointer data);
  } cases[] = {
    { "bid-is-seen-everywhere", test_seen_everywhere },
    { "watchers-come-back", test_watchers_come_back },
    { "leaving-worker-tells", test_leaving },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/crew-rooms/", cases[i].name, NULL);
      g_test_add (path, Fixture, NULL, set_up, cases[i].function, tear_down);
    }
  return g_test_run ();
}
