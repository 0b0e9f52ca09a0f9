/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes events into a table of its own, as a plugin that tells people of them would. */
#include "bench/taker.h"

static gboolean
take (NbTransaction *transaction, GPtrArray *events, gpointer user_data, GError **error)
{
  static const NbSql insert
      = { "INSERT INTO bench_taken (id, kind) VALUES (##id::gint64, ##kind::string)", NULL, NULL };

  for (guint i = 0; i < events->len; i++)
    {
      const NbEvent *event = g_ptr_array_index (events, i);

      if (!nb_transaction_expect (transaction, 1, &insert,
                                  NB_PARAMS (NB_INT (nb_event_get_id (event)), NB_TEXT (nb_event_get_kind (event))),
                                  error))
        return FALSE;
    }
  return TRUE;
}

BenchTaker *
bench_taker_start (NbTestDatabase *database, NbStore *store, NbRegistry *registry)
{
  static const NbConsumer consumer = { .consume = take };
  BenchTaker *self = g_new0 (BenchTaker, 1);
  g_autoptr (GError) error = NULL;

  self->database = database;
  self->registry = registry;
  g_free (nb_test_database_run (database, "CREATE TABLE bench_taken (id BIGINT PRIMARY KEY, kind TEXT NOT NULL)"));
  nb_registry_set_consumer (registry, "bench-taker", &consumer, NULL, &error);
  g_assert_no_error (error);
  self->dispatcher = nb_dispatcher_new (store, registry);
  nb_dispatcher_start (self->dispatcher);
  return self;
}

void
bench_taker_report (BenchTaker *self)
{
  g_autofree char *taken = nb_test_database_run (self->database, "SELECT count(*) FROM bench_taken");
  g_autofree char *left = nb_test_database_run (self->database, "SELECT count(*) FROM outbox");

  g_print ("  events taken %s, left %s", taken, left);
}

void
bench_taker_stop (BenchTaker *self)
{
  nb_dispatcher_stop (self->dispatcher);
  nb_registry_remove_owner (self->registry, "bench-taker");
  g_object_unref (self->dispatcher);
  g_free (self);
}
