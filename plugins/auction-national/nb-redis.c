/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two links to one Redis, and whether both of them serve. */
#include "nb-redis.h"

#include "nb-redis-channels.h"
#include "nb-redis-script.h"
#include "nb-redis-watchers.h"

#include <string.h>

#define DEFAULT_PREFIX "nb"
#define MAX_PREFIX 32
#define MAX_STATUS 31
/* A Redis that starts beside this process is no outage. */
#define PATIENCE G_USEC_PER_SEC
#define WARN_PAUSE (60 * G_USEC_PER_SEC)

struct _NbRedis
{
  NbRedisAddress *address;
  char *prefix;
  NbRedisEvents events;
  gpointer user_data;
  GMainContext *context;

  NbRedisLink *publisher;
  NbRedisLink *listener;
  NbRedisChannels *channels;
  NbRedisWatchers *watchers;
  GQueue refused;   /* of Question: those that came while there was no connection */
  GSource *refusal; /* (nullable): answers them */

  NbRedisCounts counts;
  char *reason; /* (nullable): NULL while it is up */
  gint64 begun_at;
  gint64 warned_at;
  gboolean is_loaded; /* the publisher's Redis knows the script */
  gboolean is_up;
  gboolean is_down_told;
};

typedef struct
{
  gint64 auction;
  NbRedisWatchersFunc func;
  gpointer user_data;
} Question;

/* The last thing that a caller does: the owner may free everything. */
static void
tell_if_up (NbRedis *self)
{
  if (self->is_up || !self->is_loaded || !nb_redis_link_is_ready (self->listener)
      || !nb_redis_channels_is_settled (self->channels))
    return;
  self->is_up = TRUE;
  self->is_down_told = FALSE;
  g_clear_pointer (&self->reason, g_free);
  if (self->events.up != NULL)
    self->events.up (self, self->user_data);
}

/* As above. */
static void
tell_down (NbRedis *self, const char *reason)
{
  gboolean is_first = !self->is_up;

  if (self->is_up)
    self->counts.outages++;
  self->is_up = FALSE;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  if (self->is_down_told || (is_first && g_get_monotonic_time () - self->begun_at < PATIENCE))
    return;
  self->is_down_told = TRUE;
  if (self->events.down != NULL)
    self->events.down (self, reason, self->user_data);
}

/* One that doesn't let this user run scripts is of no use, whatever else it lets. */
static void
on_loaded (const redisReply *reply, gpointer data, gpointer user_data)
{
  NbRedis *self = user_data;

  if (reply == NULL)
    return;
  if (reply->type == REDIS_REPLY_ERROR)
    {
      nb_redis_link_drop (self->publisher, reply->str);
      return;
    }
  self->is_loaded = TRUE;
  tell_if_up (self);
}

static void
on_publisher_ready (gpointer user_data)
{
  NbRedis *self = user_data;
  NbRedisCommand load;

  nb_redis_script_get_load_command (&load);
  nb_redis_link_send (self->publisher, &load, on_loaded, NULL, NULL);
  nb_redis_channels_on_publisher_ready (self->channels);
  nb_redis_watchers_renew (self->watchers);
}

static void
on_publisher_lost (const char *reason, gpointer user_data)
{
  NbRedis *self = user_data;

  self->is_loaded = FALSE;
  tell_down (self, reason);
}

static void
on_listener_ready (gpointer user_data)
{
  NbRedis *self = user_data;

  nb_redis_channels_on_listener_ready (self->channels);
}

static void
on_listener_lost (const char *reason, gpointer user_data)
{
  NbRedis *self = user_data;

  nb_redis_channels_on_listener_lost (self->channels);
  tell_down (self, reason);
}

static void
on_listener_message (const redisReply *reply, gpointer user_data)
{
  NbRedis *self = user_data;

  nb_redis_channels_on_message (self->channels, reply);
}

static void
on_message (gint64 auction, const char *payload, gsize length, gpointer user_data)
{
  NbRedis *self = user_data;

  self->counts.received++;
  if (self->events.message != NULL)
    self->events.message (self, auction, payload, length, self->user_data);
}

