/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the real plugin through the real plugin host. */
#include "tests/unit/wallet/wallet-fixture.h"

#include "tests/support/nb-test-plugins.h"

void
wallet_fixture_open (WalletFixture *self, NbTestDatabaseKind kind, NbRegistry *registry)
{
  static const char *const ids[] = { "wallet", NULL };
  g_autoptr (GError) error = NULL;

  self->registry = g_object_ref (registry);
  self->database = nb_test_database_new (kind);
  self->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  self->host = nb_test_plugins_start (self->store, self->registry, ids);
  self->wallet = nb_registry_find_service (self->registry, NB_TYPE_WALLET);
  g_assert_nonnull (self->wallet);
}

void
wallet_fixture_close (WalletFixture *self)
{
  nb_plugin_host_stop (self->host);
  nb_store_stop (self->store);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
  g_assert_finalize_object (self->host);
  g_clear_object (&self->registry);
  g_assert_finalize_object (self->store);
  g_clear_pointer (&self->database, nb_test_database_free);
}

void
wallet_fixture_set_up (WalletFixture *self, NbTestDatabaseKind kind, guint seconds)
{
  g_autoptr (NbRegistry) registry = nb_registry_new ();

  nb_test_loop_set_up (&self->loop, seconds);
  wallet_fixture_open (self, kind, registry);
}

void
wallet_fixture_tear_down (WalletFixture *self)
{
  wallet_fixture_close (self);
  nb_test_loop_tear_down (&self->loop);
}

NbStore *
wallet_fixture_open_store (WalletFixture *self)
{
  g_autoptr (GError) error = NULL;
  NbStore *store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);

  g_assert_no_error (error);
  nb_store_start (store, &error);
  g_assert_no_error (error);
  return store;
}

void
wallet_fixture_add_auctions (WalletFixture *self, guint n_auctions)
{
  g_free (nb_test_database_run (self->database, "INSERT INTO people (id, username, nickname, password_hash, created_at)"
                                                " VALUES (1, 'seller', 'Seller', 'x', 0)"));
  for (guint i = 1; i <= n_auctions; i++)
    {
      g_autofree char *sql
          = g_strdup_printf ("INSERT INTO auctions (id, type, seller_id, title, description, status, terms, starts_at,"
                             " ends_at, original_ends_at, next_due_at, created_at)"
                             " VALUES (%u, 'local', 1, 'Chair', '', 'open', '', 0, 0, 0, 0, 0)",
                             i);

      g_free (nb_test_database_run (self->database, sql));
    }
}

gboolean
wallet_fixture_lock_auction (NbTransaction *transaction, gint64 auction, GError **error)
{
  static const NbSql sql = {
    "SELECT id FROM auctions WHERE id = ##id::gint64",
    "SELECT id FROM auctions WHERE id = ##id::gint64 FOR UPDATE",
    "x",
  };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_INT (auction)), error);

  return rows != NULL;
}

typedef struct
{
  NbWallet *wallet;
  gint64 person;
  NbMoney amount;
  NbBalance balance;
} Teller;

static gboolean
deposit (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Teller *teller = user_data;
  NbEntry entry;

  return nb_wallet_deposit (teller->wallet, transaction, teller->person, teller->amount, NULL, &entry, error);
}

static gboolean
read_balance (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Teller *teller = user_data;

  return nb_wallet_read_balance (teller->wallet, transaction, teller->person, &teller->balance, error);
}

void
wallet_fixture_deposit (WalletFixture *self, gint64 person, NbMoney amount)
{
  Teller teller = { self->wallet, person, amount };
  g_autoptr (GError) error = NULL;

  nb_store_transact (self->store, deposit, &teller, &error);
  g_assert_no_error (error);
}

void
wallet_fixture_assert_balance (WalletFixture *self, gint64 person, NbMoney available, NbMoney locked)
{
  Teller teller = { self->wallet, person };
  g_autoptr (GError) error = NULL;

  nb_store_read (self->store, read_balance, &teller, &error);
  g_assert_no_error (error);
  g_assert_cmpint (teller.balance.available, ==, available);
  g_assert_cmpint (teller.balance.locked, ==, locked);
}

