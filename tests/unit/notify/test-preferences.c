/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* People's wishes: yes unless they said no, each on its own, and quiet hours over midnight in Korea. */
#include "tests/unit/notify/notify-fixture.h"

#define MINUTE G_TIME_SPAN_MINUTE
#define HOUR G_TIME_SPAN_HOUR
/* 2026-03-08, midnight in Korea: a day on which clocks of other countries are moved. */
#define MIDNIGHT (G_GINT64_CONSTANT (1772895600) * G_USEC_PER_SEC)

/* What one transaction does with the wishes of people 1 to 3. */
typedef struct
{
  gint64 person;
  NbKind kind;
  const char *channel;
  gboolean is_on;
  gboolean is_quiet;
  guint from;
  guint to;
  NbPreferences *loaded;
} Wish;

static gboolean
set_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Wish *wish = user_data;

  return nb_preferences_set (transaction, wish->person, wish->kind, wish->channel, wish->is_on, error);
}

static gboolean
set_quiet_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Wish *wish = user_data;

  return nb_preferences_set_quiet (transaction, wish->person, wish->is_quiet, wish->from, wish->to, error);
}

static gboolean
load_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Wish *wish = user_data;
  g_autoptr (NbRowset) people = nb_rowset_new ("x");

  g_clear_pointer (&wish->loaded, nb_preferences_free);
  for (gint64 i = 1; i <= 3; i++)
    nb_rowset_add (people, i);
  wish->loaded = nb_preferences_load (transaction, people, error);
  return wish->loaded != NULL;
}

static gboolean
load_nobody_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Wish *wish = user_data;
  g_autoptr (NbRowset) people = nb_rowset_new ("x");

  g_clear_pointer (&wish->loaded, nb_preferences_free);
  wish->loaded = nb_preferences_load (transaction, people, error);
  return wish->loaded != NULL;
}

static void
set (NotifyFixture *fixture, gint64 person, NbKind kind, const char *channel, gboolean is_on)
{
  Wish wish = { person, kind, channel, is_on };
  g_autoptr (GError) error = NULL;

  nb_store_transact (fixture->store, set_cb, &wish, &error);
  g_assert_no_error (error);
}

static void
set_quiet (NotifyFixture *fixture, gint64 person, gboolean is_quiet, guint from, guint to)
{
  Wish wish = { .person = person, .is_quiet = is_quiet, .from = from, .to = to };
  g_autoptr (GError) error = NULL;

  nb_store_transact (fixture->store, set_quiet_cb, &wish, &error);
  g_assert_no_error (error);
}

static NbPreferences *
load (NotifyFixture *fixture, NbTransactFunc function)
{
  Wish wish = { 0 };
  g_autoptr (GError) error = NULL;

  nb_store_read (fixture->store, function, &wish, &error);
  g_assert_no_error (error);
  return wish.loaded;
}

static void
test_yes_unless_no (NotifyFixture *fixture)
{
  g_autoptr (NbPreferences) before = NULL;
  g_autoptr (NbPreferences) after = NULL;

  notify_fixture_add_people (fixture, 3);
  before = load (fixture, load_cb);
  g_assert_true (nb_preferences_want (before, 1, NB_KIND_OUTBID, "mail"));
  g_assert_true (nb_preferences_want (before, 99, NB_KIND_OUTBID, "mail"));
  set (fixture, 1, NB_KIND_OUTBID, "mail", FALSE);
  set (fixture, 1, NB_KIND_OUTBID, "mail", FALSE);
  set (fixture, 1, NB_KIND_RESUMED, NB_CHANNEL_INBOX, FALSE);
  set (fixture, 2, NB_KIND_WON, "mail", FALSE);
  after = load (fixture, load_cb);
  g_assert_false (nb_preferences_want (after, 1, NB_KIND_OUTBID, "mail"));
  g_assert_false (nb_preferences_want (after, 1, NB_KIND_RESUMED, NB_CHANNEL_INBOX));
  g_assert_false (nb_preferences_want (after, 2, NB_KIND_WON, "mail"));
  g_assert_true (nb_preferences_want (after, 1, NB_KIND_OUTBID, NB_CHANNEL_INBOX));
  g_assert_true (nb_preferences_want (after, 1, NB_KIND_WON, "mail"));
  g_assert_true (nb_preferences_want (after, 2, NB_KIND_OUTBID, "mail"));
  g_assert_true (nb_preferences_want (after, 3, NB_KIND_OUTBID, "mail"));
}

