/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes that are killed at any moment of emitting and taking: what was committed is taken once, and nothing else.
 * NB_CRASH_ROUNDS says how often; the printed seed repeats a run. */
#include "tests/unit/engine/dispatcher-fixture.h"

#include <neighborbid/nb-error.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 25
#define EMISSIONS 12
/* Within so many steps of its transactions a child is killed. */
#define STEPS_MAX 80

/* Until a child is killed; it counts each step of each of its transactions. */
static gint n_steps_left;
/* How long after its last step: so it may be in the middle of COMMIT. */
static gulong delay;

static gpointer
kill_later (gpointer data)
{
  g_usleep (delay);
  kill (getpid (), SIGKILL);
  return NULL;
}

static void
on_step (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  if (g_atomic_int_add (&n_steps_left, -1) != 1)
    return;
  if (delay == 0)
    kill (getpid (), SIGKILL);
  g_thread_unref (g_thread_new ("killer", kill_later, NULL));
}

static gboolean
emit_and_fail (NbTransaction *transaction, gpointer user_data, GError **error)
{
  if (dispatcher_fixture_emit_one (transaction, user_data, error))
    nb_set_error (error, NB_ERROR_INTERNAL, "a change of mind", NULL);
  return FALSE;
}

static void
count_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *n_answers = user_data;

  (*n_answers)++;
}

/* A whole process: it emits, gives some up, and takes what is there, its own and what others left, until it is killed
 * or has done all of it. */
static void
run_child (void)
{
  const char *url = g_getenv ("NB_CRASH_URL");
  guint n_answers = 0;
  NbTestLoop loop;
  Taker taker;

  n_steps_left = atoi (g_getenv ("NB_CRASH_STEPS"));
  delay = (gulong)atoi (g_getenv ("NB_CRASH_DELAY"));
  nb_test_loop_set_up (&loop, 60);
  taker_init (&taker, url);
  nb_store_set_fault_hook (taker.store, on_step, NULL);
  nb_dispatcher_start (taker.dispatcher);
  for (guint i = 0; i < EMISSIONS; i++)
    nb_store_transact_async (taker.store, i % 4 == 3 ? emit_and_fail : dispatcher_fixture_emit_one, (gpointer) "a",
                             NULL, NULL, count_answer, &n_answers);
  while (n_answers < EMISSIONS || taker.n_told == 0)
    g_main_context_iteration (loop.context, TRUE);
  taker_clear (&taker, &loop);
  nb_test_loop_tear_down (&loop);
}

/* Runs a child that is killed after @steps. Returns: whether it was */
static gboolean
run_and_kill (const char *url, gint steps, gint pause)
{
  char *argv[] = { (char *)"/proc/self/exe", (char *)"-p", (char *)"/engine/dispatcher-crash/child", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *steps_text = g_strdup_printf ("%d", steps);
  g_autofree char *pause_text = g_strdup_printf ("%d", pause);
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  environment = g_environ_setenv (environment, "NB_CRASH_URL", url, TRUE);
  environment = g_environ_setenv (environment, "NB_CRASH_STEPS", steps_text, TRUE);
  environment = g_environ_setenv (environment, "NB_CRASH_DELAY", pause_text, TRUE);
  g_spawn_sync (NULL, argv, environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &said, NULL, &status, &error);
  g_assert_no_error (error);
  if (!(WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL) && !(WIFEXITED (status) && WEXITSTATUS (status) == 0))
    g_error ("the child ended with the status %d, after %d steps:\n%s", status, steps, said);
  return WIFSIGNALED (status);
}

static guint
get_rounds (void)
{
  const char *text = g_getenv ("NB_CRASH_ROUNDS");

  return text != NULL ? (guint)MAX (atoi (text), 1) : ROUNDS;
}

/* The dispatcher of this process takes what the killed ones left behind. */
static void
test_killed_at_any_moment (DispatcherFixture *self)
{
  guint n_killed = 0, n_rounds = get_rounds ();

  for (guint i = 0; i < n_rounds; i++)
    n_killed += run_and_kill (nb_test_database_get_url (self->database), g_test_rand_int_range (1, STEPS_MAX),
                              g_test_rand_bit () ? g_test_rand_int_range (1, 3000) : 0);
  g_test_message ("%u of %u were killed; %" G_GINT64_FORMAT " events are left of %" G_GINT64_FORMAT, n_killed, n_rounds,
                  dispatcher_fixture_count (self, "SELECT count(*) FROM outbox"),
                  dispatcher_fixture_count (self, "SELECT count(*) FROM facts"));
  g_assert_cmpuint (n_killed, >, 0);
  nb_dispatcher_start (self->taker.dispatcher);
  dispatcher_fixture_assert_all_taken (self);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM facts"), >, 0);
}

typedef struct
{
  DispatcherFixture *fixture;
  gint n_steps_left; /* atomic */
  gint is_done;      /* atomic */
} Breaker;

static void
break_links (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  Breaker *self = user_data;

  if (g_atomic_int_add (&self->n_steps_left, -1) != 1)
    return;
  nb_test_database_kill_backends (self->fixture->database);
  g_atomic_int_set (&self->is_done, TRUE);
}

static gboolean
has_broken (gpointer user_data)
{
  return g_atomic_int_get (&((Breaker *)user_data)->is_done);
}

/* The process lives on, its links don't: the portion is taken again, or its outcome asked for. */
static void
test_links_break_at_any_moment (DispatcherFixture *self)
{
  guint n_rounds = get_rounds ();
  Breaker breaker = { .fixture = self };

  nb_dispatcher_start (self->taker.dispatcher);
  for (guint i = 0; i < n_rounds; i++)
    {
      dispatcher_fixture_emit (self->taker.store, "a", 0, 5);
      g_atomic_int_set (&breaker.is_done, FALSE);
      g_atomic_int_set (&breaker.n_steps_left, g_test_rand_int_range (1, 12));
      nb_store_set_fault_hook (self->taker.store, break_links, &breaker);
      nb_test_loop_run_until (&self->loop, has_broken, &breaker);
      nb_store_set_fault_hook (self->taker.store, NULL, NULL);
      dispatcher_fixture_assert_all_taken (self);
    }
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM taken"), ==, 5 * (gint64)n_rounds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("NB_CRASH_URL") != NULL)
    g_test_add_func ("/engine/dispatcher-crash/child", run_child);
  dispatcher_fixture_add_test ("/engine/dispatcher-crash/killed-at-any-moment", test_killed_at_any_moment);
  dispatcher_fixture_add_test_on ("/engine/dispatcher-crash/links-break-at-any-moment", NB_TEST_POSTGRESQL,
                                  test_links_break_at_any_moment);
  return g_test_run ();
}
