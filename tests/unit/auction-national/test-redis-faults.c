/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens when Redis dies, hangs, hangs up or is swallowed: it is noticed, and after it all is as before. */
#include "tests/unit/auction-national/redis-fixture.h"

#include <signal.h>
#include <string.h>

static void
begin (TestBus *self)
{
  test_redis_start (&self->redis, NULL);
  test_bus_connect (self, NULL);
  test_bus_wait_up (self);
}

static const char *
last_message (TestBus *self)
{
  return self->messages->len > 0 ? g_ptr_array_index (self->messages, self->messages->len - 1) : NULL;
}

static void
killed_and_started_again (TestBus *self, gconstpointer data)
{
  NbRedisCounts counts;

  begin (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  test_redis_kill (&self->redis);
  test_bus_wait_down (self);
  g_assert_true (g_str_has_prefix (nb_redis_get_reason (self->subject), self->redis.url));
  /* Either connection may have been the first to notice. */
  while (test_bus_publish (self, 1, 2))
    g_main_context_iteration (self->loop.context, TRUE);
  nb_redis_subscribe (self->subject, 2);
  g_ptr_array_set_size (self->messages, 0);
  test_redis_start (&self->redis, NULL);
  test_bus_wait_up (self);
  g_assert_cmpuint (self->told->len, ==, 3);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (self->told, 1), "down "));
  g_assert_cmpstr (g_ptr_array_index (self->told, 2), ==, "up");
  test_bus_publish (self, 2, 8);
  test_bus_publish (self, 1, 3);
  test_bus_wait_messages (self, 2);
  g_assert_cmpstr (g_ptr_array_index (self->messages, 0), ==, "2 a8");
  g_assert_cmpstr (g_ptr_array_index (self->messages, 1), ==, "1 a3");
  nb_redis_get_counts (self->subject, &counts);
  g_assert_cmpuint (counts.outages, ==, 1);
  g_assert_cmpuint (counts.dropped, ==, 1);
}

static void
killed_again_and_again (TestBus *self, gconstpointer data)
{
  begin (self);
  nb_redis_subscribe (self->subject, 1);
  for (gint64 round = 1; round <= 5; round++)
    {
      g_autofree char *expected = g_strdup_printf ("1 a%" G_GINT64_FORMAT, round);

      for (guint i = 0; i < 50; i++)
        test_bus_publish (self, 2, 50 * round + i); /* some on their way when it dies */
      test_redis_kill (&self->redis);
      test_bus_wait_down (self);
      test_redis_start (&self->redis, NULL);
      test_bus_wait_up (self);
      test_bus_publish (self, 1, round);
      while (g_strcmp0 (last_message (self), expected) != 0)
        g_main_context_iteration (self->loop.context, TRUE);
    }
}

/* Returns: whether there was such a client */
static gboolean
hang_up (TestBus *self, const char *name)
{
  g_autofree char *clients = test_redis_run (&self->redis, "CLIENT LIST");
  g_auto (GStrv) lines = g_strsplit (clients, "\n", -1);
  g_autofree char *mark = g_strdup_printf (" name=%s ", name);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], mark) != NULL)
      {
        g_autofree char *words = g_strdup_printf ("CLIENT KILL ID %" G_GINT64_FORMAT,
                                                  g_ascii_strtoll (strchr (lines[i], '=') + 1, NULL, 10));
        g_autofree char *answer = test_redis_run (&self->redis, words);

        return g_str_equal (answer, "1");
      }
  return FALSE;
}

static void
the_publisher_is_hung_up (TestBus *self, gconstpointer data)
{
  begin (self);
  nb_redis_subscribe (self->subject, 1);
  g_assert_true (hang_up (self, "neighborbid-publish"));
  test_bus_wait_down (self);
  test_bus_wait_up (self);
  test_bus_publish (self, 1, 4);
  test_bus_wait_messages (self, 1);
  g_assert_cmpstr (last_message (self), ==, "1 a4");
}

