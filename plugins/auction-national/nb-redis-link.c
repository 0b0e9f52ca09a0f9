/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connects, signs in, pairs answers with commands, notices a silent peer, and begins again after a growing pause. */
#include "nb-redis-link.h"

#include "nb-redis-source.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 5000
#define CONNECT_LIMIT_MS 5000
#define TICK_MS 1000
#define SILENT_TICKS 3
#define MAX_WAITING_BYTES (4 * 1024 * 1024)
#define MAX_UNANSWERED 16384

typedef struct
{
  NbRedisAnswerFunc func;
  gpointer data;
  GDestroyNotify free_data;
} Answer;

struct _NbRedisLink
{
  NbRedisAddress *address; /* not owned */
  char *name;
  NbRedisLinkEvents events;
  gpointer user_data;
  GMainContext *context;

  GCancellable *attempt; /* (nullable): while it connects */
  GSource *timer;        /* (nullable): the pause before an attempt, the end of its patience, or the next ping */
  GSource *source;       /* (nullable): while it is connected */
  GQueue answers;        /* of Answer; in the order of the commands */
  guint pause;
  guint silent_ticks;
  gboolean is_pinged; /* and not answered yet */
  gboolean is_ready;
  gboolean is_closed;
};

static void begin (NbRedisLink *self);

void
nb_redis_command_add (NbRedisCommand *self, const char *word)
{
  g_return_if_fail (self->n_words < NB_REDIS_COMMAND_WORDS);
  self->words[self->n_words] = word;
  self->lengths[self->n_words++] = strlen (word);
}

static void
clear (gpointer data)
{
  NbRedisLink *self = data;

  g_free (self->name);
  g_main_context_unref (self->context);
}

static void
release (NbRedisLink *self)
{
  g_rc_box_release_full (self, clear);
}

static void
answer_free (gpointer data)
{
  Answer *self = data;

  if (self->free_data != NULL)
    self->free_data (self->data);
  g_free (self);
}

static void
set_timer (NbRedisLink *self, guint milliseconds, GSourceFunc func)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  if (func == NULL)
    return;
  self->timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* Ends whatever is under way, telling nobody. */
static void
disconnect (NbRedisLink *self)
{
  set_timer (self, 0, NULL);
  if (self->attempt != NULL)
    g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->is_ready = FALSE;
  self->is_pinged = FALSE;
  self->silent_ticks = 0;
}

static gboolean
on_pause_over (gpointer user_data)
{
  begin (user_data);
  return G_SOURCE_REMOVE;
}

/* Between the half and the whole of the pause: processes that lost the same Redis don't come back in step. */
static void
begin_later (NbRedisLink *self)
{
  set_timer (self, (guint)g_random_int_range ((gint32)self->pause / 2, (gint32)self->pause + 1), on_pause_over);
  self->pause = MIN (self->pause * 2, LONGEST_PAUSE_MS);
}

void
nb_redis_link_drop (NbRedisLink *self, const char *reason)
{
  g_autofree char *text = g_strdup_printf ("%s: %s", self->address->label, reason);
  GQueue unanswered = self->answers;
  Answer *answer;

  g_queue_init (&self->answers);
  disconnect (self);
  begin_later (self);
  g_rc_box_acquire (self);
  while ((answer = g_queue_pop_head (&unanswered)) != NULL)
    {
      if (!self->is_closed && answer->func != NULL)
        answer->func (NULL, answer->data, self->user_data);
      answer_free (answer);
    }
  if (!self->is_closed)
    self->events.lost (text, self->user_data);
  release (self);
}

static void
on_end (const char *reason, gpointer user_data)
{
  nb_redis_link_drop (user_data, reason);
}

static gboolean
is_message (const redisReply *reply)
{
  return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 && reply->element[0]->type == REDIS_REPLY_STRING
         && g_str_equal (reply->element[0]->str, "message");
}

static void
on_reply (const redisReply *reply, gpointer user_data)
{
  NbRedisLink *self = user_data;
  Answer *answer;

  self->silent_ticks = 0;
  if (self->events.message != NULL && is_message (reply))
    {
      self->events.message (reply, self->user_data);
      return;
    }
  answer = g_queue_pop_head (&self->answers);
  if (answer == NULL)
    {
      nb_redis_link_drop (self, reply->type == REDIS_REPLY_ERROR ? reply->str : "an answer that nobody asked for");
      return;
    }
  if (answer->func != NULL)
    answer->func (reply, answer->data, self->user_data);
  answer_free (answer);
}

static void
push_command (NbRedisLink *self, const NbRedisCommand *command, NbRedisAnswerFunc func, gpointer data,
              GDestroyNotify free_data)
{
  Answer *answer = g_new (Answer, 1);

  *answer = (Answer){ .func = func, .data = data, .free_data = free_data };
  g_queue_push_tail (&self->answers, answer);
  nb_redis_source_send (self->source, command->n_words, (const char **)command->words, command->lengths);
}

void
nb_redis_link_send (NbRedisLink *self, const NbRedisCommand *command, NbRedisAnswerFunc func, gpointer data,
                    GDestroyNotify free_data)
{
  g_return_if_fail (self->is_ready);
  push_command (self, command, func, data, free_data);
}

