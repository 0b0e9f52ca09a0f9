/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real redis-server on a Unix socket of its own, a client of it that waits, and a link that can swallow everything. */
#pragma once

#include "plugins/auction-national/nb-redis.h"
#include "tests/support/nb-test-loop.h"

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  char *socket;
  char *url;
  GPid pid; /* 0: not running */
} TestRedis;

/* Without a server yet. */
void test_redis_set_up (TestRedis *self);
void test_redis_tear_down (TestRedis *self);
/* @more: (nullable): further arguments. Waits until it answers; one that ends instead fails the test. */
void test_redis_start (TestRedis *self, const char *const *more);
/* SIGKILL, and waits for its end. */
void test_redis_kill (TestRedis *self);
/* Runs one command whose words are divided by spaces. Returns: its answer as text, lines joined by spaces; errors too */
char *test_redis_run (TestRedis *self, const char *words);

/* Something between a socket and the server that forwards, until it is told to swallow. */
typedef struct _TestProxy TestProxy;
/* @is_network: at 127.0.0.1 and a port of its own, else at a Unix socket */
TestProxy *test_proxy_new (TestRedis *redis, gboolean is_network);
void test_proxy_free (TestProxy *self);
/* Returns: (transfer none): unix:PATH, or localhost:PORT */
const char *test_proxy_get_place (TestProxy *self);
/* From now on the connections that are open pass nothing on, in neither direction, for ever; nor do new ones while
 * @is_swallowing. They stay open. */
void test_proxy_set_swallowing (TestProxy *self, gboolean is_swallowing);
/* Returns: how many connections it took */
guint test_proxy_get_n_taken (TestProxy *self);

/* What a receiver got. */
typedef struct
{
  NbTestLoop loop;
  TestRedis redis;
  NbRedis *subject; /* (nullable) */
  GPtrArray *messages; /* of "auction payload" */
  GPtrArray *told; /* of "up" and "down REASON" */
} TestBus;

void test_bus_set_up (TestBus *self, gconstpointer data);
void test_bus_tear_down (TestBus *self, gconstpointer data);
/* Makes the subject; @url: (nullable): NULL for the server's own. */
void test_bus_connect (TestBus *self, const char *url);
void test_bus_wait_up (TestBus *self);
void test_bus_wait_down (TestBus *self);
/* Runs the loop until that many messages have come. */
void test_bus_wait_messages (TestBus *self, guint n);
/* Publishes "a<seq>" for @auction. */
gboolean test_bus_publish (TestBus *self, gint64 auction, gint64 seq);
/* Runs the loop until every state that was published has been answered for. */
void test_bus_settle (TestBus *self);

G_END_DECLS
