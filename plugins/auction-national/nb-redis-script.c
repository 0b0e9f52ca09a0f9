/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares, keeps and tells in one step that nothing can come between. */
#include "nb-redis-script.h"

#include <string.h>

#define STATUS_SIZE 32
#define NUMBER_SIZE 24
#define DAY_SECONDS (24 * 60 * 60)
#define YEAR_SECONDS (366 * DAY_SECONDS)
#define OVER_SECONDS (10 * 60)

/* KEYS: the hash. ARGV: channel, payload, seconds to keep it, seq, price, leader, bid_count, ends_at, status. A seq
 * that isn't a number isn't ours, and gives way. */
static const char script[] = "local kept = tonumber (redis.call ('HGET', KEYS[1], 'seq') or '')\n"
                             "if kept and kept >= tonumber (ARGV[4]) then return 0 end\n"
                             "redis.call ('HSET', KEYS[1], 'payload', ARGV[2], 'seq', ARGV[4], 'price', ARGV[5],\n"
                             "  'leader', ARGV[6], 'bid_count', ARGV[7], 'ends_at', ARGV[8], 'status', ARGV[9])\n"
                             "redis.call ('EXPIRE', KEYS[1], ARGV[3])\n"
                             "redis.call ('PUBLISH', ARGV[1], ARGV[2])\n"
                             "return 1\n";

typedef enum
{
  NUMBER_KEEP,
  NUMBER_SEQ,
  NUMBER_PRICE,
  NUMBER_LEADER,
  NUMBER_BID_COUNT,
  NUMBER_ENDS_AT,
  N_NUMBERS
} Number;

struct _NbRedisPost
{
  char numbers[N_NUMBERS][NUMBER_SIZE];
  char status[STATUS_SIZE];
  const char *key; /* these three in `texts` */
  const char *channel;
  const char *payload;
  char texts[];
};

static const char *
get_digest (void)
{
  static char *digest;

  if (g_once_init_enter (&digest))
    g_once_init_leave (&digest, g_compute_checksum_for_string (G_CHECKSUM_SHA1, script, -1));
  return digest;
}

/* By this machine's clock, which may differ from the one that ends auctions: a day is more than any difference. */
static gint64
get_seconds_to_keep (const NbRedisState *state)
{
  gint64 left = (state->ends_at - g_get_real_time ()) / G_USEC_PER_SEC;

  return state->is_over ? OVER_SECONDS : CLAMP (left, 0, YEAR_SECONDS) + DAY_SECONDS;
}

static void
set_numbers (NbRedisPost *self, const NbRedisState *state)
{
  const gint64 numbers[N_NUMBERS] = {
    [NUMBER_KEEP] = get_seconds_to_keep (state),
    [NUMBER_SEQ] = state->seq,
    [NUMBER_PRICE] = state->price,
    [NUMBER_LEADER] = state->leader,
    [NUMBER_BID_COUNT] = state->bid_count,
    [NUMBER_ENDS_AT] = state->ends_at,
  };

  for (guint i = 0; i < N_NUMBERS; i++)
    g_snprintf (self->numbers[i], NUMBER_SIZE, "%" G_GINT64_FORMAT, numbers[i]);
}

NbRedisPost *
nb_redis_post_new (const NbRedisState *state, const char *key, const char *channel, const char *payload)
{
  gsize key_size = strlen (key) + 1;
  gsize channel_size = strlen (channel) + 1;
  gsize payload_size = strlen (payload) + 1;
  gsize size = sizeof (NbRedisPost) + key_size + channel_size + payload_size;
  NbRedisPost *self = g_rc_box_alloc (size);

  set_numbers (self, state);
  g_strlcpy (self->status, state->status, STATUS_SIZE);
  self->key = memcpy (self->texts, key, key_size);
  self->channel = memcpy (self->texts + key_size, channel, channel_size);
  self->payload = memcpy (self->texts + key_size + channel_size, payload, payload_size);
  return self;
}

NbRedisPost *
nb_redis_post_ref (NbRedisPost *self)
{
  return g_rc_box_acquire (self);
}

void
nb_redis_post_unref (gpointer post)
{
  g_rc_box_release (post);
}

void
nb_redis_post_get_command (NbRedisPost *self, gboolean is_whole, NbRedisCommand *command)
{
  *command = (NbRedisCommand){ 0 };
  nb_redis_command_add (command, is_whole ? "EVAL" : "EVALSHA");
  nb_redis_command_add (command, is_whole ? script : get_digest ());
  nb_redis_command_add (command, "1");
  nb_redis_command_add (command, self->key);
  nb_redis_command_add (command, self->channel);
  nb_redis_command_add (command, self->payload);
  for (guint i = 0; i < N_NUMBERS; i++)
    nb_redis_command_add (command, self->numbers[i]);
  nb_redis_command_add (command, self->status);
}

void
nb_redis_script_get_load_command (NbRedisCommand *command)
{
  *command = (NbRedisCommand){ 0 };
  nb_redis_command_add (command, "SCRIPT");
  nb_redis_command_add (command, "LOAD");
  nb_redis_command_add (command, script);
}
