/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes that die at every step between the money and the message, round after round: in the end everyone has heard
 * of all that was committed, of nothing else, and can tell what came twice. NB_TEST_SEED=N repeats a run. */
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"
#include "tests/unit/notify/fault-round.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define N_ROUNDS 60
#else
#define N_ROUNDS 200
#endif
#define PATIENCE 600 /* seconds */

typedef struct
{
  NbTestLoop loop;
  NbTestDatabaseKind kind;
  NbTestDatabase *database;
  const char *folder;
  char *program;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (NbStore) store = NULL;

  nb_test_loop_set_up (&self->loop, PATIENCE);
  self->kind = (NbTestDatabaseKind)GPOINTER_TO_INT (data);
  self->database = nb_test_database_new (self->kind);
  self->folder = nb_test_database_get_folder (self->database);
  self->program = g_file_read_link ("/proc/self/exe", NULL);
  store = nb_test_store_new (self->database);
  nb_store_stop (store);
  for (guint i = 1; i <= FAULT_STRANGER; i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO people (id, username, nickname, password_hash, created_at)"
                                              " VALUES (%u, 'person%u', 'Person %u', 'x', 0)",
                                              i, i, i);

      if (i <= FAULT_PEOPLE || i == FAULT_STRANGER)
        g_free (nb_test_database_run (self->database, sql));
    }
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_test_database_free (self->database);
  g_free (self->program);
  nb_test_loop_tear_down (&self->loop);
}

/* Returns: whether it died */
static gboolean
run_round (Fixture *self, guint number, guint32 seed, FaultPoint point, guint nth, guint delay)
{
  FaultRound round = { nb_test_database_get_url (self->database), self->folder, number, seed, point, nth, delay };
  g_auto (GStrv) words = fault_round_to_words (&round, self->program);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_newv ((const char *const *)words, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);

  g_assert_no_error (error);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
    return FALSE;
  if (!g_subprocess_get_if_signaled (process) || g_subprocess_get_term_sig (process) != SIGKILL)
    g_error ("round %u, which was to die at %s, failed", number, fault_point_name (point));
  return TRUE;
}

/* Whatever a dead process had taken is given up by now. */
static void
let_time_pass (Fixture *self)
{
  static const char *const tables[] = { "notify_lines", "notify_deliveries" };
  gint64 now = g_get_real_time ();

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "UPDATE %s SET next_at = %" G_GINT64_FORMAT " WHERE next_at > %" G_GINT64_FORMAT, tables[i], now, now);

      g_free (nb_test_database_run (self->database, sql));
    }
}

/* Returns: (transfer full): the lines of a file; none where it isn't there */
static char **
read_lines (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_new0 (char *, 1);
  return g_strsplit (g_strchomp (text), "\n", -1);
}

static void
tell_deaths (Fixture *self)
{
  g_auto (GStrv) deaths = read_lines (self, "deaths");

  for (int point = 0; point < N_FAULTS; point++)
    {
      const char *name = fault_point_name ((FaultPoint)point);
      guint n = 0;

      for (guint i = 0; deaths[i] != NULL; i++)
        n += g_str_equal (deaths[i], name);
      g_test_message ("%s: %u", name, n);
      if (point != FAULT_LINK_CUT_IN_COMMIT || self->kind == NB_TEST_POSTGRESQL)
        g_assert_cmpuint (n, >, 0);
    }
}

static void
run_rounds (Fixture *self)
{
  const char *wanted = g_getenv ("NB_TEST_SEED");
  guint32 seed = wanted != NULL ? (guint32)strtoul (wanted, NULL, 10) : g_random_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint n_deaths = 0;

  g_test_message ("NB_TEST_SEED=%u, %u rounds", seed, N_ROUNDS);
  for (guint i = 1; i <= N_ROUNDS; i++)
    {
      FaultPoint point = i == 1 ? FAULT_NONE : (FaultPoint)(i % N_FAULTS);
      gboolean is_of_money = point <= FAULT_MONEY_AFTER_COMMIT || point >= FAULT_DELIVERY_TAKEN;
      guint nth = (guint)g_rand_int_range (rand, 1, is_of_money ? 7 : 3);

      n_deaths += run_round (self, i, g_rand_int (rand), point, nth, (guint)g_rand_int_range (rand, 0, 1500));
      let_time_pass (self);
    }
  g_test_message ("%u processes died", n_deaths);
  tell_deaths (self);
  g_assert_false (run_round (self, N_ROUNDS + 1, 0, FAULT_NONE, 1, 0));
}

/* Returns: (transfer full): the column of words that @rest begins with, of every row */
static char **
list_rows (Fixture *self, const char *words, const char *rest)
{
  const char *const format
      = self->kind == NB_TEST_SQLITE ? "SELECT group_concat (%s, ';') FROM %s" : "SELECT string_agg (%s, ';') FROM %s";
  g_autofree char *sql = g_strdup_printf (format, words, rest);
  g_autofree char *cell = nb_test_database_run (self->database, sql);

  return cell != NULL ? g_strsplit (cell, ";", -1) : g_new0 (char *, 1);
}

