/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A chair is sold to a neighbour: the real program, over HTTP, from signing up to the last won, on both databases. */
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <neighborbid/nb-request.h>

#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"
#include "tests/support/nb-test-server.h"

#define AUCTION_SECONDS 8

typedef struct
{
  NbTestDatabase *database;
  char *data_dir;
  char *url;
  NbTestSite *site;
  guint16 port;
} Fixture;

typedef struct
{
  char *id;
  char *token;
} Person;

static const char *const flags[] = {
  "auctions.min-duration=1s",
  "limits.sign-ups-per-minute=0",
  "limits.sign-ins-per-minute=0",
  "limits.writes-per-second=0",
};

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();

  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->data_dir = g_strdup_printf ("server.data-dir=%s/data", nb_test_database_get_folder (self->database));
  self->url = g_strconcat ("database.url=", nb_test_database_get_url (self->database), NULL);
  g_ptr_array_add (arguments, (gpointer) "--set");
  g_ptr_array_add (arguments, self->data_dir);
  g_ptr_array_add (arguments, (gpointer) "--set");
  g_ptr_array_add (arguments, self->url);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_ptr_array_add (arguments, (gpointer) "--set");
      g_ptr_array_add (arguments, (gpointer)flags[i]);
    }
  g_ptr_array_add (arguments, NULL);
  self->site = nb_test_site_start ((const char *const *)arguments->pdata, NULL);
  self->port = (guint16)atoi (strrchr (self->site->url, ':') + 1);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->site, nb_test_site_free);
  nb_test_database_free (self->database);
  g_free (self->data_dir);
  g_free (self->url);
}

static void
person_free (Person *self)
{
  g_free (self->id);
  g_free (self->token);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Person, person_free)

/* @key: (nullable): the Idempotency-Key */
static char *
ask (Fixture *self, const Person *person, const char *method, const char *target, const char *key, const char *body)
{
  g_autoptr (GString) headers = g_string_new (NULL);

  if (person != NULL)
    g_string_append_printf (headers, "Authorization: Bearer %s\r\n", person->token);
  if (key != NULL)
    g_string_append_printf (headers, "Idempotency-Key: %s\r\n", key);
  if (body != NULL)
    g_string_append (headers, "Content-Type: application/json\r\n");
  return nb_test_ask (self->port, method, target, headers->str, body);
}

static JsonObject *
read_object (const char *answer)
{
  g_autoptr (JsonNode) node = json_from_string (nb_test_body (answer), NULL);

  g_assert_true (node != NULL && JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

static JsonObject *
expect (Fixture *self, const Person *person, const char *method, const char *target, const char *key, const char *body,
        guint status)
{
  g_autofree char *answer = ask (self, person, method, target, key, body);

  if (nb_test_status (answer) != status)
    g_error ("%s %s %s: %s", method, target, body != NULL ? body : "", answer);
  return read_object (answer);
}

static gint64
get_int (JsonObject *object, const char *name)
{
  if (!json_object_has_member (object, name))
    g_error ("there is no %s", name);
  return json_object_get_int_member (object, name);
}

static Person *
join (Fixture *self, const char *username, const char *region)
{
  g_autofree char *account = g_strdup_printf (
      "{\"username\":\"%s\",\"password\":\"tangerine-orchard\",\"nickname\":\"%s\",\"region\":\"%s\"}", username,
      username, region);
  g_autofree char *credentials = g_strdup_printf ("{\"username\":\"%s\",\"password\":\"tangerine-orchard\"}", username);
  g_autoptr (JsonObject) created = expect (self, NULL, "POST", "/api/v1/accounts", NULL, account, 201);
  g_autoptr (JsonObject) session = expect (self, NULL, "POST", "/api/v1/sessions", NULL, credentials, 200);
  Person *person = g_new0 (Person, 1);

  person->id = g_strdup (json_object_get_string_member (created, "id"));
  person->token = g_strdup (json_object_get_string_member (session, "token"));
  return person;
}

static void
assert_wallet (Fixture *self, const Person *person, gint64 available, gint64 locked)
{
  g_autoptr (JsonObject) me = expect (self, person, "GET", "/api/v1/me", NULL, NULL, 200);

  g_assert_cmpint (get_int (me, "available"), ==, available);
  g_assert_cmpint (get_int (me, "locked"), ==, locked);
}

/* The same deposit twice by one key is one deposit. */
static void
deposit (Fixture *self, const Person *person, gint64 amount)
{
  g_autofree char *body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);
  g_autoptr (JsonObject) first = expect (self, person, "POST", "/api/v1/wallet/deposits", "first", body, 201);
  g_autofree char *again = ask (self, person, "POST", "/api/v1/wallet/deposits", "first", body);
  g_autofree char *replayed = nb_test_header (again, "Idempotent-Replayed");

  g_assert_cmpint (get_int (first, "available"), ==, amount);
  g_assert_cmpuint (nb_test_status (again), ==, 201);
  g_assert_cmpstr (replayed, ==, "true");
  assert_wallet (self, person, amount, 0);
}

/* Returns: the path of a new auction from 10,000 in steps of 1,000 */
static char *
list_chair (Fixture *self, const Person *seller)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + AUCTION_SECONDS * (gint64)G_USEC_PER_SEC);
  g_autofree char *body
      = g_strdup_printf ("{\"type\":\"local\",\"title\":\"캠핑의자\",\"description\":\"두 번 썼어요\","
                         "\"ends_at\":\"%s\",\"terms\":{\"start_price\":10000,\"step\":1000}}",
                         ends_at);
  g_autoptr (JsonObject) auction = expect (self, seller, "POST", "/api/v1/auctions", NULL, body, 201);

  g_assert_cmpstr (json_object_get_string_member (auction, "status"), ==, "open");
  g_assert_cmpint (get_int (auction, "min_next"), ==, 10000);
  g_assert_true (json_object_get_null_member (auction, "price"));
  g_assert_cmpstr (json_object_get_string_member (auction, "region"), ==, "1168010100");
  return g_strconcat ("/api/v1/auctions/", json_object_get_string_member (auction, "id"), NULL);
}