/* @words: divided by spaces */
static void
send_own (NbRedisLink *self, const char *words, NbRedisAnswerFunc func)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);
  NbRedisCommand command = { 0 };

  for (guint i = 0; parts[i] != NULL; i++)
    nb_redis_command_add (&command, parts[i]);
  push_command (self, &command, func, self, NULL);
}

static void
on_pong (const redisReply *reply, gpointer data, gpointer user_data)
{
  NbRedisLink *self = data;

  if (reply == NULL)
    return;
  self->is_pinged = FALSE;
  /* It served for a while: the next loss begins with a short pause again. */
  self->pause = FIRST_PAUSE_MS;
}

static gboolean
on_tick (gpointer user_data)
{
  NbRedisLink *self = user_data;

  /* By turns of the loop, not by the clock: a process that stood still itself finds its answers waiting. */
  if (self->is_pinged && ++self->silent_ticks >= SILENT_TICKS)
    {
      nb_redis_link_drop (self, "no answer for three seconds");
      return G_SOURCE_REMOVE;
    }
  if (!self->is_pinged)
    {
      self->is_pinged = TRUE;
      self->silent_ticks = 0;
      send_own (self, "PING", on_pong);
    }
  return G_SOURCE_CONTINUE;
}

static void
on_signed_in (const redisReply *reply, gpointer data, gpointer user_data)
{
  NbRedisLink *self = data;

  if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
    nb_redis_link_drop (self, reply->str);
}

static void
on_first_pong (const redisReply *reply, gpointer data, gpointer user_data)
{
  NbRedisLink *self = data;

  if (reply == NULL)
    return;
  if (reply->type == REDIS_REPLY_ERROR)
    {
      nb_redis_link_drop (self, reply->str);
      return;
    }
  self->is_pinged = FALSE;
  self->is_ready = TRUE;
  self->events.ready (self->user_data);
}

/* The ping that ends it is watched like any other. */
static void
sign_in (NbRedisLink *self)
{
  NbRedisAddress *address = self->address;
  NbRedisCommand authenticate = { 0 };
  g_autofree char *name = g_strdup_printf ("CLIENT SETNAME %s", self->name);

  if (address->password != NULL)
    {
      nb_redis_command_add (&authenticate, "AUTH");
      if (address->user != NULL)
        nb_redis_command_add (&authenticate, address->user);
      nb_redis_command_add (&authenticate, address->password);
      push_command (self, &authenticate, on_signed_in, self, NULL);
    }
  if (address->database != 0)
    {
      g_autofree char *text = g_strdup_printf ("SELECT %u", address->database);
      send_own (self, text, on_signed_in);
    }
  send_own (self, name, NULL); /* a user who may not have a name serves as well */
  self->is_pinged = TRUE;
  send_own (self, "PING", on_first_pong);
  set_timer (self, TICK_MS, on_tick);
}

static void
set_up_socket (GSocket *socket)
{
  g_socket_set_keepalive (socket, TRUE);
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

/* An attempt holds the link's memory, for its answer may come after the link was freed. */
typedef struct
{
  NbRedisLink *link;
  GCancellable *cancellable;
} Attempt;

static void
attempt_free (Attempt *self)
{
  g_object_unref (self->cancellable);
  release (self->link);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

static void
on_connected (GObject *client, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Attempt) attempt = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, &error);
  NbRedisLink *self = attempt->link;

  if (g_cancellable_is_cancelled (attempt->cancellable))
    return;
  g_clear_object (&self->attempt);
  if (connection == NULL)
    {
      nb_redis_link_drop (self, error->message);
      return;
    }
  set_up_socket (g_socket_connection_get_socket (connection));
  self->source = nb_redis_source_new (connection, on_reply, on_end, self);
  g_source_attach (self->source, self->context);
  sign_in (self);
}

static gboolean
on_connect_limit (gpointer user_data)
{
  nb_redis_link_drop (user_data, "no connection within five seconds");
  return G_SOURCE_REMOVE;
}

static void
begin (NbRedisLink *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Attempt *attempt = g_new (Attempt, 1);

  self->attempt = g_cancellable_new ();
  attempt->link = g_rc_box_acquire (self);
  attempt->cancellable = g_object_ref (self->attempt);
  g_socket_client_set_enable_proxy (client, FALSE);
  set_timer (self, CONNECT_LIMIT_MS, on_connect_limit);
  g_socket_client_connect_async (client, self->address->target, self->attempt, on_connected, attempt);
}

NbRedisLink *
nb_redis_link_new (NbRedisAddress *address, const char *name, const NbRedisLinkEvents *events, gpointer user_data)
{
  NbRedisLink *self = g_rc_box_new0 (NbRedisLink);

  self->address = address;
  self->name = g_strdup (name);
  self->events = *events;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->pause = FIRST_PAUSE_MS;
  g_queue_init (&self->answers);
  begin (self);
  return self;
}

void
nb_redis_link_free (NbRedisLink *self)
{
  self->is_closed = TRUE;
  disconnect (self);
  g_queue_clear_full (&self->answers, answer_free);
  release (self);
}

gboolean
nb_redis_link_is_ready (NbRedisLink *self)
{
  return self->is_ready;
}

gboolean
nb_redis_link_is_choked (NbRedisLink *self, gsize more_bytes)
{
  return g_queue_get_length (&self->answers) >= MAX_UNANSWERED || self->source == NULL
         || nb_redis_source_get_waiting (self->source) + more_bytes > MAX_WAITING_BYTES;
}
