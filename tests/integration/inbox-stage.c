/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the site, lets people sign up, and gives them something to be told of. */
#include "tests/integration/inbox-stage.h"

#include <signal.h>

#define WAIT_SECONDS 60

void
inbox_stage_set_up (InboxStage *self, NbTestDatabaseKind kind, const char *const *sets)
{
  live_site_set_up_with (&self->live, kind, sets);
  self->one = live_join (&self->live, "one", "1168010100");
  self->two = live_join (&self->live, "two", "1168010100");
  self->three = live_join (&self->live, "three", "1168010100");
}

void
inbox_stage_tear_down (InboxStage *self)
{
  /* Whatever a sanitizer found in it would show. */
  g_assert_cmpint (nb_test_site_stop (self->live.site, SIGTERM), ==, 0);
  live_person_free (self->one);
  live_person_free (self->two);
  live_person_free (self->three);
  live_site_tear_down (&self->live, NULL);
}

typedef struct
{
  NbTestDatabaseKind kind;
  void (*function) (InboxStage *stage);
} Case;

static void
run_case (gconstpointer data)
{
  const Case *self = data;
  InboxStage stage = { 0 };

  inbox_stage_set_up (&stage, self->kind, NULL);
  self->function (&stage);
  inbox_stage_tear_down (&stage);
}

void
inbox_stage_add_test (const char *path, void (*function) (InboxStage *stage))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, nb_test_database_kind_name (kind));
      Case *test = g_new (Case, 1);

      *test = (Case){ kind, function };
      g_test_add_data_func_full (full, test, run_case, g_free);
    }
}

void
inbox_stage_add (InboxStage *self, gint64 id, const LivePerson *person, const char *kind, gboolean is_shown)
{
  const gint64 now = g_get_real_time ();
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO notify_messages (id, event_id, person_id, kind, auction_id, title, price, is_shown, created_at,"
      " changed_at) VALUES (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %s, '%s', 7, 'Camping chair', 12000, %d,"
      " %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")",
      id, id, person->id, kind, is_shown, now, now);

  g_free (nb_test_database_run (self->live.database, sql));
}

char *
inbox_stage_list_auction (InboxStage *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) tomorrow = g_date_time_add_days (now, 1);
  g_autofree char *ends_at = g_date_time_format (tomorrow, "%Y-%m-%dT%H:%M:%SZ");
  g_autoptr (LivePerson) seller = live_join (&self->live, "seller", "1168010100");
  g_autofree char *body = g_strdup_printf ("{\"type\":\"local\",\"title\":\"Camping chair\",\"description\":\"\","
                                           "\"ends_at\":\"%s\",\"terms\":{\"start_price\":1000}}",
                                           ends_at);
  g_autoptr (JsonObject) auction = live_expect (&self->live, seller, "POST", "/api/v1/auctions", NULL, body, 201);

  return g_strdup (json_object_get_string_member (auction, "id"));
}

void
inbox_stage_bid (InboxStage *self, const LivePerson *person, const char *auction, gint64 amount)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/auctions/%s/bids", auction);
  g_autofree char *body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);
  g_autofree char *key = g_uuid_string_random ();
  g_autoptr (JsonObject) money = live_expect (&self->live, person, "POST", "/api/v1/wallet/deposits", key, body, 201);
  g_autoptr (JsonObject) bid = live_expect (&self->live, person, "POST", target, NULL, body, 201);

  g_assert_cmpstr (json_object_get_string_member (bid, "status"), ==, "leading");
}

static char *
find (InboxStage *self, const LivePerson *person, const char *kind)
{
  g_autoptr (JsonObject) list
      = live_expect (&self->live, person, "GET", "/api/v1/notifications?limit=100", NULL, NULL, 200);
  JsonArray *items = json_object_get_array_member (list, "items");

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);

      if (g_str_equal (json_object_get_string_member (item, "kind"), kind))
        return g_strdup (json_object_get_string_member (item, "id"));
    }
  return NULL;
}

char *
inbox_stage_await (InboxStage *self, const LivePerson *person, const char *kind)
{
  const gint64 deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;
  char *id;

  while ((id = find (self, person, kind)) == NULL)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("%s was not told: %s", person->id, kind);
      g_usleep (G_USEC_PER_SEC / 20);
    }
  return id;
}
