/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deposits, withdrawals, adjustments and reading of wallets; holds are the sheet's. */
#include "nb-ledger-wallet.h"

#include "nb-ledger-sheet.h"
#include "nb-ledger.h"

#include <glib/gi18n.h>

struct _NbLedgerWallet
{
  GObject parent_instance;
};

static void nb_ledger_wallet_iface_init (NbWalletInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NbLedgerWallet, nb_ledger_wallet, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_WALLET, nb_ledger_wallet_iface_init))

static const NbSql sql_read_balance = {
  "SELECT available, locked FROM wallets WHERE person_id = ##person::gint64",
  NULL,
  "xx",
};

static const NbSql sql_list_holds = {
  "SELECT auction_id, amount FROM holds WHERE person_id = ##person::gint64 ORDER BY created_at, auction_id LIMIT 1000",
  NULL,
  "xx",
};

static const NbSql sql_audit = {
  "INSERT INTO audit (id, at, actor, action, subject, reason)"
  " VALUES (##id::gint64, ##at::gint64, ##actor::string, 'wallet-adjust', ##subject::string, ##reason::string)",
  NULL,
  NULL,
};

NbLedgerWallet *
nb_ledger_wallet_new (void)
{
  return g_object_new (NB_TYPE_LEDGER_WALLET, NULL);
}

static gboolean
read_balance (NbWallet *self, NbTransaction *transaction, gint64 person, NbBalance *balance, GError **error)
{
  g_autoptr (NbRows) rows = NULL;

  *balance = (NbBalance){ 0 };
  rows = nb_transaction_query (transaction, &sql_read_balance, NB_PARAMS (NB_INT (person)), error);
  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) > 0)
    {
      balance->available = nb_rows_get_int (rows, 0, 0);
      balance->locked = nb_rows_get_int (rows, 0, 1);
    }
  return TRUE;
}

static GArray *
list_holds (NbWallet *self, NbTransaction *transaction, gint64 person, GError **error)
{
  g_autoptr (NbRows) rows = NULL;
  GArray *holds;

  rows = nb_transaction_query (transaction, &sql_list_holds, NB_PARAMS (NB_INT (person)), error);
  if (rows == NULL)
    return NULL;
  holds = g_array_new (FALSE, FALSE, sizeof (NbHold));
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbHold hold = { nb_rows_get_int (rows, i, 0), person, nb_rows_get_int (rows, i, 1) };

      g_array_append_val (holds, hold);
    }
  return holds;
}

static gboolean
check_operation (NbMoney amount, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (nb_money_is_operation (amount))
    return TRUE;
  reason = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the amount must be 1 to 1,000,000,000,000"), NULL);
  nb_error_set_field (reason, "amount");
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
change_available (NbBalance *balance, NbMoney delta, GError **error)
{
  NbMoney total;

  if (-delta > balance->available)
    {
      g_autofree char *asked = nb_money_format (-delta);
      g_autofree char *available = nb_money_format (balance->available);

      nb_set_error (error, NB_ERROR_INSUFFICIENT_FUNDS, N_ ("{asked} is more than the {available} that is available"),
                    "asked", asked, "available", available, NULL);
      return FALSE;
    }
  if (!nb_money_add (balance->available, balance->locked, &total) || !nb_money_add (total, delta, &total))
    {
      nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("with this the wallet would hold more than a wallet may"),
                    NULL);
      return FALSE;
    }
  balance->available += delta;
  return TRUE;
}

/* One row between the bank and what a person has available, whose wallet is locked and read into @row; the platform's
 * bucket is locked after it. */
static gboolean
move (NbTransaction *transaction, NbLedgerRow *row, NbMoney delta, NbEntry *entry, GError **error)
{
  g_autoptr (NbRowset) wallets = nb_rowset_new ("xxx");

  if (!change_available (&row->after, delta, error))
    return FALSE;
  nb_rowset_add (wallets, row->person, row->after.available, row->after.locked);
  if (!nb_ledger_write_wallets (transaction, wallets, error) || !nb_ledger_append (transaction, row, 1, error))
    return FALSE;
  *entry = (NbEntry){ .id = row->id, .at = nb_transaction_now (transaction), .after = row->after };
  return TRUE;
}

