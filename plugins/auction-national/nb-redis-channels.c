/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state is fetched only after its subscription is confirmed: what comes later is heard, what came earlier is kept. */
#include "nb-redis-channels.h"

#include <string.h>

typedef struct
{
  gint64 auction;
  guint64 serial; /* of the SUBSCRIBE that counts; an older one's confirmation says nothing about this */
  gboolean is_confirmed;
  gboolean is_fetched; /* what Redis kept when it was confirmed has come */
} Channel;

struct _NbRedisChannels
{
  NbRedisLink *listener;  /* not owned */
  NbRedisLink *publisher; /* not owned */
  const char *prefix;     /* not owned */
  NbRedisChannelsEvents events;
  gpointer user_data;
  GHashTable *channels; /* of Channel by its auction */
  guint64 last_serial;
  guint n_unconfirmed;
};

/* What an answer is about. */
typedef struct
{
  NbRedisChannels *owner;
  gint64 auction;
  guint64 serial;
} Subject;

char *
nb_redis_channels_get_channel (const char *prefix, gint64 auction)
{
  return g_strdup_printf ("%s:{%" G_GINT64_FORMAT "}", prefix, auction);
}

char *
nb_redis_channels_get_key (const char *prefix, gint64 auction)
{
  return g_strdup_printf ("%s:{%" G_GINT64_FORMAT "}:state", prefix, auction);
}

NbRedisChannels *
nb_redis_channels_new (NbRedisLink *listener, NbRedisLink *publisher, const char *prefix,
                       const NbRedisChannelsEvents *events, gpointer user_data)
{
  NbRedisChannels *self = g_new0 (NbRedisChannels, 1);

  self->listener = listener;
  self->publisher = publisher;
  self->prefix = prefix;
  self->events = *events;
  self->user_data = user_data;
  self->channels = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  return self;
}

void
nb_redis_channels_free (NbRedisChannels *self)
{
  g_hash_table_unref (self->channels);
  g_free (self);
}

gboolean
nb_redis_channels_is_settled (NbRedisChannels *self)
{
  return self->n_unconfirmed == 0;
}

static Subject *
subject_new (NbRedisChannels *self, const Channel *channel)
{
  Subject *subject = g_new (Subject, 1);

  *subject = (Subject){ .owner = self, .auction = channel->auction, .serial = channel->serial };
  return subject;
}

/* Returns: (nullable): the channel as it was when the command was sent; NULL when it was given up since */
static Channel *
find_subject (const Subject *subject)
{
  Channel *channel = g_hash_table_lookup (subject->owner->channels, &subject->auction);

  return channel != NULL && channel->serial == subject->serial ? channel : NULL;
}

static void
on_fetched (const redisReply *reply, gpointer data, gpointer user_data)
{
  const Subject *subject = data;
  NbRedisChannels *self = subject->owner;
  Channel *channel = find_subject (subject);

  if (reply == NULL || channel == NULL)
    return;
  channel->is_fetched = TRUE;
  if (reply->type == REDIS_REPLY_STRING)
    self->events.message (subject->auction, reply->str, reply->len, self->user_data);
}

static void
fetch (NbRedisChannels *self, const Channel *channel)
{
  g_autofree char *key = nb_redis_channels_get_key (self->prefix, channel->auction);
  NbRedisCommand command = { 0 };

  nb_redis_command_add (&command, "HGET");
  nb_redis_command_add (&command, key);
  nb_redis_command_add (&command, "payload");
  nb_redis_link_send (self->publisher, &command, on_fetched, subject_new (self, channel), g_free);
}

static void
on_subscribed (const redisReply *reply, gpointer data, gpointer user_data)
{
  const Subject *subject = data;
  NbRedisChannels *self = subject->owner;
  Channel *channel = find_subject (subject);

  if (reply == NULL || channel == NULL)
    return;
  if (reply->type == REDIS_REPLY_ERROR)
    {
      nb_redis_link_drop (self->listener, reply->str);
      return;
    }
  channel->is_confirmed = TRUE;
  if (nb_redis_link_is_ready (self->publisher))
    fetch (self, channel);
  if (--self->n_unconfirmed == 0)
    self->events.settled (self->user_data);
}

static void
subscribe (NbRedisChannels *self, Channel *channel)
{
  g_autofree char *name = nb_redis_channels_get_channel (self->prefix, channel->auction);
  NbRedisCommand command = { 0 };

  channel->serial = ++self->last_serial;
  nb_redis_command_add (&command, "SUBSCRIBE");
  nb_redis_command_add (&command, name);
  nb_redis_link_send (self->listener, &command, on_subscribed, subject_new (self, channel), g_free);
}

void
nb_redis_channels_add (NbRedisChannels *self, gint64 auction)
{
  Channel *channel;

  if (g_hash_table_contains (self->channels, &auction))
    return;
  channel = g_new0 (Channel, 1);
  channel->auction = auction;
  g_hash_table_insert (self->channels, &channel->auction, channel);
  self->n_unconfirmed++;
  if (nb_redis_link_is_ready (self->listener))
    subscribe (self, channel);
}

void
nb_redis_channels_remove (NbRedisChannels *self, gint64 auction)
{
  g_autofree char *name = nb_redis_channels_get_channel (self->prefix, auction);
  const Channel *channel = g_hash_table_lookup (self->channels, &auction);
  NbRedisCommand command = { 0 };

  if (channel == NULL)
    return;
  if (!channel->is_confirmed)
    self->n_unconfirmed--;
  g_hash_table_remove (self->channels, &auction);
  if (!nb_redis_link_is_ready (self->listener))
    return;
  nb_redis_command_add (&command, "UNSUBSCRIBE");
  nb_redis_command_add (&command, name);
  nb_redis_link_send (self->listener, &command, NULL, NULL, NULL);
}

void
nb_redis_channels_on_listener_ready (NbRedisChannels *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    subscribe (self, value);
  if (self->n_unconfirmed == 0)
    self->events.settled (self->user_data);
}

void
nb_redis_channels_on_listener_lost (NbRedisChannels *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Channel *channel = value;

      channel->is_confirmed = FALSE;
      channel->is_fetched = FALSE;
    }
  self->n_unconfirmed = g_hash_table_size (self->channels);
}

void
nb_redis_channels_on_publisher_ready (NbRedisChannels *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Channel *channel = value;

      if (channel->is_confirmed && !channel->is_fetched)
        fetch (self, channel);
    }
}

/* @name: PREFIX:{AUCTION} */
static gboolean
read_auction (const char *prefix, const char *name, gint64 *auction)
{
  gsize length = strlen (prefix);
  char *end = NULL;

  if (!g_str_has_prefix (name, prefix) || !g_str_has_prefix (name + length, ":{"))
    return FALSE;
  *auction = g_ascii_strtoll (name + length + 2, &end, 10);
  return g_str_equal (end, "}");
}

void
nb_redis_channels_on_message (NbRedisChannels *self, const redisReply *reply)
{
  const redisReply *name = reply->element[1];
  const redisReply *payload = reply->element[2];
  gint64 auction = 0;

  /* What was unsubscribed may still be on its way. */
  if (name->type != REDIS_REPLY_STRING || payload->type != REDIS_REPLY_STRING
      || !read_auction (self->prefix, name->str, &auction) || !g_hash_table_contains (self->channels, &auction))
    return;
  self->events.message (auction, payload->str, payload->len, self->user_data);
}
