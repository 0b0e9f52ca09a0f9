/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A chore repeats itself while there is more, rests in between, and ends where it is stopped. */
#include "plugins/notify/nb-chore.h"

#include "tests/unit/notify/notify-fixture.h"

#define PORTIONS 3
#define WORK (G_USEC_PER_SEC / 50)
/* It never rests for less than so many times what it worked. */
#define RESTS 5

static gint64 began[PORTIONS];
static gint64 ended[PORTIONS];
static gint n_begun; /* atomic */

static gboolean
work (NbTransaction *transaction, gint64 value, gboolean *has_more, GError **error)
{
  const int place = g_atomic_int_add (&n_begun, 1);

  g_assert_cmpint (place, <, PORTIONS);
  began[place] = g_get_monotonic_time ();
  g_usleep (WORK);
  ended[place] = g_get_monotonic_time ();
  *has_more = place + 1 < value;
  return TRUE;
}

static gboolean
is_idle (gpointer chore)
{
  return nb_chore_is_idle (chore);
}

static void
test_rests (NotifyFixture *fixture)
{
  NbChore *chore = nb_chore_new (fixture->store, "a test", work, NULL, NULL);

  g_atomic_int_set (&n_begun, 0);
  nb_chore_wake (chore, PORTIONS);
  g_assert_false (nb_chore_is_idle (chore));
  nb_test_loop_run_until (&fixture->loop, is_idle, chore);
  g_assert_cmpint (g_atomic_int_get (&n_begun), ==, PORTIONS);
  for (guint i = 1; i < PORTIONS; i++)
    g_assert_cmpint (began[i] - ended[i - 1], >=, RESTS * WORK);
  nb_chore_stop (chore);
}

static void
stop (gpointer user_data)
{
  NbChore **chore = user_data;

  g_clear_pointer (chore, nb_chore_stop);
}

static gboolean
is_stopped (gpointer user_data)
{
  return *(NbChore **)user_data == NULL;
}

static void
test_stops_while_it_rests (NotifyFixture *fixture)
{
  NbChore *chore;

  g_atomic_int_set (&n_begun, 0);
  chore = nb_chore_new (fixture->store, "a test", work, stop, &chore);
  nb_chore_wake (chore, PORTIONS);
  nb_test_loop_run_until (&fixture->loop, is_stopped, &chore);
  nb_test_loop_drain (&fixture->loop);
  g_assert_cmpint (g_atomic_int_get (&n_begun), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/chore/rests", 60, test_rests);
  notify_fixture_add_test ("/notify/chore/stops-while-it-rests", 60, test_stops_while_it_rests);
  return g_test_run ();
}
