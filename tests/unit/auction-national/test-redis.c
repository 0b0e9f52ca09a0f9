/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes through a Redis that is well: states, watchers, addresses. */
#include "tests/unit/auction-national/redis-fixture.h"

#include <gio/gio.h>
#include <string.h>

static void
assert_run (TestBus *self, const char *words, const char *expected)
{
  g_autofree char *answer = test_redis_run (&self->redis, words);

  g_assert_cmpstr (answer, ==, expected);
}

static void
assert_message (TestBus *self, guint index, const char *expected)
{
  g_assert_cmpuint (self->messages->len, >, index);
  g_assert_cmpstr (g_ptr_array_index (self->messages, index), ==, expected);
}

static void
begin (TestBus *self)
{
  test_redis_start (&self->redis, NULL);
  test_bus_connect (self, NULL);
  test_bus_wait_up (self);
  g_assert_cmpuint (self->told->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (self->told, 0), ==, "up");
}

static void
only_newer_states_are_kept (TestBus *self, gconstpointer data)
{
  static const gint64 seqs[] = { 1, 3, 2, 3, 4 };
  g_autofree char *kept = NULL;
  NbRedisCounts counts;

  begin (self);
  for (guint i = 0; i < G_N_ELEMENTS (seqs); i++)
    g_assert_true (test_bus_publish (self, 12, seqs[i]));
  test_bus_settle (self);
  nb_redis_get_counts (self->subject, &counts);
  g_assert_cmpuint (counts.published, ==, 3);
  g_assert_cmpuint (counts.stale, ==, 2);
  g_assert_cmpuint (counts.dropped + counts.failed, ==, 0);
  assert_run (self, "HMGET nb:{12}:state seq price leader bid_count status payload", "4 4000 7 4 open a4");
}

static void
published_in_order_and_once (TestBus *self, gconstpointer data)
{
  begin (self);
  nb_redis_subscribe (self->subject, 5);
  nb_redis_subscribe (self->subject, 5);
  test_bus_settle (self);
  for (gint64 seq = 1; seq <= 2000; seq++)
    g_assert_true (test_bus_publish (self, 5, seq));
  test_bus_wait_messages (self, 2000);
  test_bus_settle (self);
  g_assert_cmpuint (self->messages->len, <=, 2001);
  assert_message (self, self->messages->len - 1, "5 a2000");
  assert_run (self, "PUBSUB NUMSUB nb:{5}", "nb:{5} 1");
}