static void
on_settled (gpointer user_data)
{
  tell_if_up (user_data);
}

/* Braces in it would move the hash tag that keeps an auction on one shard. */
gboolean
nb_redis_check_prefix (const char *prefix, GError **error)
{
  gsize length = strlen (prefix);

  if (length >= 1 && length <= MAX_PREFIX && strspn (prefix, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.:") == length)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "found '%s', expected 1 to %d of a-z, A-Z, 0-9 and - _ . :", prefix, MAX_PREFIX);
  return FALSE;
}

static void
make_links (NbRedis *self)
{
  const NbRedisLinkEvents publisher = { .ready = on_publisher_ready, .lost = on_publisher_lost };
  const NbRedisLinkEvents listener
      = { .ready = on_listener_ready, .lost = on_listener_lost, .message = on_listener_message };
  const NbRedisChannelsEvents channels = { .message = on_message, .settled = on_settled };

  self->publisher = nb_redis_link_new (self->address, "neighborbid-publish", &publisher, self);
  self->listener = nb_redis_link_new (self->address, "neighborbid-listen", &listener, self);
  self->channels = nb_redis_channels_new (self->listener, self->publisher, self->prefix, &channels, self);
  self->watchers = nb_redis_watchers_new (self->publisher, self->prefix);
}

NbRedis *
nb_redis_new (const NbRedisOptions *options, const NbRedisEvents *events, gpointer user_data, GError **error)
{
  const char *prefix = options->prefix != NULL ? options->prefix : DEFAULT_PREFIX;
  g_autoptr (NbRedisAddress) address = NULL;
  NbRedis *self;

  if (!nb_redis_check_prefix (prefix, error))
    return NULL;
  address = nb_redis_address_new (options->url, options->password, error);
  if (address == NULL)
    return NULL;
  self = g_new0 (NbRedis, 1);
  self->address = g_steal_pointer (&address);
  self->prefix = g_strdup (prefix);
  self->events = *events;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->reason = g_strdup_printf ("%s: not connected yet", self->address->label);
  self->begun_at = g_get_monotonic_time ();
  g_queue_init (&self->refused);
  make_links (self);
  return self;
}

void
nb_redis_free (NbRedis *self)
{
  /* The links first: they let go of what waits for answers. */
  nb_redis_link_free (self->publisher);
  nb_redis_link_free (self->listener);
  nb_redis_channels_free (self->channels);
  nb_redis_watchers_free (self->watchers);
  if (self->refusal != NULL)
    g_source_destroy (self->refusal);
  g_clear_pointer (&self->refusal, g_source_unref);
  g_queue_clear_full (&self->refused, g_free);
  nb_redis_address_free (self->address);
  g_main_context_unref (self->context);
  g_free (self->prefix);
  g_free (self->reason);
  g_free (self);
}

gboolean
nb_redis_is_up (NbRedis *self)
{
  return self->is_up;
}

const char *
nb_redis_get_reason (NbRedis *self)
{
  return self->reason;
}

void
nb_redis_get_counts (NbRedis *self, NbRedisCounts *counts)
{
  *counts = self->counts;
}

static void on_posted (const redisReply *reply, gpointer data, gpointer user_data);

static void
post (NbRedis *self, NbRedisPost *state, gboolean is_whole)
{
  NbRedisCommand command;

  nb_redis_post_get_command (state, is_whole, &command);
  nb_redis_link_send (self->publisher, &command, on_posted, state, nb_redis_post_unref);
}

static void
on_refused (NbRedis *self, const char *reason)
{
  gint64 now = g_get_monotonic_time ();

  self->counts.failed++;
  if (self->warned_at == 0 || now - self->warned_at >= WARN_PAUSE)
    {
      self->warned_at = now;
      g_warning ("Redis refused the state of an auction, which other processes now read later: %s", reason);
    }
  /* What was the main Redis follows another now: its name may lead to that one. */
  if (g_str_has_prefix (reason, "READONLY"))
    nb_redis_link_drop (self->publisher, reason);
}

static void
on_posted (const redisReply *reply, gpointer data, gpointer user_data)
{
  NbRedis *self = user_data;

  if (reply == NULL)
    self->counts.failed++;
  else if (reply->type == REDIS_REPLY_INTEGER && reply->integer == 1)
    self->counts.published++;
  else if (reply->type == REDIS_REPLY_INTEGER)
    self->counts.stale++;
  else if (reply->type == REDIS_REPLY_ERROR && g_str_has_prefix (reply->str, "NOSCRIPT"))
    post (self, nb_redis_post_ref (data), TRUE);
  else
    on_refused (self, reply->type == REDIS_REPLY_ERROR ? reply->str : "an answer of an unknown kind");
}

gboolean
nb_redis_publish (NbRedis *self, const NbRedisState *state, const char *payload)
{
  g_autofree char *key = NULL;
  g_autofree char *channel = NULL;
  NbRedisPost *message;

  g_return_val_if_fail (state->seq >= 0 && state->seq < NB_REDIS_SEQ_LIMIT, FALSE);
  g_return_val_if_fail (strlen (state->status) <= MAX_STATUS, FALSE);
  if (!nb_redis_link_is_ready (self->publisher) || nb_redis_link_is_choked (self->publisher, strlen (payload)))
    {
      self->counts.dropped++;
      return FALSE;
    }
  key = nb_redis_channels_get_key (self->prefix, state->auction);
  channel = nb_redis_channels_get_channel (self->prefix, state->auction);
  message = nb_redis_post_new (state, key, channel, payload);
  post (self, message, FALSE);
  return TRUE;
}

static void
on_forgotten (const redisReply *reply, gpointer data, gpointer user_data)
{
}

void
nb_redis_forget (NbRedis *self, gint64 auction)
{
  g_autofree char *key = nb_redis_channels_get_key (self->prefix, auction);
  NbRedisCommand command = { 0 };

  if (!nb_redis_link_is_ready (self->publisher))
    return;
  nb_redis_command_add (&command, "DEL");
  nb_redis_command_add (&command, key);
  nb_redis_link_send (self->publisher, &command, on_forgotten, NULL, NULL);
}

void
nb_redis_subscribe (NbRedis *self, gint64 auction)
{
  nb_redis_channels_add (self->channels, auction);
}

void
nb_redis_unsubscribe (NbRedis *self, gint64 auction)
{
  nb_redis_channels_remove (self->channels, auction);
}

void
nb_redis_report_watchers (NbRedis *self, gint64 auction, guint count)
{
  nb_redis_watchers_report (self->watchers, auction, count);
}

static void
on_asked (const redisReply *reply, gpointer data, gpointer user_data)
{
  const Question *question = data;
  gboolean is_told = reply != NULL && reply->type == REDIS_REPLY_INTEGER;

  question->func (user_data, question->auction, is_told ? reply->integer : -1, question->user_data);
}

/* One a turn: what it calls may free everything. */
static gboolean
refuse_one (gpointer user_data)
{
  NbRedis *self = user_data;
  g_autofree Question *question = g_queue_pop_head (&self->refused);

  if (question == NULL)
    {
      g_clear_pointer (&self->refusal, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  question->func (self, question->auction, -1, question->user_data);
  return G_SOURCE_CONTINUE;
}

void
nb_redis_ask_watchers (NbRedis *self, gint64 auction, NbRedisWatchersFunc func, gpointer user_data)
{
  Question *question = g_new (Question, 1);

  *question = (Question){ .auction = auction, .func = func, .user_data = user_data };
  if (nb_redis_link_is_ready (self->publisher) && !nb_redis_link_is_choked (self->publisher, 0))
    {
      nb_redis_watchers_ask (self->watchers, auction, on_asked, question, g_free);
      return;
    }
  g_queue_push_tail (&self->refused, question);
  if (self->refusal != NULL)
    return;
  self->refusal = g_idle_source_new ();
  g_source_set_callback (self->refusal, refuse_one, self, NULL);
  g_source_attach (self->refusal, self->context);
}