/* What is published while nobody listens is no gap. */
static void
the_listener_is_hung_up (TestBus *self, gconstpointer data)
{
  begin (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  g_assert_true (hang_up (self, "neighborbid-listen"));
  test_bus_wait_down (self);
  g_assert_true (test_bus_publish (self, 1, 2));
  while (g_strcmp0 (last_message (self), "1 a2") != 0)
    g_main_context_iteration (self->loop.context, TRUE);
  test_bus_wait_up (self);
  test_bus_publish (self, 1, 3);
  while (g_strcmp0 (last_message (self), "1 a3") != 0)
    g_main_context_iteration (self->loop.context, TRUE);
}

static void
a_link_swallows_everything (TestBus *self, gconstpointer data)
{
  TestProxy *proxy;

  test_redis_start (&self->redis, NULL);
  proxy = test_proxy_new (&self->redis, FALSE);
  test_bus_connect (self, test_proxy_get_place (proxy));
  test_bus_wait_up (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  g_assert_cmpuint (test_proxy_get_n_taken (proxy), ==, 2);
  test_proxy_set_swallowing (proxy, TRUE);
  test_bus_wait_down (self);
  g_assert_nonnull (strstr (nb_redis_get_reason (self->subject), "no answer for three seconds"));
  while (test_proxy_get_n_taken (proxy) < 4)
    g_main_context_iteration (self->loop.context, TRUE);
  test_proxy_set_swallowing (proxy, FALSE);
  test_bus_wait_up (self);
  test_bus_publish (self, 1, 2);
  while (g_strcmp0 (last_message (self), "1 a2") != 0)
    g_main_context_iteration (self->loop.context, TRUE);
  g_clear_pointer (&self->subject, nb_redis_free);
  test_proxy_free (proxy);
}

static void
a_hanging_server_gets_no_more_than_a_bound (TestBus *self, gconstpointer data)
{
  NbRedisState state = { .auction = 1, .status = "open" };
  g_autofree char *payload = g_strnfill (64 * 1024, 'x');
  NbRedisCounts counts;

  begin (self);
  nb_redis_subscribe (self->subject, 2);
  test_bus_settle (self);
  kill (self->redis.pid, SIGSTOP);
  for (state.seq = 1; state.seq <= 400; state.seq++)
    nb_redis_publish (self->subject, &state, payload);
  nb_redis_get_counts (self->subject, &counts);
  g_assert_cmpuint (counts.dropped, >=, 400 - 4 * 16);
  g_assert_cmpuint (counts.dropped, <, 400);
  test_bus_wait_down (self);
  for (; counts.dropped + counts.failed < 400; nb_redis_get_counts (self->subject, &counts))
    g_main_context_iteration (self->loop.context, TRUE);
  g_assert_cmpuint (counts.dropped + counts.failed, ==, 400);
  kill (self->redis.pid, SIGCONT);
  test_bus_wait_up (self);
  test_bus_publish (self, 2, 1);
  while (g_strcmp0 (last_message (self), "2 a1") != 0)
    g_main_context_iteration (self->loop.context, TRUE);
}

static void
one_that_comes_later (TestBus *self, gconstpointer data)
{
  test_bus_connect (self, NULL);
  g_assert_false (nb_redis_is_up (self->subject));
  g_assert_nonnull (strstr (nb_redis_get_reason (self->subject), "not connected yet"));
  nb_redis_subscribe (self->subject, 1);
  while (self->told->len == 0)
    g_main_context_iteration (self->loop.context, TRUE);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (self->told, 0), "down "));
  test_redis_start (&self->redis, NULL);
  test_bus_wait_up (self);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  g_assert_cmpuint (self->told->len, ==, 2);
}

static void
on_no_total (NbRedis *redis, gint64 auction, gint64 total, gpointer user_data)
{
  gboolean *is_answered = user_data;

  g_assert_cmpint (total, ==, -1);
  *is_answered = TRUE;
}

