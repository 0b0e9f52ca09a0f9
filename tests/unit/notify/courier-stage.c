/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Posts messages as the plugin does, and lets time pass in the tables alone. */
#include "tests/unit/notify/courier-stage.h"

#include "plugins/notify/nb-post.h"

void
courier_stage_open (CourierStage *self, NotifyFixture *fixture, guint n_people)
{
  *self = (CourierStage){ .fixture = fixture, .next_event = 1 };
  self->channels = g_ptr_array_new_with_free_func (g_object_unref);
  notify_fixture_add_people (fixture, n_people);
}

void
courier_stage_close (CourierStage *self)
{
  for (guint i = 0; i < self->channels->len; i++)
    record_notifier_let_through (g_ptr_array_index (self->channels, i));
  g_clear_pointer (&self->courier, nb_courier_stop);
  nb_test_loop_drain (&self->fixture->loop);
  g_clear_pointer (&self->channels, g_ptr_array_unref);
}

RecordNotifier *
courier_stage_add_channel (CourierStage *self, const char *name, const char *title)
{
  RecordNotifier *channel = record_notifier_new (name, title);

  g_ptr_array_add (self->channels, channel);
  return channel;
}

static GPtrArray *
list_channels (gpointer user_data)
{
  CourierStage *self = user_data;
  GPtrArray *channels = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->channels->len; i++)
    g_ptr_array_add (channels, g_object_ref (g_ptr_array_index (self->channels, i)));
  return channels;
}

NbCourier *
courier_stage_new_courier (CourierStage *self, NbStore *store)
{
  NbCourier *courier = nb_courier_new (store, NULL, list_channels, self);

  nb_courier_set_patience (courier, COURIER_STAGE_RETRY_FIRST, 12);
  nb_courier_start (courier);
  return courier;
}

void
courier_stage_start (CourierStage *self)
{
  self->courier = courier_stage_new_courier (self, self->fixture->store);
}

typedef struct
{
  CourierStage *stage;
  gint64 first;
  gint64 last;
  guint n;
} Batch;

static gboolean
write_batch (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Batch *batch = user_data;
  g_autoptr (NbPost) post = nb_post_new (batch->stage->channels);

  for (guint i = 0; i < batch->n; i++)
    for (gint64 person = batch->first; person <= batch->last; person++)
      nb_post_add (post, batch->stage->next_event + i, person, NB_KIND_OUTBID, 7, "Chair", 12000, "");
  return nb_post_write (post, transaction, error);
}

void
courier_stage_transact (CourierStage *self, NbTransactFunc function, gpointer user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  nb_store_transact_async (self->fixture->store, function, user_data, NULL, NULL, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->fixture->loop, &result);
  nb_store_transact_finish (self->fixture->store, result, &error);
  g_assert_no_error (error);
}

static void
wake (CourierStage *self)
{
  if (self->courier != NULL)
    nb_courier_wake (self->courier);
}

void
courier_stage_post (CourierStage *self, gint64 first, gint64 last, guint n)
{
  Batch batch = { self, first, last, n };

  courier_stage_transact (self, write_batch, &batch);
  self->next_event += n;
  wake (self);
}

static gboolean
make_due (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql deliveries = { "UPDATE notify_deliveries SET next_at = 1 WHERE is_dead = 0", NULL, NULL };
  static const NbSql lines = { "UPDATE notify_lines SET next_at = 1", NULL, NULL };

  /* Lines first, as the courier. */
  return nb_transaction_execute (transaction, &lines, NB_NO_PARAMS, error) >= 0
         && nb_transaction_execute (transaction, &deliveries, NB_NO_PARAMS, error) >= 0;
}

void
courier_stage_pass_time (CourierStage *self)
{
  courier_stage_transact (self, make_due, NULL);
  wake (self);
}

typedef struct
{
  NotifyFixture *fixture;
  const char *sql;
  gint64 expected;
} Answer;

static gboolean
is_answered (gpointer user_data)
{
  const Answer *answer = user_data;

  return notify_fixture_count (answer->fixture, answer->sql) == answer->expected;
}

void
courier_stage_await (CourierStage *self, const char *sql, gint64 expected)
{
  Answer answer = { self->fixture, sql, expected };

  nb_test_loop_run_until (&self->fixture->loop, is_answered, &answer);
}

typedef struct
{
  RecordNotifier *channel;
  guint n;
} Tries;

static gboolean
has_tries (gpointer user_data)
{
  const Tries *tries = user_data;

  return record_notifier_get_n (tries->channel) >= tries->n;
}

void
courier_stage_await_tries (CourierStage *self, RecordNotifier *channel, guint n)
{
  Tries tries = { channel, n };

  nb_test_loop_run_until (&self->fixture->loop, has_tries, &tries);
  g_assert_cmpuint (record_notifier_get_n (channel), ==, n);
}
