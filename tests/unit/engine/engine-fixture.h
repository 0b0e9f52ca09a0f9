/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database with the wallet plugin, an engine on it, and types to try it with. */
#pragma once

#include "core/engine/nb-bid-engine.h"
#include "core/engine/nb-catalogue.h"
#include "core/plugin/nb-plugin-host.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

/* Sellers have the id 1, bidders those from 2 on. */
#define SELLER 1
#define HOUR (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  NbTestLoop loop;
  NbTestDatabaseKind kind;
  NbTestDatabase *database;
  NbStore *store;
  NbRegistry *registry;
  NbPluginHost *host;
  NbWallet *wallet;
  NbBidEngine *engine;
  NbCatalogue *catalogue;
  GPtrArray *events; /* (element-type NbEvent): all that were committed */
} EngineFixture;

/* The answer to one bid. */
typedef struct
{
  gboolean is_done;
  NbBidResult result;
  GError *error;
} Answer;

void engine_fixture_add_test (const char *path, guint seconds, void (*function) (EngineFixture *fixture));

/* Makes the people 1 to @n, each of the bidders with @balance. */
void engine_fixture_add_people (EngineFixture *self, guint n, NbMoney balance);
void engine_fixture_deposit (EngineFixture *self, gint64 person, NbMoney amount);
/* Lists an auction that ends @duration microseconds from now. @terms: (nullable): in GVariant's text format */
gint64 engine_fixture_list (EngineFixture *self, const char *type, const char *terms, gint64 duration);
/* The same from any listing; NULL with @error */
NbAuctionView *engine_fixture_list_full (EngineFixture *self, const NbListing *listing, gboolean *is_replay,
                                         GError **error);
NbAuctionView *engine_fixture_get (EngineFixture *self, gint64 auction, gint64 viewer);

/* Queues a bid; the answer comes by itself while the loop runs. */
void engine_fixture_submit (NbBidEngine *engine, const NbBidRequest *request, Answer *answer);
void engine_fixture_wait (EngineFixture *self, Answer *answers, guint n_answers);
/* Bids and waits. */
Answer engine_fixture_bid (EngineFixture *self, gint64 auction, gint64 person, NbMoney amount);
void engine_fixture_advance (EngineFixture *self, gint64 auction);
void engine_fixture_assert_refused (Answer *answer, NbErrorCode code);
void engine_fixture_assert_accepted (Answer *answer, NbStanding standing, NbMoney price);

NbBalance engine_fixture_get_balance (EngineFixture *self, gint64 person);
guint engine_fixture_count_events (EngineFixture *self, const char *kind);
/* Returns: the first cell of @sql as an integer; 0 for none */
gint64 engine_fixture_count (EngineFixture *self, const char *sql);
/* Runs every check of `doctor`: the wallet's and the engine's. */
void engine_fixture_assert_content (EngineFixture *self);
/* A second engine on a store of its own, as another process would have it. */
NbBidEngine *engine_fixture_new_engine (EngineFixture *self, const NbEngineOptions *options, NbStore **store);
/* Registers the test types; done for each fixture. */
void engine_fixture_add_types (NbRegistry *registry);
