/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hash for each auction with a field for each process: "count:limit", and past its limit, by the clock of Redis, a
 * field doesn't count. */
#include "nb-redis-watchers.h"

#define TICK_MS 1000
#define CHANGE_PAUSE (2 * G_USEC_PER_SEC)
#define REPEAT_PAUSE (5 * G_USEC_PER_SEC)
#define NOT_TOLD G_MAXUINT

/* KEYS: the hash. ARGV: the process, its count. */
static const char report_script[] = "if ARGV[2] == '0' then return redis.call ('HDEL', KEYS[1], ARGV[1]) end\n"
                                    "local limit = tonumber (redis.call ('TIME')[1]) + 12\n"
                                    "redis.call ('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':' .. limit)\n"
                                    "return redis.call ('EXPIRE', KEYS[1], 15)\n";
static const char ask_script[] = "local now = tonumber (redis.call ('TIME')[1])\n"
                                 "local fields = redis.call ('HGETALL', KEYS[1])\n"
                                 "local total = 0\n"
                                 "for i = 1, #fields, 2 do\n"
                                 "  local count, limit = string.match (fields[i + 1], '^(%d+):(%d+)$')\n"
                                 "  if count and tonumber (limit) > now then total = total + tonumber (count)\n"
                                 "  else redis.call ('HDEL', KEYS[1], fields[i]) end\n"
                                 "end\n"
                                 "return total\n";

typedef struct
{
  gint64 auction;
  guint count;
  guint told;     /* NOT_TOLD: Redis may think anything */
  gint64 told_at; /* monotonic; 0: never */
} Report;

struct _NbRedisWatchers
{
  NbRedisLink *link;   /* not owned */
  const char *prefix;  /* not owned */
  char process[17];    /* what this process is called among the fields */
  GHashTable *reports; /* of Report by its auction */
  GMainContext *context;
  GSource *timer; /* (nullable): while there are reports */
};

NbRedisWatchers *
nb_redis_watchers_new (NbRedisLink *link, const char *prefix)
{
  NbRedisWatchers *self = g_new0 (NbRedisWatchers, 1);

  self->link = link;
  self->prefix = prefix;
  self->reports = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->context = g_main_context_ref_thread_default ();
  g_snprintf (self->process, sizeof self->process, "%08x%08x", g_random_int (), g_random_int ());
  return self;
}

static void
stop_timer (NbRedisWatchers *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

void
nb_redis_watchers_free (NbRedisWatchers *self)
{
  stop_timer (self);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->reports);
  g_free (self);
}

static char *
get_key (NbRedisWatchers *self, gint64 auction)
{
  return g_strdup_printf ("%s:{%" G_GINT64_FORMAT "}:watchers", self->prefix, auction);
}

static gboolean
is_due (const Report *report, gint64 now)
{
  gint64 age = now - report->told_at;

  if (report->told_at == 0)
    return TRUE;
  return (report->count != report->told && age >= CHANGE_PAUSE) || (report->count > 0 && age >= REPEAT_PAUSE);
}

static void
tell (NbRedisWatchers *self, Report *report, gint64 now)
{
  g_autofree char *key = get_key (self, report->auction);
  g_autofree char *count = g_strdup_printf ("%u", report->count);
  NbRedisCommand command = { 0 };

  nb_redis_command_add (&command, "EVAL");
  nb_redis_command_add (&command, report_script);
  nb_redis_command_add (&command, "1");
  nb_redis_command_add (&command, key);
  nb_redis_command_add (&command, self->process);
  nb_redis_command_add (&command, count);
  nb_redis_link_send (self->link, &command, NULL, NULL, NULL);
  report->told = report->count;
  report->told_at = now;
}

/* All that are due go out together. */
static void
tell_due (NbRedisWatchers *self)
{
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->reports);
  while (nb_redis_link_is_ready (self->link) && !nb_redis_link_is_choked (self->link, 0)
         && g_hash_table_iter_next (&iter, NULL, &value))
    {
      Report *report = value;

      if (is_due (report, now))
        tell (self, report, now);
      if (report->count == 0 && report->told == 0 && now - report->told_at >= CHANGE_PAUSE)
        g_hash_table_iter_remove (&iter);
    }
}

static gboolean
on_tick (gpointer user_data)
{
  NbRedisWatchers *self = user_data;

  tell_due (self);
  if (g_hash_table_size (self->reports) > 0)
    return G_SOURCE_CONTINUE;
  stop_timer (self);
  return G_SOURCE_REMOVE;
}

void
nb_redis_watchers_report (NbRedisWatchers *self, gint64 auction, guint count)
{
  Report *report = g_hash_table_lookup (self->reports, &auction);
  gint64 now = g_get_monotonic_time ();

  if (report == NULL)
    {
      report = g_new0 (Report, 1);
      report->auction = auction;
      report->told = NOT_TOLD;
      g_hash_table_insert (self->reports, &report->auction, report);
    }
  report->count = MIN (count, G_MAXINT);
  if (nb_redis_link_is_ready (self->link) && !nb_redis_link_is_choked (self->link, 0) && is_due (report, now))
    tell (self, report, now);
  if (self->timer != NULL)
    return;
  self->timer = g_timeout_source_new (TICK_MS);
  g_source_set_callback (self->timer, on_tick, self, NULL);
  g_source_attach (self->timer, self->context);
}

void
nb_redis_watchers_renew (NbRedisWatchers *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->reports);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Report *report = value;

      report->told = NOT_TOLD;
      report->told_at = 0;
    }
  tell_due (self);
}

void
nb_redis_watchers_ask (NbRedisWatchers *self, gint64 auction, NbRedisAnswerFunc func, gpointer data,
                       GDestroyNotify free_data)
{
  g_autofree char *key = get_key (self, auction);
  NbRedisCommand command = { 0 };

  nb_redis_command_add (&command, "EVAL");
  nb_redis_command_add (&command, ask_script);
  nb_redis_command_add (&command, "1");
  nb_redis_command_add (&command, key);
  nb_redis_link_send (self->link, &command, func, data, free_data);
}