static void
assert_bid (Fixture *self, const Person *person, const char *auction, const char *body, const char *status,
            gint64 price, gint64 hold)
{
  g_autofree char *target = g_strconcat (auction, "/bids", NULL);
  g_autoptr (JsonObject) bid = expect (self, person, "POST", target, NULL, body, 201);

  g_assert_cmpstr (json_object_get_string_member (bid, "status"), ==, status);
  g_assert_cmpint (get_int (bid, "price"), ==, price);
  g_assert_cmpint (get_int (bid, "min_next"), ==, price + 1000);
  g_assert_cmpint (get_int (bid, "hold"), ==, hold);
}

static void
assert_refused (Fixture *self, const Person *person, const char *auction, const char *body, guint status,
                const char *code, gint64 min_next)
{
  g_autofree char *target = g_strconcat (auction, "/bids", NULL);
  g_autofree char *answer = ask (self, person, "POST", target, NULL, body);
  g_autoptr (JsonObject) problem = NULL;

  nb_test_assert_problem (answer, status, code);
  problem = read_object (answer);
  if (min_next != 0)
    g_assert_cmpint (get_int (problem, "min_next"), ==, min_next);
}

/* The auction closes by itself; nobody asks it to. Returns: it */
static JsonObject *
wait_until_sold (Fixture *self, const char *auction)
{
  gint64 deadline = g_get_monotonic_time () + (AUCTION_SECONDS + 20) * (gint64)G_USEC_PER_SEC;

  while (g_get_monotonic_time () < deadline)
    {
      g_autoptr (JsonObject) now = expect (self, NULL, "GET", auction, NULL, NULL, 200);

      if (g_str_equal (json_object_get_string_member (now, "status"), "sold"))
        return g_steal_pointer (&now);
      g_usleep (100000);
    }
  g_error ("%s is not sold", auction);
}

static void
assert_doctor_is_content (Fixture *self)
{
  const char *const more[] = { "--set", self->data_dir, "--set", self->url, NULL };
  g_autoptr (NbTestRun) run = nb_test_program_run_words ("doctor", more);

  if (run->code != 0)
    g_error ("doctor: %s%s", run->out, run->err);
}

static void
bid_and_be_refused (Fixture *self, const Person *seller, const Person *minji, const Person *jisoo, const char *auction)
{
  g_autoptr (Person) far = join (self, "suwon", "4111710500");

  assert_bid (self, minji, auction, "{\"amount\":10000}", "leading", 10000, 10000);
  assert_refused (self, jisoo, auction, "{\"amount\":10000}", 409, "bid_too_low", 11000);
  assert_refused (self, jisoo, auction, "{\"amount\":11500}", 422, "not_a_multiple_of_step", 0);
  assert_bid (self, jisoo, auction, "{\"max\":20000}", "leading", 11000, 20000);
  assert_wallet (self, minji, 100000, 0);
  assert_bid (self, minji, auction, "{\"amount\":15000}", "outbid", 16000, 0);
  assert_bid (self, minji, auction, "{\"max\":60000}", "leading", 21000, 60000);
  assert_wallet (self, minji, 40000, 60000);
  assert_wallet (self, jisoo, 50000, 0);
  assert_refused (self, jisoo, auction, "{\"amount\":51000}", 409, "insufficient_funds", 0);
  assert_refused (self, jisoo, auction, "{\"amount\":1000000000001}", 422, "validation_failed", 0);
  assert_refused (self, seller, auction, "{\"amount\":30000}", 403, "seller_cannot_bid", 0);
  assert_refused (self, far, auction, "{\"amount\":30000}", 403, "region_not_allowed", 0);
  assert_refused (self, NULL, auction, "{\"amount\":30000}", 401, "not_signed_in", 0);
  assert_refused (self, jisoo, "/api/v1/auctions/12345", "{\"amount\":30000}", 404, "not_found", 0);
}

static void
test_journey (Fixture *self, gconstpointer data)
{
  g_autoptr (Person) seller = join (self, "seller", "1168010100");
  g_autoptr (Person) minji = join (self, "minji", "1168010600");
  g_autoptr (Person) jisoo = join (self, "jisoo", "1120011500");
  g_autofree char *auction = NULL;
  g_autoptr (JsonObject) sold = NULL;
  JsonObject *winner;

  deposit (self, minji, 100000);
  deposit (self, jisoo, 50000);
  auction = list_chair (self, seller);
  bid_and_be_refused (self, seller, minji, jisoo, auction);
  sold = wait_until_sold (self, auction);
  winner = json_object_get_object_member (sold, "winner");
  g_assert_cmpstr (json_object_get_string_member (winner, "id"), ==, minji->id);
  g_assert_cmpint (get_int (sold, "price"), ==, 21000);
  assert_refused (self, jisoo, auction, "{\"amount\":30000}", 409, "auction_ended", 0);
  assert_wallet (self, minji, 79000, 0);
  assert_wallet (self, jisoo, 50000, 0);
  assert_wallet (self, seller, 21000, 0);
  g_assert_cmpint (nb_test_site_stop (self->site, SIGTERM), ==, 0);
  assert_doctor_is_content (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path
          = g_strdup_printf ("/journey/%s/local", nb_test_database_kind_name ((NbTestDatabaseKind)kind));

      g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, test_journey, tear_down);
    }
  return g_test_run ();
}
