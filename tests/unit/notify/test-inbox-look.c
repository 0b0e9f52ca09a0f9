/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a look finds: the changes of those who are asked for, however many they are, and nobody else's. */
#include "plugins/notify/nb-inbox-look.h"
#include "tests/unit/notify/notify-fixture.h"

#define N_PEOPLE 1200 /* more than two statements take */
#define SINCE G_GINT64_CONSTANT (1000000)

/* @at: when it came, and last changed */
static void
add (NotifyFixture *fixture, gint64 id, gint64 person, gboolean is_shown, gint64 read_at, gint64 at)
{
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO notify_messages (id, event_id, person_id, kind, title, is_shown, created_at, read_at, changed_at)"
      " VALUES (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 'won', 'Chair', %d,"
      " %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")",
      id, id, person, is_shown, at, read_at, MAX (at, read_at));

  g_free (nb_test_database_run (fixture->database, sql));
}

static void
read_look (NotifyFixture *fixture, NbInboxLook *look)
{
  g_autoptr (GError) error = NULL;

  nb_store_read (fixture->store, nb_inbox_look_read, look, &error);
  g_assert_no_error (error);
}

static void
ask_for (GArray *people, gint64 first, gint64 last)
{
  for (gint64 i = first; i <= last; i++)
    g_array_append_val (people, i);
}

/* Fails the test unless exactly these messages are news of @person. */
static void
assert_news (NbInboxLook *look, gint64 person, gint64 unread, guint n_messages, gint64 first)
{
  const NbInboxNews *news = g_hash_table_lookup (look->news, &person);

  g_assert_nonnull (news);
  g_assert_cmpint (news->unread, ==, unread);
  g_assert_cmpuint (news->messages->len, ==, n_messages);
  for (guint i = 0; i < n_messages; i++)
    g_assert_cmpint (((NbMessage *)news->messages->pdata[i])->id, ==, first + i);
}

static void
test_changes (NotifyFixture *fixture)
{
  g_autoptr (NbInboxLook) look = nb_inbox_look_new (SINCE);

  notify_fixture_add_people (fixture, N_PEOPLE);
  add (fixture, 1, 3, TRUE, 0, SINCE - 1);
  add (fixture, 2, 3, TRUE, 0, SINCE);
  add (fixture, 3, 3, TRUE, 0, SINCE + 1);
  add (fixture, 4, 499, TRUE, 0, SINCE - 1);
  add (fixture, 5, 500, TRUE, SINCE + 5, SINCE - 1);
  add (fixture, 6, 501, TRUE, 0, SINCE);
  add (fixture, 7, N_PEOPLE, TRUE, 0, SINCE);
  add (fixture, 8, 2, TRUE, 0, SINCE);
  add (fixture, 9, 4, FALSE, 0, SINCE);
  ask_for (look->people, 3, N_PEOPLE);
  read_look (fixture, look);
  assert_news (look, 3, 3, 2, 2);
  assert_news (look, 500, 0, 0, 0);
  assert_news (look, 501, 1, 1, 6);
  assert_news (look, N_PEOPLE, 1, 1, 7);
  assert_news (look, 4, 0, 0, 0);
  g_assert_cmpuint (g_hash_table_size (look->news), ==, 5);
}

static void
test_newcomers (NotifyFixture *fixture)
{
  g_autoptr (NbInboxLook) look = nb_inbox_look_new (SINCE);

  notify_fixture_add_people (fixture, N_PEOPLE);
  add (fixture, 1, 1, TRUE, 0, SINCE - 1);
  add (fixture, 2, N_PEOPLE - 1, TRUE, 0, SINCE);
  ask_for (look->newcomers, 1, N_PEOPLE - 1);
  ask_for (look->people, N_PEOPLE, N_PEOPLE);
  read_look (fixture, look);
  g_assert_cmpuint (g_hash_table_size (look->news), ==, N_PEOPLE - 1);
  assert_news (look, 1, 1, 0, 0);
  assert_news (look, 2, 0, 0, 0);
  assert_news (look, N_PEOPLE - 1, 1, 1, 2);
}

static void
test_nothing (NotifyFixture *fixture)
{
  g_autoptr (NbInboxLook) look = nb_inbox_look_new (SINCE);

  notify_fixture_add_people (fixture, 3);
  add (fixture, 1, 1, TRUE, 0, SINCE - 1);
  ask_for (look->people, 1, 3);
  read_look (fixture, look);
  read_look (fixture, look);
  g_assert_cmpuint (g_hash_table_size (look->news), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/inbox-look/changes", 120, test_changes);
  notify_fixture_add_test ("/notify/inbox-look/newcomers", 120, test_newcomers);
  notify_fixture_add_test ("/notify/inbox-look/nothing", 120, test_nothing);
  return g_test_run ();
}