static void
questions_without_an_answer_are_answered (TestBus *self, gconstpointer data)
{
  gboolean is_answered[3] = { FALSE };

  test_bus_connect (self, NULL);
  nb_redis_ask_watchers (self->subject, 1, on_no_total, &is_answered[0]);
  nb_redis_ask_watchers (self->subject, 1, on_no_total, &is_answered[1]);
  g_assert_false (is_answered[0]);
  nb_test_loop_run_until_true (&self->loop, &is_answered[1]);
  g_assert_true (is_answered[0]);
  test_redis_start (&self->redis, NULL);
  test_bus_wait_up (self);
  kill (self->redis.pid, SIGSTOP);
  nb_redis_ask_watchers (self->subject, 1, on_no_total, &is_answered[2]);
  nb_test_loop_run_until_true (&self->loop, &is_answered[2]);
}

static void
wait_reason (TestBus *self, const char *part)
{
  while (nb_redis_is_up (self->subject) || strstr (nb_redis_get_reason (self->subject), part) == NULL)
    g_main_context_iteration (self->loop.context, TRUE);
}

static void
rights_that_are_missing_are_told (TestBus *self, gconstpointer data)
{
  static const char *const more[] = {
    "--user", "kim", "on", ">secret", "allkeys", "allchannels",   "+@all", "-@scripting", /* may not run a script */
    "--user", "lee", "on", ">secret", "allkeys", "resetchannels", "+@all", NULL,          /* may not listen */
  };
  static const char *const users[] = { "kim", "lee" };
  TestProxy *proxy;

  test_redis_start (&self->redis, more);
  proxy = test_proxy_new (&self->redis, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autofree char *url = g_strdup_printf ("redis://%s:secret@%s", users[i], test_proxy_get_place (proxy));

      test_bus_connect (self, url);
      nb_redis_subscribe (self->subject, 1);
      wait_reason (self, "NOPERM");
      g_assert_null (strstr (nb_redis_get_reason (self->subject), "secret"));
      g_clear_pointer (&self->subject, nb_redis_free);
    }
  g_assert_false (g_ptr_array_find_with_equal_func (self->told, "up", g_str_equal, NULL));
  test_proxy_free (proxy);
}

/* After a failover the old main one refuses to write, and its name may lead to the new one. */
static void
one_that_only_follows_is_left (TestBus *self, gconstpointer data)
{
  static const char *const more[] = { "--replicaof", "127.0.0.1", "1", NULL };

  test_redis_start (&self->redis, more);
  test_bus_connect (self, NULL);
  test_bus_wait_up (self);
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*READONLY*");
  test_bus_publish (self, 1, 1);
  wait_reason (self, "READONLY");
  g_test_assert_expected_messages ();
  g_free (test_redis_run (&self->redis, "REPLICAOF NO ONE"));
  test_bus_wait_up (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
}

/* Whose owner goes away inside one of its own calls. */
typedef struct
{
  TestBus *bus;
  NbRedis *victim;
} Owner;

static void
let_go (Owner *self)
{
  g_clear_pointer (&self->victim, nb_redis_free);
}

static void
free_on_message (NbRedis *redis, gint64 auction, const char *payload, gsize length, gpointer user_data)
{
  let_go (user_data);
}

static void
free_on_up (NbRedis *redis, gpointer user_data)
{
  let_go (user_data);
}

static void
free_on_down (NbRedis *redis, const char *reason, gpointer user_data)
{
  let_go (user_data);
}

static void
free_on_total (NbRedis *redis, gint64 auction, gint64 total, gpointer user_data)
{
  let_go (user_data);
}

static void
wait_freed (Owner *self)
{
  while (self->victim != NULL)
    g_main_context_iteration (self->bus->loop.context, TRUE);
  nb_test_loop_drain (&self->bus->loop);
}

static void
start_victim (Owner *self, const NbRedisEvents *events)
{
  const NbRedisOptions options = { .url = self->bus->redis.url };

  self->victim = nb_redis_new (&options, events, self, NULL);
  for (gint64 auction = 1; auction <= 5; auction++)
    nb_redis_subscribe (self->victim, auction);
}

static void
wait_victim_up (Owner *self)
{
  while (!nb_redis_is_up (self->victim))
    g_main_context_iteration (self->bus->loop.context, TRUE);
}

static void
freed_inside_its_own_calls (TestBus *self, gconstpointer data)
{
  const NbRedisEvents on_message = { .message = free_on_message };
  const NbRedisEvents on_up = { .up = free_on_up };
  const NbRedisEvents on_down = { .down = free_on_down };
  const NbRedisEvents none = { 0 };
  Owner owner = { .bus = self };

  begin (self);
  start_victim (&owner, &on_up);
  wait_freed (&owner);
  start_victim (&owner, &on_message);
  wait_victim_up (&owner);
  for (gint64 seq = 1; seq <= 20; seq++)
    test_bus_publish (self, 1 + seq % 5, seq);
  wait_freed (&owner);
  start_victim (&owner, &on_message); /* by what was kept */
  wait_freed (&owner);
  start_victim (&owner, &none);
  wait_victim_up (&owner);
  for (guint i = 0; i < 5; i++)
    nb_redis_ask_watchers (owner.victim, 1, free_on_total, &owner);
  wait_freed (&owner);
  start_victim (&owner, &on_down);
  wait_victim_up (&owner);
  test_redis_kill (&self->redis);
  wait_freed (&owner);
  start_victim (&owner, &none); /* refused at once, and again before an answer */
  for (guint i = 0; i < 5; i++)
    nb_redis_ask_watchers (owner.victim, 1, free_on_total, &owner);
  wait_freed (&owner);
}

static void
freed_with_much_under_way (TestBus *self, gconstpointer data)
{
  const NbRedisEvents none = { 0 };
  Owner owner = { .bus = self };

  begin (self);
  start_victim (&owner, &none);
  let_go (&owner); /* connecting */
  start_victim (&owner, &none);
  nb_test_loop_drain (&self->loop);
  let_go (&owner);
  kill (self->redis.pid, SIGSTOP);
  for (gint64 seq = 1; seq <= 50; seq++)
    test_bus_publish (self, 1, seq);
  nb_redis_report_watchers (self->subject, 1, 5);
  nb_redis_ask_watchers (self->subject, 1, free_on_total, &owner);
  nb_test_loop_drain (&self->loop);
  g_clear_pointer (&self->subject, nb_redis_free);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) listing = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (listing) != NULL)
    n++;
  return n;
}

