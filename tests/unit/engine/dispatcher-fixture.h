/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A dispatcher on a database of its own, and a consumer that writes down what it took. */
#pragma once

#include "core/engine/nb-dispatcher.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

typedef struct
{
  NbStore *store;
  NbRegistry *registry;
  NbDispatcher *dispatcher;
  const char *poison; /* (nullable): the kind of event that can't be taken */
  gint n_busy;        /* atomic: so many calls more answer that they are busy */
  gint n_calls;       /* atomic */
  gulong pause;       /* how long the first call takes, in microseconds */
  guint sizes[2];     /* how many events the first calls were given */
  gpointer gate;      /* (nullable) NbTestGate: where each call stops */
  guint n_told;
} Taker;

typedef struct
{
  NbTestLoop loop;
  NbTestDatabaseKind kind;
  NbTestDatabase *database;
  Taker taker;
} DispatcherFixture;

/* Runs @function with a fixture on each database. */
void dispatcher_fixture_add_test (const char *path, void (*function) (DispatcherFixture *fixture));
/* The same on @kind alone. */
void dispatcher_fixture_add_test_on (const char *path, NbTestDatabaseKind kind,
                                     void (*function) (DispatcherFixture *fixture));

/* A store on the database at @url, a dispatcher that wasn't started yet, and its consumer under the owner "post". */
void taker_init (Taker *self, const char *url);
/* Ends all of it. */
void taker_clear (Taker *self, NbTestLoop *loop);

/* Commits @n events of @kind about @auction, one transaction each, and notes their ids in the table `facts`. */
void dispatcher_fixture_emit (NbStore *store, const char *kind, gint64 auction, guint n);
/* An NbTransactFunc that does so with one event of the kind @kind (const char *). */
gboolean dispatcher_fixture_emit_one (NbTransaction *transaction, gpointer kind, GError **error);
/* Returns: the first cell of @sql as an integer */
gint64 dispatcher_fixture_count (DispatcherFixture *self, const char *sql);
void dispatcher_fixture_run (DispatcherFixture *self, const char *sql);
/* Runs the loop until the first cell of @sql is @expected. */
void dispatcher_fixture_wait (DispatcherFixture *self, const char *sql, gint64 expected);
/* Runs the loop until nothing waits any more, and asserts that each fact was taken once, and nothing else. */
void dispatcher_fixture_assert_all_taken (DispatcherFixture *self);