static void
test_taken_back (NotifyFixture *fixture)
{
  g_autoptr (NbPreferences) after = NULL;

  notify_fixture_add_people (fixture, 3);
  set (fixture, 1, NB_KIND_SOLD, "webhook", FALSE);
  set (fixture, 1, NB_KIND_LOST, "webhook", FALSE);
  set (fixture, 1, NB_KIND_SOLD, "webhook", TRUE);
  set (fixture, 1, NB_KIND_SOLD, "webhook", TRUE);
  after = load (fixture, load_cb);
  g_assert_true (nb_preferences_want (after, 1, NB_KIND_SOLD, "webhook"));
  g_assert_false (nb_preferences_want (after, 1, NB_KIND_LOST, "webhook"));
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT count (*) FROM notify_preferences"), ==, 1);
}

static void
test_unknown_kinds (NotifyFixture *fixture)
{
  g_autoptr (NbPreferences) loaded = NULL;

  notify_fixture_add_people (fixture, 3);
  g_free (
      nb_test_database_run (fixture->database, "INSERT INTO notify_preferences VALUES (1, 'of_tomorrow', 'mail', 0)"));
  set (fixture, 1, NB_KIND_WON, "mail", FALSE);
  loaded = load (fixture, load_cb);
  g_assert_false (nb_preferences_want (loaded, 1, NB_KIND_WON, "mail"));
  g_assert_true (nb_preferences_want (loaded, 1, NB_KIND_LOST, "mail"));
}

static void
test_nobody (NotifyFixture *fixture)
{
  g_autoptr (NbPreferences) loaded = load (fixture, load_nobody_cb);

  g_assert_true (nb_preferences_want (loaded, 1, NB_KIND_WON, "mail"));
  g_assert_cmpint (nb_preferences_wait_until (loaded, 1, MIDNIGHT), ==, MIDNIGHT);
}

static void
assert_waits (NbPreferences *loaded, gint64 person, gint64 at, gint64 until)
{
  g_assert_cmpint (nb_preferences_wait_until (loaded, person, MIDNIGHT + at), ==, MIDNIGHT + until);
}

static void
test_quiet_hours (NotifyFixture *fixture)
{
  g_autoptr (NbPreferences) loaded = NULL;
  guint from = 0, to = 0;

  notify_fixture_add_people (fixture, 3);
  set_quiet (fixture, 1, TRUE, 0, 1);
  set_quiet (fixture, 1, TRUE, 22 * 60, 7 * 60);
  set_quiet (fixture, 2, TRUE, 12 * 60, 13 * 60 + 30);
  loaded = load (fixture, load_cb);
  g_assert_true (nb_preferences_get_quiet (loaded, 1, &from, &to));
  g_assert_cmpuint (from, ==, 22 * 60);
  g_assert_cmpuint (to, ==, 7 * 60);
  g_assert_false (nb_preferences_get_quiet (loaded, 3, &from, &to));
  assert_waits (loaded, 1, 22 * HOUR - 1, 22 * HOUR - 1);
  assert_waits (loaded, 1, 22 * HOUR, 31 * HOUR);
  assert_waits (loaded, 1, 24 * HOUR - 1, 31 * HOUR);
  assert_waits (loaded, 1, 0, 7 * HOUR);
  assert_waits (loaded, 1, 7 * HOUR - 1, 7 * HOUR);
  assert_waits (loaded, 1, 7 * HOUR, 7 * HOUR);
  assert_waits (loaded, 2, 12 * HOUR - 1, 12 * HOUR - 1);
  assert_waits (loaded, 2, 12 * HOUR, 13 * HOUR + 30 * MINUTE);
  assert_waits (loaded, 2, 13 * HOUR + 30 * MINUTE, 13 * HOUR + 30 * MINUTE);
  assert_waits (loaded, 3, 0, 0);
}

static void
test_quiet_hours_to_midnight (NotifyFixture *fixture)
{
  g_autoptr (NbPreferences) loaded = NULL;
  g_autoptr (NbPreferences) after = NULL;

  notify_fixture_add_people (fixture, 3);
  set_quiet (fixture, 1, TRUE, 23 * 60, 0);
  loaded = load (fixture, load_cb);
  assert_waits (loaded, 1, 0, 0);
  assert_waits (loaded, 1, 23 * HOUR, 24 * HOUR);
  assert_waits (loaded, 1, 24 * HOUR, 24 * HOUR);
  set_quiet (fixture, 1, FALSE, 0, 0);
  after = load (fixture, load_cb);
  assert_waits (after, 1, 23 * HOUR, 23 * HOUR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/preferences/yes-unless-no", 60, test_yes_unless_no);
  notify_fixture_add_test ("/notify/preferences/taken-back", 60, test_taken_back);
  notify_fixture_add_test ("/notify/preferences/unknown-kinds", 60, test_unknown_kinds);
  notify_fixture_add_test ("/notify/preferences/nobody", 60, test_nobody);
  notify_fixture_add_test ("/notify/preferences/quiet-hours", 60, test_quiet_hours);
  notify_fixture_add_test ("/notify/preferences/quiet-hours-to-midnight", 60, test_quiet_hours_to_midnight);
  return g_test_run ();
}