static void
add_expected (Fixture *self, GHashTable *expected, const char *words, const char *rest)
{
  g_auto (GStrv) rows = list_rows (self, words, rest);

  for (guint i = 0; rows[i] != NULL; i++)
    if (!g_hash_table_add (expected, g_strdup (rows[i])))
      g_error ("%s is expected twice", rows[i]);
}

/* Returns: (transfer full) (element-type utf8): what people have to hear, each as a kind, a person, and what tells it
 * from others of that kind, by the money's own tables */
static GHashTable *
list_expected (Fixture *self)
{
  GHashTable *expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  add_expected (self, expected, "'deposit ' || person_id || ' ' || amount", "ledger WHERE kind = 'deposit'");
  add_expected (self, expected, "'outbid ' || person_id || ' ' || auction_id",
                "bids AS b WHERE kind = 'amount' AND EXISTS (SELECT 1 FROM bids AS l"
                " WHERE l.auction_id = b.auction_id AND l.seq > b.seq AND l.kind = 'amount')");
  return expected;
}

static char *
name_message (const char *kind, const char *person, const char *auction, const char *price)
{
  return g_strjoin (" ", kind, person, g_str_equal (kind, "deposit") ? price : auction, NULL);
}

static void
assert_same (GHashTable *expected, GHashTable *found, const char *where)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (found, name))
      g_error ("%s: '%s' was committed, but is not there", where, (const char *)name);
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (expected, name))
      g_error ("%s: '%s' is there, but was never committed", where, (const char *)name);
}

/* Whoever hears something twice can tell by its id; and each person's messages first come in the order of their ids. */
static void
check_delivered (Fixture *self, GHashTable *expected)
{
  g_auto (GStrv) lines = read_lines (self, "delivered");
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  gint64 last[FAULT_STRANGER + 1] = { 0 };
  guint n_doubles = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      g_autofree char *name = NULL;
      const char *id;

      g_assert_cmpuint (g_strv_length (words), ==, 5);
      name = name_message (words[1], words[2], words[3], words[4]);
      id = g_hash_table_lookup (ids, name);
      if (id != NULL)
        {
          g_assert_cmpstr (id, ==, words[0]);
          n_doubles++;
          continue;
        }
      g_assert_cmpint (g_ascii_strtoll (words[0], NULL, 10), >, last[atoi (words[2])]);
      last[atoi (words[2])] = g_ascii_strtoll (words[0], NULL, 10);
      g_hash_table_insert (ids, g_steal_pointer (&name), g_strdup (words[0]));
    }
  g_test_message ("%u messages, %u of them delivered again", g_hash_table_size (ids), n_doubles);
  assert_same (expected, ids, "delivered");
}

/* Each message once, and each of an event of its own. */
static void
check_inbox (Fixture *self, GHashTable *expected)
{
  g_auto (GStrv) rows = list_rows (self, "kind || ' ' || person_id || ' ' || auction_id || ' ' || price",
                                   "notify_messages WHERE is_shown = 1");
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *n_events
      = nb_test_database_run (self->database, "SELECT count (DISTINCT event_id) FROM notify_messages");

  for (guint i = 0; rows[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (rows[i], " ", -1);

      if (!g_hash_table_add (found, name_message (words[0], words[1], words[2], words[3])))
        g_error ("the inbox has '%s' twice", rows[i]);
    }
  assert_same (expected, found, "inbox");
  g_assert_cmpint (g_ascii_strtoll (n_events, NULL, 10), ==, g_hash_table_size (found));
}

static void
check_nothing_is_left (Fixture *self)
{
  static const char *const tables[] = { "outbox", "notify_deliveries", "notify_lines", "notify_fanouts" };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *sql = g_strconcat ("SELECT count (*) FROM ", tables[i], NULL);
      g_autofree char *n = nb_test_database_run (self->database, sql);

      if (!g_str_equal (n, "0"))
        g_error ("%s rows are left in %s", n, tables[i]);
    }
}

static void
test_rounds (Fixture *self, gconstpointer data)
{
  g_autoptr (GHashTable) expected = NULL;

  run_rounds (self);
  expected = list_expected (self);
  check_delivered (self, expected);
  check_inbox (self, expected);
  check_nothing_is_left (self);
}

int
main (int argc, char **argv)
{
  if (fault_round_run (argc, argv))
    return 0;
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/notify/faults/rounds/sqlite", Fixture, GINT_TO_POINTER (NB_TEST_SQLITE), set_up, test_rounds,
              tear_down);
  g_test_add ("/notify/faults/rounds/postgresql", Fixture, GINT_TO_POINTER (NB_TEST_POSTGRESQL), set_up, test_rounds,
              tear_down);
  return g_test_run ();
}