/* The claim makes two uses of a key wait for each other; what the first came to stands in the ledger itself. */
static gboolean
claim (NbTransaction *transaction, const NbLedgerRow *row, NbEntry *entry, GError **error)
{
  g_autofree char *fingerprint = NULL;
  g_autofree char *stored = NULL;

  *entry = (NbEntry){ 0 };
  if (row->key == NULL)
    return TRUE;
  fingerprint = nb_ledger_fingerprint (row->kind, row->amount);
  return nb_transaction_claim_key (transaction, row->person, row->key, fingerprint, &stored, error)
         && nb_ledger_find_key (transaction, row->person, row->key, row->kind, row->amount, entry, error);
}

static gboolean
move_once (NbTransaction *transaction, NbLedgerRow *row, int sign, NbEntry *entry, GError **error)
{
  g_autofree char *answer = NULL;

  /* A batch of bids has the wallets too when it stores its keys. In the other order the two would wait for each other
   * over one key. */
  if (!check_operation (row->amount, error) || !nb_ledger_lock_wallet (transaction, row->person, &row->after, error)
      || !claim (transaction, row, entry, error))
    return FALSE;
  /* The ledger remembers keys for ever, so one that was claimed anew gets its answer again. */
  if (!entry->is_replay && !move (transaction, row, sign * row->amount, entry, error))
    return FALSE;
  answer = g_strdup_printf ("%" G_GINT64_FORMAT, entry->id);
  return nb_transaction_store_answer (transaction, row->person, row->key, answer, error);
}

static gboolean
deposit (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *key, NbEntry *entry,
         GError **error)
{
  NbLedgerRow row = { .kind = NB_LEDGER_DEPOSIT, .person = person, .amount = amount, .key = key };

  return move_once (transaction, &row, 1, entry, error);
}

static gboolean
withdraw (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *key, NbEntry *entry,
          GError **error)
{
  NbLedgerRow row = { .kind = NB_LEDGER_WITHDRAW, .person = person, .amount = amount, .key = key };

  return move_once (transaction, &row, -1, entry, error);
}

static gboolean
adjust (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *actor,
        const char *reason, NbEntry *entry, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("person %" G_GINT64_FORMAT ": %+" G_GINT64_FORMAT, person, amount);
  NbLedgerRow row = { .kind = amount < 0 ? NB_LEDGER_ADJUST_DOWN : NB_LEDGER_ADJUST_UP, .person = person };

  if (*reason == '\0')
    {
      nb_set_error (error, NB_ERROR_VALIDATION_FAILED, N_ ("an adjustment needs a reason"), NULL);
      return FALSE;
    }
  row.amount = amount == G_MININT64 ? 0 : ABS (amount);
  return check_operation (row.amount, error) && nb_ledger_lock_wallet (transaction, person, &row.after, error)
         && move (transaction, &row, amount, entry, error)
         && nb_transaction_execute_exactly (transaction, 1, &sql_audit,
                                            NB_PARAMS (NB_INT (nb_id_new ()), NB_INT (entry->at), NB_TEXT (actor),
                                                       NB_TEXT (subject), NB_TEXT (reason)),
                                            error);
}

static void
nb_ledger_wallet_iface_init (NbWalletInterface *iface)
{
  iface->open_sheet = nb_ledger_sheet_open;
  iface->read_balance = read_balance;
  iface->list_holds = list_holds;
  iface->deposit = deposit;
  iface->withdraw = withdraw;
  iface->adjust = adjust;
}

static void
nb_ledger_wallet_class_init (NbLedgerWalletClass *klass)
{
}

static void
nb_ledger_wallet_init (NbLedgerWallet *self)
{
}
