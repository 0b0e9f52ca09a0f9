/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two transactions change what belongs to one person at a time: neither undoes the other, nor gets past a bound. */
#include "plugins/notify/nb-watches.h"
#include "plugins/notify/nb-webhook-table.h"
#include "tests/support/nb-test-gate.h"
#include "tests/unit/notify/herald-stage.h"

#define PERSON 2
#define HOOK 70
#define AUCTION 1000

/* Of the two the first stands at the gate when it has done all but COMMIT. */
typedef struct
{
  NbTestGate gate;
  gint has_read; /* atomic: the second one was not kept waiting */
  NbTransactFunc function;
} Race;

typedef struct
{
  Race *race;
  gboolean is_first;
  NbStore *store;
  GAsyncResult *result;
} Runner;

static gboolean
run_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Runner *runner = user_data;

  if (!runner->race->function (transaction, runner, error))
    return FALSE;
  return !runner->is_first || nb_test_gate_pass (transaction, &runner->race->gate, error);
}

static void
begin (Runner *runner)
{
  nb_store_transact_async (runner->store, run_cb, runner, NULL, NULL, nb_test_loop_keep_result, &runner->result);
}

/* Returns: the error's code, or -1 */
static int
end (Runner *runner, NotifyFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  int code;

  nb_test_loop_run_until_result (&fixture->loop, &runner->result);
  code = nb_store_transact_finish (runner->store, runner->result, &error) ? -1 : (int)nb_error_get_code (error);
  nb_store_stop (runner->store);
  nb_test_loop_drain (&fixture->loop);
  g_clear_object (&runner->result);
  g_assert_finalize_object (runner->store);
  return code;
}

/* SQLite lets the second one begin when the first has ended. Returns: the second one's error's code, or -1 */
static int
race (NbTransactFunc function, NotifyFixture *fixture)
{
  const gboolean is_postgresql = g_str_has_prefix (nb_test_database_get_url (fixture->database), "postgresql");
  Race one = { .function = function };
  Runner first = { &one, TRUE, nb_test_store_new (fixture->database), NULL };
  Runner second = { &one, FALSE, nb_test_store_new (fixture->database), NULL };
  int code;

  nb_test_gate_init (&one.gate);
  begin (&first);
  nb_test_gate_wait (&one.gate);
  begin (&second);
  while (is_postgresql && g_atomic_int_get (&one.has_read) == 0
         && notify_fixture_count (fixture, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
    g_thread_yield ();
  nb_test_gate_open (&one.gate);
  g_assert_cmpint (end (&first, fixture), ==, -1);
  code = end (&second, fixture);
  nb_test_gate_clear (&one.gate);
  return code;
}

/* The first gives it another secret, the second other kinds. */
static gboolean
change_hook (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Runner *runner = user_data;
  g_autoptr (NbWebhook) hook = nb_webhooks_lock (transaction, PERSON, HOOK, error);
  char **text;

  if (hook == NULL)
    return FALSE;
  if (!runner->is_first)
    g_atomic_int_set (&runner->race->has_read, 1);
  text = runner->is_first ? &hook->secret : &hook->kinds;
  g_free (*text);
  *text = g_strdup (runner->is_first ? "new" : "won");
  return nb_webhooks_update (transaction, hook, error);
}

static void
test_webhook (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 2);
  herald_stage_run (&stage, "INSERT INTO notify_webhooks (id, person_id, url, kinds, secret, created_at)"
                            " VALUES (70, 2, 'https://example.com/', '', 'old', 1)");
  g_assert_cmpint (race (change_hook, fixture), ==, -1);
  g_assert_cmpint (
      notify_fixture_count (fixture, "SELECT count(*) FROM notify_webhooks WHERE secret = 'new' AND kinds = 'won'"), ==,
      1);
}

/* Each watches another auction. */
static gboolean
watch (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Runner *runner = user_data;
  const gboolean is_watched = nb_watches_add (transaction, PERSON, AUCTION + (runner->is_first ? 0 : 1), error);

  if (!runner->is_first)
    g_atomic_int_set (&runner->race->has_read, 1);
  return is_watched;
}

static void
test_watches (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };
  g_autoptr (GString) auctions = g_string_new (
      "INSERT INTO auctions (id, type, seller_id, title, description, status, terms, starts_at, ends_at,"
      " original_ends_at, next_due_at, created_at) VALUES ");
  g_autoptr (GString) watches = g_string_new ("INSERT INTO notify_watches VALUES ");

  herald_stage_open (&stage, fixture, 2);
  for (int i = 0; i <= NB_WATCHES_MAX; i++)
    {
      g_string_append_printf (auctions, "%s(%d, 'local', 1, 'Chair', '', 'open', '', 0, 0, 0, 0, 0)", i > 0 ? ", " : "",
                              AUCTION + i);
      if (i >= 2)
        g_string_append_printf (watches, "%s(2, %d, 0)", i > 2 ? ", " : "", AUCTION + i);
    }
  herald_stage_run (&stage, auctions->str);
  herald_stage_run (&stage, watches->str);
  g_assert_cmpint (race (watch, fixture), ==, NB_ERROR_STATE_CONFLICT);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT count(*) FROM notify_watches"), ==, NB_WATCHES_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/two-at-once/webhook", 60, test_webhook);
  notify_fixture_add_test ("/notify/two-at-once/watches", 60, test_watches);
  return g_test_run ();
}