static void
what_was_kept_comes_first (TestBus *self, gconstpointer data)
{
  begin (self);
  test_bus_publish (self, 1, 5);
  test_bus_settle (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_wait_messages (self, 1);
  test_bus_publish (self, 1, 6);
  test_bus_wait_messages (self, 2);
  assert_message (self, 0, "1 a5");
  assert_message (self, 1, "1 a6");
}

static void
nothing_comes_after_unsubscribing (TestBus *self, gconstpointer data)
{
  begin (self);
  nb_redis_subscribe (self->subject, 1);
  nb_redis_subscribe (self->subject, 2);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  nb_redis_unsubscribe (self->subject, 1);
  nb_redis_unsubscribe (self->subject, 77);
  test_bus_publish (self, 1, 2);
  test_bus_settle (self);
  g_ptr_array_set_size (self->messages, 0);
  test_bus_publish (self, 1, 3);
  test_bus_publish (self, 2, 9);
  test_bus_wait_messages (self, 1);
  assert_message (self, 0, "2 a9");
  assert_run (self, "PUBSUB CHANNELS *", "nb:{2}");
}

static gboolean
has_newest (gpointer user_data)
{
  TestBus *self = user_data;
  guint n = self->messages->len;

  return n > 0 && g_str_equal (g_ptr_array_index (self->messages, n - 1), "3 a50");
}

/* Only the last of several subscriptions counts; the newest state comes whatever lies between them. */
static void
a_change_of_mind_leaves_no_gap (TestBus *self, gconstpointer data)
{
  begin (self);
  for (gint64 seq = 1; seq <= 50; seq++)
    {
      nb_redis_subscribe (self->subject, 3);
      test_bus_publish (self, 3, seq);
      if (seq < 50)
        nb_redis_unsubscribe (self->subject, 3);
      if (seq % 7 == 0)
        nb_test_loop_drain (&self->loop);
    }
  nb_test_loop_run_until (&self->loop, has_newest, self);
  test_bus_settle (self);
  assert_run (self, "PUBSUB NUMSUB nb:{3}", "nb:{3} 1");
}

static void
numbers_are_exact_up_to_the_limit (TestBus *self, gconstpointer data)
{
  static const gint64 seqs[] = { NB_REDIS_SEQ_LIMIT - 2, NB_REDIS_SEQ_LIMIT - 1, NB_REDIS_SEQ_LIMIT - 2 };
  NbRedisCounts counts;

  begin (self);
  for (guint i = 0; i < G_N_ELEMENTS (seqs); i++)
    test_bus_publish (self, G_MAXINT64, seqs[i]);
  test_bus_settle (self);
  nb_redis_get_counts (self->subject, &counts);
  g_assert_cmpuint (counts.published, ==, 2);
  g_assert_cmpuint (counts.stale, ==, 1);
  assert_run (self, "HGET nb:{9223372036854775807}:state seq", "9007199254740991");
}

static gint64
get_seconds_left (TestBus *self, const char *words)
{
  g_autofree char *answer = test_redis_run (&self->redis, words);

  return g_ascii_strtoll (answer, NULL, 10);
}

static void
nothing_is_kept_for_ever (TestBus *self, gconstpointer data)
{
  NbRedisState over = { .auction = 2, .seq = 1, .status = "settled", .is_over = TRUE };
  NbRedisState distant = { .auction = 3, .seq = 1, .status = "open", .ends_at = G_MAXINT64 };

  begin (self);
  test_bus_publish (self, 1, 1);
  nb_redis_publish (self->subject, &over, "over");
  nb_redis_publish (self->subject, &distant, "distant");
  test_bus_settle (self);
  g_assert_cmpint (get_seconds_left (self, "TTL nb:{1}:state"), >, 86400 - 120);
  g_assert_cmpint (get_seconds_left (self, "TTL nb:{1}:state"), <=, 86400 + 60);
  g_assert_cmpint (get_seconds_left (self, "TTL nb:{2}:state"), >, 600 - 120);
  g_assert_cmpint (get_seconds_left (self, "TTL nb:{2}:state"), <=, 600);
  g_assert_cmpint (get_seconds_left (self, "TTL nb:{3}:state"), >, 360 * 86400);
  g_assert_cmpint (get_seconds_left (self, "TTL nb:{3}:state"), <=, 367 * 86400);
}

static void
a_forgotten_script_is_sent_again (TestBus *self, gconstpointer data)
{
  NbRedisCounts counts;

  begin (self);
  test_bus_publish (self, 1, 1);
  test_bus_settle (self);
  assert_run (self, "SCRIPT FLUSH", "OK");
  for (gint64 seq = 2; seq <= 5; seq++)
    test_bus_publish (self, 1, seq);
  test_bus_settle (self);
  test_bus_settle (self); /* those that were sent again are behind the first question */
  nb_redis_get_counts (self->subject, &counts);
  g_assert_cmpuint (counts.published, ==, 5);
  g_assert_cmpuint (counts.failed, ==, 0);
}

static void
flushing_all_loses_nothing_that_follows (TestBus *self, gconstpointer data)
{
  begin (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_publish (self, 1, 10);
  test_bus_wait_messages (self, 1);
  assert_run (self, "FLUSHALL", "OK");
  test_bus_settle (self);
  g_ptr_array_set_size (self->messages, 0);
  test_bus_publish (self, 1, 11);
  test_bus_wait_messages (self, 1);
  assert_message (self, 0, "1 a11");
  assert_run (self, "HGET nb:{1}:state seq", "11");
}

static void
a_foreign_value_is_refused_or_replaced (TestBus *self, gconstpointer data)
{
  NbRedisCounts counts;

  begin (self);
  assert_run (self, "SET nb:{1}:state text", "OK");
  assert_run (self, "HSET nb:{2}:state seq words", "1");
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*WRONGTYPE*");
  test_bus_publish (self, 1, 1);
  test_bus_publish (self, 1, 2);
  test_bus_publish (self, 2, 1);
  test_bus_settle (self);
  g_test_assert_expected_messages ();
  nb_redis_get_counts (self->subject, &counts);
  g_assert_cmpuint (counts.failed, ==, 2);
  g_assert_cmpuint (counts.published, ==, 1);
  g_assert_true (nb_redis_is_up (self->subject));
}

typedef struct
{
  gint64 total;
  gboolean is_answered;
} Count;

static void
on_counted (NbRedis *redis, gint64 auction, gint64 total, gpointer user_data)
{
  Count *count = user_data;

  g_assert_cmpint (auction, ==, 9);
  g_assert_false (count->is_answered);
  count->total = total;
  count->is_answered = TRUE;
}

static gint64
count_watchers (TestBus *self)
{
  Count count = { 0 };

  g_usleep (10000); /* asked again and again by who waits for a change */
  nb_redis_ask_watchers (self->subject, 9, on_counted, &count);
  g_assert_false (count.is_answered);
  nb_test_loop_run_until_true (&self->loop, &count.is_answered);
  return count.total;
}

static gboolean
counts_seven (gpointer user_data)
{
  return count_watchers (user_data) == 7;
}

static gboolean
counts_three (gpointer user_data)
{
  return count_watchers (user_data) == 3;
}

static void
watchers_of_all_processes_count (TestBus *self, gconstpointer data)
{
  const NbRedisOptions options = { .url = self->redis.url };
  const NbRedisEvents events = { 0 };
  g_autoptr (NbRedis) other = nb_redis_new (&options, &events, NULL, NULL);
  g_autofree char *forgotten = NULL;

  begin (self);
  g_assert_cmpint (count_watchers (self), ==, 0);
  nb_redis_report_watchers (self->subject, 9, 1);
  nb_redis_report_watchers (self->subject, 9, 3);
  nb_redis_report_watchers (other, 9, 4);
  assert_run (self, "HSET nb:{9}:watchers dead 100:1000000000 odd words", "2");
  nb_test_loop_run_until (&self->loop, counts_seven, self);
  assert_run (self, "HEXISTS nb:{9}:watchers dead", "0");
  assert_run (self, "HEXISTS nb:{9}:watchers odd", "0");
  nb_redis_report_watchers (other, 9, 0);
  nb_test_loop_run_until (&self->loop, counts_three, self);
  assert_run (self, "HLEN nb:{9}:watchers", "1");
  assert_run (self, "FLUSHALL", "OK");
  nb_test_loop_run_until (&self->loop, counts_three, self);
}

static void
a_count_dies_with_its_process (TestBus *self, gconstpointer data)
{
  g_autofree char *field = NULL;
  g_autofree char *time = NULL;
  g_auto (GStrv) parts = NULL;
  gint64 limit;

  begin (self);
  nb_redis_report_watchers (self->subject, 9, 3);
  test_bus_settle (self);
  time = test_redis_run (&self->redis, "TIME");
  field = test_redis_run (&self->redis, "HVALS nb:{9}:watchers");
  parts = g_strsplit (field, ":", 2);
  g_assert_cmpstr (parts[0], ==, "3");
  limit = g_ascii_strtoll (parts[1], NULL, 10) - g_ascii_strtoll (time, NULL, 10);
  g_assert_cmpint (limit, <=, 12);
  g_assert_cmpint (limit, >, -60);
  g_assert_cmpint (get_seconds_left (self, "TTL nb:{9}:watchers"), <=, 15);
}

static void
a_host_a_user_and_a_database (TestBus *self, gconstpointer data)
{
  static const char *const more[] = { "--user", "kim", "on", ">p@ss:w/rd", "~nb:*", "&nb:*", "+@all", NULL };
  g_autofree char *keyspace = NULL;
  g_autofree char *url = NULL;
  TestProxy *proxy;

  test_redis_start (&self->redis, more);
  proxy = test_proxy_new (&self->redis, TRUE);
  url = g_strdup_printf ("redis://kim:p%%40ss%%3Aw%%2Frd@%s/3", test_proxy_get_place (proxy));
  test_bus_connect (self, url);
  test_bus_wait_up (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  keyspace = test_redis_run (&self->redis, "INFO keyspace");
  g_assert_nonnull (strstr (keyspace, "db3:keys=1"));
  g_clear_pointer (&self->subject, nb_redis_free);
  test_proxy_free (proxy);
}

static gboolean
has_told_down (gpointer user_data)
{
  TestBus *self = user_data;

  return self->told->len > 0;
}

static void
a_wrong_password_is_told_but_not_shown (TestBus *self, gconstpointer data)
{
  static const char *const more[] = { "--requirepass", "right", NULL };
  NbRedisOptions options = { .url = self->redis.url, .password = "right" };
  const NbRedisEvents events = { 0 };
  g_autoptr (NbRedis) right = NULL;
  g_autofree char *url = NULL;

  test_redis_start (&self->redis, more);
  right = nb_redis_new (&options, &events, NULL, NULL);
  while (!nb_redis_is_up (right))
    g_main_context_iteration (self->loop.context, TRUE);
  test_bus_connect (self, NULL);
  nb_test_loop_run_until (&self->loop, has_told_down, self);
  g_assert_nonnull (strstr (nb_redis_get_reason (self->subject), "NOAUTH"));
  g_clear_pointer (&self->subject, nb_redis_free);
  options.password = "hunter2";
  self->subject = nb_redis_new (&options, &events, NULL, NULL);
  while (strstr (nb_redis_get_reason (self->subject), "WRONGPASS") == NULL)
    g_main_context_iteration (self->loop.context, TRUE);
  g_assert_null (strstr (nb_redis_get_reason (self->subject), "hunter2"));
}

static void
bad_addresses_are_explained (void)
{
  static const struct
  {
    const char *url;
    const char *part;
  } cases[] = {
    { "", "must begin with unix: or redis://" },
    { "http://hunter2@host", "must begin with unix: or redis://" },
    { "rediss://:hunter2@host", "TLS" },
    { "unix:", "whole path" },
    { "unix:run/redis.sock", "whole path" },
    { "redis://", "needs a host" },
    { "redis://:hunter2@", "needs a host" },
    { "redis://user@host", "needs a password" },
    { "redis://user:@host", "needs a password" },
    { "redis://:hunter2@host:0", "from 1 to 65535" },
    { "redis://:hunter2@host:65536", "can't be read" },
    { "redis://:hunter2@host:port", "can't be read" },
    { "redis://:hunter2/x@host", "can't be read" },
    { "redis://:hunter2%zz@host", "can't be read" },
    { "redis://:hunter2@[::1", "can't be read" },
    { "redis://:hunter2@host/one", "number of a database" },
    { "redis://:hunter2@host/-1", "number of a database" },
    { "redis://:hunter2@host/1/2", "number of a database" },
    { "redis://:hunter2@host/70000", "number of a database" },
    { "redis://:x@host/1?hunter2", "nothing after the database" },
    { "redis://:x@host/1#hunter2", "nothing after the database" },
  };
  const NbRedisEvents events = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const NbRedisOptions options = { .url = cases[i].url, .password = "hunter2" };
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].url);
      g_assert_null (nb_redis_new (&options, &events, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, cases[i].part));
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
a_path_too_long_is_explained (void)
{
  g_autofree char *name = g_strnfill (110, 'x');
  g_autofree char *url = g_strdup_printf ("unix:/%s", name);
  const NbRedisOptions options = { .url = url };
  const NbRedisEvents events = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (nb_redis_new (&options, &events, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_assert_nonnull (strstr (error->message, "111 bytes"));
  g_assert_nonnull (strstr (error->message, "107"));
}

static void
bad_prefixes_are_explained (void)
{
  static const char *const prefixes[] = { "", "a{b", "a b", "a*", "abcdefghijklmnopqrstuvwxyzabcdefg" };
  const NbRedisEvents events = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      const NbRedisOptions options = { .url = "unix:/x", .prefix = prefixes[i] };
      g_autoptr (GError) error = NULL;

      g_assert_null (nb_redis_new (&options, &events, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
sites_with_other_prefixes_stay_apart (TestBus *self, gconstpointer data)
{
  const NbRedisOptions options = { .url = self->redis.url, .prefix = "nb-2" };
  const NbRedisState state = { .auction = 1, .seq = 50, .status = "open" };
  const NbRedisEvents events = { 0 };
  g_autoptr (NbRedis) other = NULL;

  begin (self);
  other = nb_redis_new (&options, &events, NULL, NULL);
  while (!nb_redis_is_up (other))
    g_main_context_iteration (self->loop.context, TRUE);
  nb_redis_subscribe (self->subject, 1);
  g_assert_true (nb_redis_publish (other, &state, "theirs"));
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  assert_message (self, 0, "1 a1");
  assert_run (self, "HGET nb-2:{1}:state payload", "theirs");
}

#define ADD(path, func) g_test_add (path, TestBus, NULL, test_bus_set_up, func, test_bus_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/redis/publish/only-newer-states-are-kept", only_newer_states_are_kept);
  ADD ("/redis/publish/in-order-and-once", published_in_order_and_once);
  ADD ("/redis/publish/numbers-are-exact-up-to-the-limit", numbers_are_exact_up_to_the_limit);
  ADD ("/redis/publish/nothing-is-kept-for-ever", nothing_is_kept_for_ever);
  ADD ("/redis/publish/a-forgotten-script-is-sent-again", a_forgotten_script_is_sent_again);
  ADD ("/redis/publish/flushing-all-loses-nothing-that-follows", flushing_all_loses_nothing_that_follows);
  ADD ("/redis/publish/a-foreign-value-is-refused-or-replaced", a_foreign_value_is_refused_or_replaced);
  ADD ("/redis/subscribe/what-was-kept-comes-first", what_was_kept_comes_first);
  ADD ("/redis/subscribe/nothing-comes-after-unsubscribing", nothing_comes_after_unsubscribing);
  ADD ("/redis/subscribe/a-change-of-mind-leaves-no-gap", a_change_of_mind_leaves_no_gap);
  ADD ("/redis/watchers/of-all-processes-count", watchers_of_all_processes_count);
  ADD ("/redis/watchers/a-count-dies-with-its-process", a_count_dies_with_its_process);
  ADD ("/redis/address/a-host-a-user-and-a-database", a_host_a_user_and_a_database);
  ADD ("/redis/address/a-wrong-password-is-told-but-not-shown", a_wrong_password_is_told_but_not_shown);
  ADD ("/redis/address/sites-with-other-prefixes-stay-apart", sites_with_other_prefixes_stay_apart);
  g_test_add_func ("/redis/address/bad-ones-are-explained", bad_addresses_are_explained);
  g_test_add_func ("/redis/address/a-path-too-long-is-explained", a_path_too_long_is_explained);
  g_test_add_func ("/redis/address/bad-prefixes-are-explained", bad_prefixes_are_explained);
  return g_test_run ();
}
