/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts and ends redis-server by its process id; it goes down with the test's own process. */
#include "tests/unit/auction-national/redis-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void
test_redis_set_up (TestRedis *self)
{
  self->folder = g_dir_make_tmp ("neighborbid-redis-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->socket = g_build_filename (self->folder, "r.sock", NULL);
  self->url = g_strdup_printf ("unix:%s", self->socket);
  self->pid = 0;
}

static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static redisContext *
connect_to (TestRedis *self)
{
  redisContext *context = redisConnectUnix (self->socket);

  g_assert_nonnull (context);
  return context;
}

static char *
describe (const redisReply *reply)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (reply->type == REDIS_REPLY_INTEGER)
    return g_strdup_printf ("%lld", reply->integer);
  if (reply->type != REDIS_REPLY_ARRAY)
    return g_strdup (reply->str != NULL ? reply->str : "");
  for (gsize i = 0; i < reply->elements; i++)
    {
      g_autofree char *element = describe (reply->element[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", element);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
test_redis_run (TestRedis *self, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);
  redisContext *context = connect_to (self);
  redisReply *reply = NULL;
  char *text;

  if (context->err == 0)
    reply = redisCommandArgv (context, (int)g_strv_length (parts), (const char **)parts, NULL);
  text = reply != NULL ? describe (reply) : g_strdup_printf ("ERR no answer: %s", context->errstr);
  if (reply != NULL)
    freeReplyObject (reply);
  redisFree (context);
  return text;
}

static gboolean
is_answering (TestRedis *self)
{
  g_autofree char *answer = test_redis_run (self, "ECHO here");

  return g_str_equal (answer, "here") || g_str_has_prefix (answer, "NOAUTH");
}

void
test_redis_start (TestRedis *self, const char *const *more)
{
  static const char *const fixed[]
      = { "--port", "0", "--unixsocketperm", "700", "--save", "", "--loglevel", "warning", "--unixsocket", NULL };
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (self->pid, ==, 0);
  g_ptr_array_add (argv, (gpointer) "redis-server");
  for (guint i = 0; fixed[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)fixed[i]);
  g_ptr_array_add (argv, self->socket);
  for (guint i = 0; more != NULL && more[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)more[i]);
  g_ptr_array_add (argv, NULL);
  g_spawn_async (self->folder, (char **)argv->pdata, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, end_with_parent, NULL,
                 &self->pid, &error);
  g_assert_no_error (error);
  while (!is_answering (self))
    {
      if (waitpid (self->pid, NULL, WNOHANG) == self->pid)
        g_error ("redis-server doesn't start");
      g_usleep (5000);
    }
}

void
test_redis_kill (TestRedis *self)
{
  if (self->pid == 0)
    return;
  kill (self->pid, SIGKILL);
  while (waitpid (self->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  self->pid = 0;
}

void
test_redis_tear_down (TestRedis *self)
{
  const char *argv[] = { "rm", "-rf", "--", self->folder, NULL };

  test_redis_kill (self);
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->folder);
  g_free (self->socket);
  g_free (self->url);
}

static void
on_message (NbRedis *redis, gint64 auction, const char *payload, gsize length, gpointer user_data)
{
  TestBus *self = user_data;

  g_assert_cmpuint (strlen (payload), ==, length);
  g_ptr_array_add (self->messages, g_strdup_printf ("%" G_GINT64_FORMAT " %s", auction, payload));
}

static void
on_up (NbRedis *redis, gpointer user_data)
{
  TestBus *self = user_data;

  g_assert_true (nb_redis_is_up (redis));
  g_assert_null (nb_redis_get_reason (redis));
  g_ptr_array_add (self->told, g_strdup ("up"));
}

static void
on_down (NbRedis *redis, const char *reason, gpointer user_data)
{
  TestBus *self = user_data;

  g_assert_false (nb_redis_is_up (redis));
  g_assert_cmpstr (nb_redis_get_reason (redis), ==, reason);
  g_ptr_array_add (self->told, g_strdup_printf ("down %s", reason));
}

void
test_bus_set_up (TestBus *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, 110);
  test_redis_set_up (&self->redis);
  self->messages = g_ptr_array_new_with_free_func (g_free);
  self->told = g_ptr_array_new_with_free_func (g_free);
}

void
test_bus_tear_down (TestBus *self, gconstpointer data)
{
  g_clear_pointer (&self->subject, nb_redis_free);
  test_redis_tear_down (&self->redis);
  nb_test_loop_tear_down (&self->loop);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->told);
}

void
test_bus_connect (TestBus *self, const char *url)
{
  const NbRedisOptions options = { .url = url != NULL ? url : self->redis.url };
  const NbRedisEvents events = { .message = on_message, .up = on_up, .down = on_down };
  g_autoptr (GError) error = NULL;

  self->subject = nb_redis_new (&options, &events, self, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->subject);
}

static gboolean
is_up (gpointer user_data)
{
  TestBus *self = user_data;

  return nb_redis_is_up (self->subject);
}

static gboolean
is_down (gpointer user_data)
{
  return !is_up (user_data);
}

void
test_bus_wait_up (TestBus *self)
{
  nb_test_loop_run_until (&self->loop, is_up, self);
}

void
test_bus_wait_down (TestBus *self)
{
  nb_test_loop_run_until (&self->loop, is_down, self);
}

void
test_bus_wait_messages (TestBus *self, guint n)
{
  while (self->messages->len < n)
    g_main_context_iteration (self->loop.context, TRUE);
}

gboolean
test_bus_publish (TestBus *self, gint64 auction, gint64 seq)
{
  g_autofree char *payload = g_strdup_printf ("a%" G_GINT64_FORMAT, seq);
  const NbRedisState state = {
    .auction = auction,
    .seq = seq,
    .price = 1000 * seq,
    .leader = 7,
    .bid_count = seq,
    .ends_at = g_get_real_time () + 60 * G_USEC_PER_SEC,
    .status = "open",
  };

  return nb_redis_publish (self->subject, &state, payload);
}

static void
on_asked (NbRedis *redis, gint64 auction, gint64 total, gpointer user_data)
{
  gboolean *is_answered = user_data;

  *is_answered = TRUE;
}

void
test_bus_settle (TestBus *self)
{
  gboolean is_answered = FALSE;

  /* Answers come in the order of the commands. */
  nb_redis_ask_watchers (self->subject, 1, on_asked, &is_answered);
  nb_test_loop_run_until_true (&self->loop, &is_answered);
}