static gboolean
run_checks (NbTransaction *transaction, gpointer user_data, GError **error)
{
  GPtrArray *checks = nb_registry_get_checks (user_data);

  g_assert_cmpuint (checks->len, ==, 5);
  for (guint i = 0; i < checks->len; i++)
    {
      const NbCheck *check = g_ptr_array_index (checks, i);
      g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);

      if (!check->function (transaction, faults, check->user_data, error))
        return FALSE;
      for (guint j = 0; j < faults->len; j++)
        g_printerr ("%s: %s\n", check->name, (const char *)g_ptr_array_index (faults, j));
      g_assert_cmpuint (faults->len, ==, 0);
    }
  return TRUE;
}

void
wallet_fixture_assert_content (WalletFixture *self)
{
  g_autoptr (GError) error = NULL;

  nb_store_read (self->store, run_checks, self->registry, &error);
  g_assert_no_error (error);
  /* Each row's balances are those of the row before and its own movement. */
  g_assert_cmpint (
      wallet_fixture_count (
          self,
          "SELECT count (*) FROM (SELECT available_after - CASE WHEN to_bucket = 'available' THEN amount"
          " WHEN from_bucket = 'available' THEN -amount ELSE 0 END"
          " - coalesce (lag (available_after) OVER (PARTITION BY person_id ORDER BY id), 0) AS available,"
          " locked_after - CASE WHEN to_bucket = 'locked' THEN amount WHEN from_bucket = 'locked' THEN -amount ELSE 0"
          " END - coalesce (lag (locked_after) OVER (PARTITION BY person_id ORDER BY id), 0) AS locked"
          " FROM ledger WHERE person_id <> 0) AS steps WHERE available <> 0 OR locked <> 0"),
      ==, 0);
}

gint64
wallet_fixture_count (WalletFixture *self, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (self->database, sql);

  return cell != NULL ? g_ascii_strtoll (cell, NULL, 10) : 0;
}

typedef struct
{
  NbWallet *wallet;
  gint64 auction;
  guint n_people;
  WalletSheetFunc function;
  gpointer user_data;
} SheetJob;

static gboolean
work_on_sheet (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const SheetJob *job = user_data;
  g_autofree gint64 *people = g_new (gint64, job->n_people);
  g_autoptr (NbWalletSheet) sheet = NULL;

  for (guint i = 0; i < job->n_people; i++)
    people[i] = job->n_people - i;
  sheet = nb_wallet_open_sheet (job->wallet, transaction, &job->auction, 1, people, job->n_people, error);
  return sheet != NULL && job->function (sheet, job->user_data, error) && nb_wallet_sheet_write (sheet, error);
}

gboolean
wallet_fixture_transact (WalletFixture *self, gint64 auction, guint n_people, WalletSheetFunc function,
                         gpointer user_data, GError **error)
{
  SheetJob job = { self->wallet, auction, n_people, function, user_data };

  return nb_store_transact (self->store, work_on_sheet, &job, error);
}

typedef struct
{
  NbTestDatabaseKind kind;
  guint seconds;
  void (*function) (WalletFixture *fixture);
} Case;

static void
run_case (gconstpointer data)
{
  const Case *self = data;
  WalletFixture fixture = { 0 };

  wallet_fixture_set_up (&fixture, self->kind, self->seconds);
  self->function (&fixture);
  wallet_fixture_assert_content (&fixture);
  wallet_fixture_tear_down (&fixture);
}

void
wallet_fixture_add_test (const char *path, guint seconds, void (*function) (WalletFixture *fixture))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, nb_test_database_kind_name (kind));
      Case *test = g_new (Case, 1);

      *test = (Case){ kind, seconds, function };
      g_test_add_data_func_full (full, test, run_case, g_free);
    }
}
