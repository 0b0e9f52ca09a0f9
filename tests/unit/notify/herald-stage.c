/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A herald on a database with auctions that a test makes up, and events as the engine would emit them. */
#include "tests/unit/notify/herald-stage.h"

#include "tests/unit/notify/stub-notifier.h"

static GPtrArray *
list_channels (gpointer user_data)
{
  GPtrArray *channels = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (channels, stub_notifier_new ("mail", "Mail", 1, 0));
  return channels;
}

static void
on_written (gpointer user_data)
{
  HeraldStage *self = user_data;

  if (++self->n_written == self->stop_after)
    g_clear_pointer (&self->herald, nb_herald_stop);
}

void
herald_stage_start (HeraldStage *self)
{
  g_assert_null (self->herald);
  self->herald = nb_herald_new (self->fixture->store, list_channels, on_written, self);
  nb_herald_set_times (self->herald, 0, G_TIME_SPAN_DAY);
}

void
herald_stage_open (HeraldStage *self, NotifyFixture *fixture, guint n_people)
{
  self->fixture = fixture;
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_event_unref);
  notify_fixture_add_people (fixture, n_people);
  herald_stage_start (self);
}

void
herald_stage_close (HeraldStage *self)
{
  g_clear_pointer (&self->herald, nb_herald_stop);
  g_clear_pointer (&self->events, g_ptr_array_unref);
}

void
herald_stage_run (HeraldStage *self, const char *sql)
{
  g_free (nb_test_database_run (self->fixture->database, sql));
}

void
herald_stage_add_auction (HeraldStage *self, gint64 auction, const char *status, gint64 leader, NbMoney price)
{
  gint64 now = g_get_real_time ();
  gint64 end = now + G_TIME_SPAN_HOUR;
  g_autofree char *sql = g_strdup_printf ("INSERT INTO auctions (id, type, seller_id, title, description, status, "
                                          "terms, leader_id, price, starts_at, ends_at,"
                                          " original_ends_at, next_due_at, created_at) VALUES (%" G_GINT64_FORMAT
                                          ", 'local', 1, 'Chair', '', '%s', '',"
                                          " %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
                                          ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 0, 0)",
                                          auction, status, leader, price, now - G_TIME_SPAN_DAY, end, end);

  herald_stage_run (self, sql);
}

void
herald_stage_add_bids (HeraldStage *self, gint64 auction, gint64 first, gint64 last)
{
  g_autoptr (GString) sql = g_string_new ("INSERT INTO bids VALUES ");

  for (gint64 person = first; person <= last; person++)
    g_string_append_printf (sql,
                            "%s(%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
                            ", 'amount', 1000, 1, 1000, '', 0)",
                            person > first ? ", " : "", auction * 100000 + person, auction, 1000 + person, person);
  herald_stage_run (self, sql->str);
}

void
herald_stage_watch (HeraldStage *self, gint64 auction, gint64 person)
{
  g_autofree char *sql = g_strdup_printf ("INSERT INTO notify_watches (person_id, auction_id, created_at) VALUES"
                                          " (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 0)",
                                          person, auction);

  herald_stage_run (self, sql);
}

void
herald_stage_event (HeraldStage *self, const char *kind, gint64 auction, const char *payload)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, payload, NULL, NULL, &error);

  g_assert_no_error (error);
  g_ptr_array_add (self->events, nb_event_new (kind, 1, auction, parsed));
}

void
herald_stage_bid (HeraldStage *self, gint64 auction, gint64 seq, gint64 leader, const char *people)
{
  g_autofree char *payload = g_strdup_printf ("{'seq': <int64 %" G_GINT64_FORMAT ">, 'leader': <int64 %" G_GINT64_FORMAT
                                              ">, 'people': <@ax [%s]>}",
                                              seq, leader, people);

  herald_stage_event (self, "bid-accepted", auction, payload);
}

void
herald_stage_outbid (HeraldStage *self, gint64 auction, gint64 seq, const char *people)
{
  g_autofree char *payload
      = g_strdup_printf ("{'seq': <int64 %" G_GINT64_FORMAT ">, 'people': <@ax [%s]>}", seq, people);

  herald_stage_event (self, "outbid", auction, payload);
}

static gboolean
consume_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  HeraldStage *self = user_data;

  return nb_herald_get_consumer ()->consume (transaction, self->events, self->herald, error);
}

void
herald_stage_consume (HeraldStage *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  nb_store_transact_async (self->fixture->store, consume_cb, self, NULL, NULL, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->fixture->loop, &result);
  nb_store_transact_finish (self->fixture->store, result, &error);
  g_assert_no_error (error);
  g_ptr_array_set_size (self->events, 0);
  nb_herald_get_consumer ()->consumed (self->herald);
}

static gboolean
is_idle (gpointer user_data)
{
  HeraldStage *self = user_data;

  return self->herald == NULL || nb_herald_is_idle (self->herald);
}

void
herald_stage_run_until_idle (HeraldStage *self)
{
  nb_test_loop_run_until (&self->fixture->loop, is_idle, self);
}
