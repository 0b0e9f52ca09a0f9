/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Token buckets by key, in a table of bounded size. */
#include "core/web/nb-rate-limiter.h"

typedef struct
{
  GList link; /* in the order of use */
  char *key;
  double tokens;
  gint64 filled_at;
} Bucket;

struct _NbRateLimiter
{
  double per_second;
  double burst;
  GHashTable *buckets;
  GQueue order; /* most recently used first */
};

static void
bucket_free (gpointer data)
{
  Bucket *self = data;

  g_free (self->key);
  g_free (self);
}

NbRateLimiter *
nb_rate_limiter_new (double per_second, double burst)
{
  NbRateLimiter *self = g_new0 (NbRateLimiter, 1);

  nb_rate_limiter_set (self, per_second, burst);
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, bucket_free);
  g_queue_init (&self->order);
  return self;
}

void
nb_rate_limiter_free (NbRateLimiter *self)
{
  g_hash_table_unref (self->buckets);
  g_free (self);
}

void
nb_rate_limiter_set (NbRateLimiter *self, double per_second, double burst)
{
  self->per_second = per_second;
  self->burst = MAX (burst, 1);
}

static void
forget_oldest (NbRateLimiter *self)
{
  GList *link = g_queue_pop_tail_link (&self->order);
  Bucket *oldest = link->data;

  g_hash_table_remove (self->buckets, oldest->key);
}

static Bucket *
find_bucket (NbRateLimiter *self, const char *key, gint64 now)
{
  Bucket *bucket = g_hash_table_lookup (self->buckets, key);

  if (bucket != NULL)
    {
      g_queue_unlink (&self->order, &bucket->link);
      g_queue_push_head_link (&self->order, &bucket->link);
      return bucket;
    }
  if (g_hash_table_size (self->buckets) >= NB_RATE_LIMITER_MAX_KEYS)
    forget_oldest (self);
  bucket = g_new0 (Bucket, 1);
  bucket->link.data = bucket;
  bucket->key = g_strdup (key);
  bucket->tokens = self->burst;
  bucket->filled_at = now;
  g_hash_table_insert (self->buckets, bucket->key, bucket);
  g_queue_push_head_link (&self->order, &bucket->link);
  return bucket;
}

static void
fill (NbRateLimiter *self, Bucket *bucket, gint64 now)
{
  bucket->tokens += (now - bucket->filled_at) * self->per_second / G_USEC_PER_SEC;
  bucket->tokens = MIN (bucket->tokens, self->burst);
  bucket->filled_at = now;
}

guint
nb_rate_limiter_look (NbRateLimiter *self, const char *key, gint64 now)
{
  Bucket *bucket = self->per_second > 0 ? g_hash_table_lookup (self->buckets, key) : NULL;

  if (bucket == NULL)
    return 0;
  fill (self, bucket, now);
  return bucket->tokens < 1 ? (guint)((1 - bucket->tokens) * 1000 / self->per_second) + 1 : 0;
}

guint
nb_rate_limiter_take (NbRateLimiter *self, const char *key, gint64 now)
{
  Bucket *bucket;
  guint wait;

  if (self->per_second <= 0)
    return 0;
  bucket = find_bucket (self, key, now);
  wait = nb_rate_limiter_look (self, key, now);
  if (wait == 0)
    bucket->tokens -= 1;
  return wait;
}

guint
nb_rate_limiter_get_size (NbRateLimiter *self)
{
  return g_hash_table_size (self->buckets);
}
