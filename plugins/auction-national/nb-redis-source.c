/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches the descriptor: for replies always, for room to write only while something waits. */
#include "nb-redis-source.h"

#include <hiredis/sds.h>

typedef struct
{
  GSource parent;

  GSocketConnection *connection; /* owns the descriptor */
  redisContext *context;
  gpointer tag;
  gboolean is_writing;
  NbRedisReplyFunc on_reply;
  NbRedisEndFunc on_end;
  gpointer user_data;
} NbRedisSource;

static void
watch (NbRedisSource *self, gboolean is_writing)
{
  if (self->is_writing == is_writing)
    return;
  self->is_writing = is_writing;
  g_source_modify_unix_fd (&self->parent, self->tag, is_writing ? G_IO_IN | G_IO_OUT : G_IO_IN);
}

/* The context stays until the loop lets go of the source, so its words are still there. */
static void
end (NbRedisSource *self)
{
  g_source_destroy (&self->parent);
  self->on_end (self->context->errstr, self->user_data);
}

static void
write_out (NbRedisSource *self)
{
  int is_done = 0;

  if (redisBufferWrite (self->context, &is_done) != REDIS_OK)
    end (self);
  else if (is_done)
    watch (self, FALSE);
}

/* One piece at a time, so that a flood leaves the loop to others in between. */
static void
read_in (NbRedisSource *self)
{
  if (redisBufferRead (self->context) != REDIS_OK)
    {
      end (self);
      return;
    }
  while (!g_source_is_destroyed (&self->parent))
    {
      void *reply = NULL;

      if (redisGetReplyFromReader (self->context, &reply) != REDIS_OK)
        end (self);
      else if (reply != NULL)
        self->on_reply (reply, self->user_data);
      else
        return;
      if (reply != NULL)
        freeReplyObject (reply);
    }
}

/* The loop holds a reference meanwhile. A hang-up or an error of the descriptor shows in what reading returns. */
static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  NbRedisSource *self = (NbRedisSource *)source;
  GIOCondition ready = g_source_query_unix_fd (source, self->tag);

  if ((ready & G_IO_OUT) != 0)
    write_out (self);
  if (!g_source_is_destroyed (source) && (ready & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0)
    read_in (self);
  return G_SOURCE_CONTINUE;
}

static void
finalize (GSource *source)
{
  NbRedisSource *self = (NbRedisSource *)source;

  redisFreeKeepFd (self->context);
  g_object_unref (self->connection);
}

static GSourceFuncs source_funcs = {
  .dispatch = dispatch,
  .finalize = finalize,
};

GSource *
nb_redis_source_new (GSocketConnection *connection, NbRedisReplyFunc on_reply, NbRedisEndFunc on_end,
                     gpointer user_data)
{
  GSource *source = g_source_new (&source_funcs, sizeof (NbRedisSource));
  NbRedisSource *self = (NbRedisSource *)source;
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));

  self->connection = g_object_ref (connection);
  self->context = redisConnectFd (fd);
  if (self->context == NULL)
    g_error ("out of memory");
  /* GSocket's descriptors never block. */
  self->context->flags &= ~REDIS_BLOCK;
  self->tag = g_source_add_unix_fd (source, fd, G_IO_IN);
  self->on_reply = on_reply;
  self->on_end = on_end;
  self->user_data = user_data;
  g_source_set_static_name (source, "redis");
  return source;
}

void
nb_redis_source_send (GSource *source, int n_words, const char **words, const gsize *lengths)
{
  NbRedisSource *self = (NbRedisSource *)source;

  if (redisAppendCommandArgv (self->context, n_words, words, lengths) != REDIS_OK)
    g_error ("out of memory");
  watch (self, TRUE);
}

gsize
nb_redis_source_get_waiting (GSource *source)
{
  NbRedisSource *self = (NbRedisSource *)source;

  return sdslen (self->context->obuf);
}
