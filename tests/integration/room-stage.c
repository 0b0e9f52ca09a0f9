/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A site with a live auction, people with money, and sockets in its room. */
#include "tests/integration/room-stage.h"

#include <stdlib.h>
#include <string.h>

#include <neighborbid/nb-request.h>

#include "tests/support/nb-test-server.h"

#define PLACE "1168010100"

LivePerson *
room_join (RoomStage *self, const char *username)
{
  g_autofree char *body = NULL;
  LivePerson *person = live_join (&self->site, username, PLACE);

  /* A single deposit takes at most ten million. */
  body = g_strdup ("{\"amount\":10000000}");
  for (guint i = 0; i < ROOM_BALANCE / 10000000; i++)
    {
      g_autofree char *key = g_strdup_printf ("deposit-%u", i);
      g_autoptr (JsonObject) entry
          = live_expect (&self->site, person, "POST", "/api/v1/wallet/deposits", key, body, 201);
    }
  return person;
}

char *
room_list (RoomStage *self, const char *type, guint seconds)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + seconds * (gint64)G_USEC_PER_SEC);
  g_autofree char *body = g_strdup_printf ("{\"type\":\"%s\",\"title\":\"한정판 운동화\",\"description\":\"새것\","
                                           "\"ends_at\":\"%s\",\"terms\":{\"start_price\":10000,\"step\":1000}}",
                                           type, ends_at);
  g_autoptr (JsonObject) auction = live_expect (&self->site, self->seller, "POST", "/api/v1/auctions", NULL, body, 201);

  return g_strdup (json_object_get_string_member (auction, "id"));
}

void
room_stage_set_up_with (RoomStage *self, NbTestDatabaseKind kind, const char *const *sets)
{
  live_site_set_up_with (&self->site, kind, sets);
  self->seller = live_join (&self->site, "seller", PLACE);
  self->minji = room_join (self, "minji");
  self->jisoo = room_join (self, "jisoo");
  self->auction = room_list (self, "national", 3600);
}

void
room_stage_set_up (RoomStage *self, gconstpointer data)
{
  room_stage_set_up_with (self, (NbTestDatabaseKind)GPOINTER_TO_INT (data), NULL);
}

void
room_stage_tear_down (RoomStage *self, gconstpointer data)
{
  g_clear_pointer (&self->seller, live_person_free);
  g_clear_pointer (&self->minji, live_person_free);
  g_clear_pointer (&self->jisoo, live_person_free);
  g_clear_pointer (&self->auction, g_free);
  live_site_tear_down (&self->site, data);
}

NbTestSocket *
room_watch (guint16 port, const char *auction, const LivePerson *person)
{
  g_autofree char *path = g_strconcat ("/ws/auctions/", auction, NULL);
  g_autofree char *headers
      = person != NULL ? g_strdup_printf ("Authorization: Bearer %s\r\n", person->token) : g_strdup ("");

  return nb_test_socket_open (port, path, headers);
}

NbTestSocket *
room_enter (guint16 port, const char *auction, const LivePerson *person)
{
  NbTestSocket *socket = room_watch (port, auction, person);
  g_autoptr (JsonObject) hello = nb_test_socket_next (socket);

  g_assert_nonnull (hello);
  g_assert_cmpstr (json_object_get_string_member (hello, "type"), ==, "hello");
  return socket;
}

void
room_send_bid (NbTestSocket *socket, const char *id, gint64 amount)
{
  g_autofree char *text
      = g_strdup_printf ("{\"type\":\"bid\",\"id\":\"%s\",\"amount\":%" G_GINT64_FORMAT "}", id, amount);

  nb_test_socket_send (socket, text);
}

JsonObject *
room_bid (NbTestSocket *socket, const char *id, gint64 amount)
{
  JsonObject *result;

  room_send_bid (socket, id, amount);
  result = nb_test_socket_await (socket, "bid_result");
  g_assert_cmpstr (json_object_get_string_member (result, "id"), ==, id);
  return result;
}

JsonObject *
room_bid_well (NbTestSocket *socket, const char *id, gint64 amount)
{
  g_autoptr (JsonObject) answer = room_bid (socket, id, amount);

  g_assert_cmpstr (room_get_refusal (answer), ==, NULL);
  return json_object_ref (json_object_get_object_member (answer, "result"));
}

const char *
room_get_refusal (JsonObject *bid_result)
{
  if (json_object_get_boolean_member (bid_result, "ok"))
    return NULL;
  return json_object_get_string_member (json_object_get_object_member (bid_result, "error"), "code");
}

JsonObject *
room_await_seq (NbTestSocket *socket, gint64 seq)
{
  gint64 last = 0;

  for (;;)
    {
      g_autoptr (JsonObject) state = nb_test_socket_await (socket, "state");
      const gint64 now = live_get_int (state, "seq");

      g_assert_cmpint (now, >=, last);
      last = now;
      if (now >= seq)
        return g_steal_pointer (&state);
    }
}

JsonObject *
room_get_auction (RoomStage *self, const char *auction)
{
  g_autofree char *target = g_strconcat ("/api/v1/auctions/", auction, NULL);

  return live_expect (&self->site, NULL, "GET", target, NULL, NULL, 200);
}

char *
room_ask_operations (NbTestSite *site, const char *target)
{
  const guint16 port = (guint16)atoi (strrchr (site->internal_url, ':') + 1);

  return nb_test_ask (port, "GET", target, NULL, NULL);
}

double
room_get_metric (NbTestSite *site, const char *name)
{
  g_autofree char *answer = room_ask_operations (site, "/metrics");
  g_autofree char *line = g_strdup_printf ("\nneighborbid_%s ", name);
  const char *found = strstr (answer, line);

  if (found == NULL)
    g_error ("there is no metric %s", name);
  return g_ascii_strtod (found + strlen (line), NULL);
}
