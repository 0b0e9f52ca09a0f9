/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database with the wallet plugin running on it, and what the wallet's tests do with it again and again. */
#pragma once

#include "core/plugin/nb-plugin-host.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbRegistry *registry;
  NbPluginHost *host;
  NbWallet *wallet; /* the plugin's */
} WalletFixture;

/* A migrated database and the running plugin, registered in @registry; without a loop of its own. */
void wallet_fixture_open (WalletFixture *self, NbTestDatabaseKind kind, NbRegistry *registry);
void wallet_fixture_close (WalletFixture *self);
/* The same with a loop and a registry. */
void wallet_fixture_set_up (WalletFixture *self, NbTestDatabaseKind kind, guint seconds);
void wallet_fixture_tear_down (WalletFixture *self);
/* A started store of its own on the same database, as another process would have. */
NbStore *wallet_fixture_open_store (WalletFixture *self);

/* Puts auctions 1 to @n_auctions of seller 1 into the host's tables, so that there are rows to lock. */
void wallet_fixture_add_auctions (WalletFixture *self, guint n_auctions);
/* As the engine does first in each transaction. */
gboolean wallet_fixture_lock_auction (NbTransaction *transaction, gint64 auction, GError **error);

void wallet_fixture_deposit (WalletFixture *self, gint64 person, NbMoney amount);
void wallet_fixture_assert_balance (WalletFixture *self, gint64 person, NbMoney available, NbMoney locked);
/* Runs every check of `doctor` that the plugin brought, and follows each person's rows from balance to balance. */
void wallet_fixture_assert_content (WalletFixture *self);
/* Returns: the first cell of @sql as an integer; 0 for none */
gint64 wallet_fixture_count (WalletFixture *self, const char *sql);

/* What @function does with a sheet; FALSE with @error rolls back. */
typedef gboolean (*WalletSheetFunc) (NbWalletSheet *sheet, gpointer user_data, GError **error);
/* Opens a sheet for @auction and the people 1 to @n_people, has @function work on it, and writes it. */
gboolean wallet_fixture_transact (WalletFixture *self, gint64 auction, guint n_people, WalletSheetFunc function,
                                  gpointer user_data, GError **error);

/* Adds @function for both databases: @path with `/sqlite` and `/postgresql` behind it. */
void wallet_fixture_add_test (const char *path, guint seconds, void (*function) (WalletFixture *fixture));
