/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Redis as the bus between processes: publishes the live state of auctions, hears those of others, counts watchers. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One Redis, by two connections: one publishes and runs scripts, one listens. Each is made anew by itself when it is
 * lost, after pauses from a tenth of a second to five. Lives on the thread-default main context of nb_redis_new(): every
 * call and every event happens there, and nothing ever waits.
 *
 * Redis only carries what a database holds. What it promises about an auction that is subscribed:
 * - Between `up` and `down`, each state that Redis accepted after the subscription was confirmed is handed over once, in
 *   the order in which Redis accepted them. Of one auction `seq` grows strictly along them.
 * - Once a subscription is confirmed, also after an outage, the newest state that Redis keeps is handed over too, in the
 *   same way. So nothing that was accepted before it is a gap; but that state may be older than, or the same as, one
 *   that was handed over before: the receiver compares `seq`, and drops what isn't newer than what it has.
 * - Not promised: that each publish reaches Redis (nb_redis_get_counts() tells), nor that Redis still keeps what it
 *   accepted (it may have been flushed, or started anew empty). Whoever shows states reads the database after `up`, and
 *   while it is down. */
typedef struct _NbRedis NbRedis;

typedef struct
{
  const char *url; /* unix:/path or redis://[user:password@]host[:port][/database]; host names are looked up off the loop */
  const char *password; /* (nullable): for a `url` that holds none */
  const char *prefix; /* (nullable): what each key and channel begins with; NULL: nb */
} NbRedisOptions;

/* Each may be NULL. Any of them may call anything here, nb_redis_free() too. */
typedef struct
{
  /* @payload ends with a NUL that @length doesn't count; it is valid during the call alone. */
  void (*message) (NbRedis *self, gint64 auction, const char *payload, gsize length, gpointer user_data);
  /* Both connections serve and every subscription is confirmed. */
  void (*up) (NbRedis *self, gpointer user_data);
  /* Once for each outage, and once when Redis can't be reached for a second from the start. @reason never holds a
   * password. */
  void (*down) (NbRedis *self, const char *reason, gpointer user_data);
} NbRedisEvents;

/* An auction as it became public. Everything but @status is a number for Redis too. */
typedef struct
{
  gint64 auction;
  gint64 seq; /* below NB_REDIS_SEQ_LIMIT */
  gint64 price;
  gint64 leader; /* 0: nobody */
  gint64 bid_count;
  gint64 ends_at; /* microseconds since the epoch; 0: none */
  const char *status; /* at most 31 bytes */
  gboolean is_over; /* nothing follows: Redis forgets it after ten minutes, else a day after its end */
} NbRedisState;

/* Lua compares numbers as doubles, which are exact up to here. A `seq` counts the changes of one auction from 1: with a
 * million of them a second it gets here after 285 years. */
#define NB_REDIS_SEQ_LIMIT (G_GINT64_CONSTANT (1) << 53)

typedef struct
{
  guint64 published; /* accepted by Redis */
  guint64 stale; /* Redis had that state, or a newer one */
  guint64 dropped; /* never sent: no connection, or too much was waiting already */
  guint64 failed; /* sent, but refused, or the connection was lost before the answer */
  guint64 received; /* messages handed over */
  guint64 outages; /* how often it was up and went down */
} NbRedisCounts;

/* Whether names of keys and channels may begin with @prefix. */
gboolean nb_redis_check_prefix (const char *prefix, GError **error);

/* Starts to connect; @events are told from the main context alone, never from inside this call.
 * Returns: (nullable): NULL with @error set (G_IO_ERROR) for a URL that can't be used. No error text holds a password */
NbRedis *nb_redis_new (const NbRedisOptions *options, const NbRedisEvents *events, gpointer user_data, GError **error);
/* No event is told any more, and no answer given. What was not sent yet is lost. */
void nb_redis_free (NbRedis *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRedis, nb_redis_free)

gboolean nb_redis_is_up (NbRedis *self);
/* Returns: (transfer none) (nullable): why it isn't up; NULL when it is */
const char *nb_redis_get_reason (NbRedis *self);
void nb_redis_get_counts (NbRedis *self, NbRedisCounts *counts);

/* Publishes @state with @payload, a text that the receivers get as it is. Redis keeps it, and tells it, only when @state
 * is newer than what it keeps of that auction; both happen at once or not at all.
 * Returns: whether it was handed to the connection; else it counts as dropped */
gboolean nb_redis_publish (NbRedis *self, const NbRedisState *state, const char *payload);

/* What Redis keeps of @auction isn't true, and must not keep what is newer from being published: drops it. Nothing happens
 * while there is no connection. */
void nb_redis_forget (NbRedis *self, gint64 auction);

/* Subscribed once, however often it is asked for; also while Redis is gone, and again after each outage. */
void nb_redis_subscribe (NbRedis *self, gint64 auction);
/* No message of @auction is handed over any more, not even one that is under way. */
void nb_redis_unsubscribe (NbRedis *self, gint64 auction);

/* Tells the other processes how many watch @auction here. Sent when it changes, at most every two seconds for an
 * auction, and again every five seconds while it isn't 0; what isn't repeated for twelve seconds, by the clock of Redis,
 * no longer counts, so a process that died is out of every count asked for later than that. */
void nb_redis_report_watchers (NbRedis *self, gint64 auction, guint count);

/* @total: the watchers of all processes as last reported, or -1 when Redis couldn't be asked */
typedef void (*NbRedisWatchersFunc) (NbRedis *self, gint64 auction, gint64 total, gpointer user_data);
/* Calls @func once, never from inside this call, unless @self is freed before. */
void nb_redis_ask_watchers (NbRedis *self, gint64 auction, NbRedisWatchersFunc func, gpointer user_data);

G_END_DECLS