static void
no_descriptor_stays_open (TestBus *self, gconstpointer data)
{
  guint before = 0;

  test_redis_start (&self->redis, NULL);
  for (guint round = 0; round < 20; round++)
    {
      test_bus_connect (self, NULL);
      nb_redis_subscribe (self->subject, 1);
      test_bus_wait_up (self);
      if (round % 2 == 1)
        {
          g_assert_true (hang_up (self, "neighborbid-listen"));
          test_bus_wait_down (self);
        }
      g_clear_pointer (&self->subject, nb_redis_free);
      nb_test_loop_drain (&self->loop);
      if (round == 0)
        before = count_descriptors (); /* with what GLib opens once */
    }
  g_assert_cmpuint (count_descriptors (), ==, before);
}

#define ADD(path, func) g_test_add (path, TestBus, NULL, test_bus_set_up, func, test_bus_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/redis/faults/killed-and-started-again", killed_and_started_again);
  ADD ("/redis/faults/killed-again-and-again", killed_again_and_again);
  ADD ("/redis/faults/the-publisher-is-hung-up", the_publisher_is_hung_up);
  ADD ("/redis/faults/the-listener-is-hung-up", the_listener_is_hung_up);
  ADD ("/redis/faults/a-link-swallows-everything", a_link_swallows_everything);
  ADD ("/redis/faults/a-hanging-server-gets-no-more-than-a-bound", a_hanging_server_gets_no_more_than_a_bound);
  ADD ("/redis/faults/one-that-comes-later", one_that_comes_later);
  ADD ("/redis/faults/questions-without-an-answer-are-answered", questions_without_an_answer_are_answered);
  ADD ("/redis/faults/rights-that-are-missing-are-told", rights_that_are_missing_are_told);
  ADD ("/redis/faults/one-that-only-follows-is-left", one_that_only_follows_is_left);
  ADD ("/redis/faults/freed-inside-its-own-calls", freed_inside_its_own_calls);
  ADD ("/redis/faults/freed-with-much-under-way", freed_with_much_under_way);
  ADD ("/redis/faults/no-descriptor-stays-open", no_descriptor_stays_open);
  return g_test_run ();
}
