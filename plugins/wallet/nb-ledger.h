/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ledger: rows that move an amount from one bucket to another, and the buckets that follow from them. */
#pragma once

#include <neighborbid/neighborbid.h>

typedef enum
{
  NB_LEDGER_DEPOSIT,
  NB_LEDGER_WITHDRAW,
  NB_LEDGER_HOLD,
  NB_LEDGER_RELEASE,
  NB_LEDGER_CAPTURE,
  NB_LEDGER_PAYOUT,
  NB_LEDGER_FEE,
  NB_LEDGER_REFUND,
  NB_LEDGER_ADJUST_UP,
  NB_LEDGER_ADJUST_DOWN
} NbLedgerKind;

/* One movement. What is not about a person or an auction has 0 there. */
typedef struct
{
  gint64 id; /* given by nb_ledger_append() */
  NbLedgerKind kind;
  gint64 person;
  NbMoney amount;
  gint64 auction;
  gint64 seq;
  NbBalance after; /* the person's */
  const char *key; /* (nullable) of the request that caused it */
} NbLedgerRow;

gboolean nb_ledger_is_kind (const char *name);

/* Writes @rows in order and moves the platform's buckets by them. Comes after the wallets are locked. */
gboolean nb_ledger_append (NbTransaction *transaction, NbLedgerRow *rows, gsize n_rows, GError **error);

/* Looks for the row that @person's request @key made; @entry's id is 0 when there is none. An error when that row was
 * something else than @kind of @amount. */
gboolean nb_ledger_find_key (NbTransaction *transaction, gint64 person, const char *key, NbLedgerKind kind,
                             NbMoney amount, NbEntry *entry, GError **error);

/* Returns: (transfer full): what an idempotency key of such a request stands for */
char *nb_ledger_fingerprint (NbLedgerKind kind, NbMoney amount);

/* The wallets of @people (a rowset "x"), by ascending id, locked where that is needed: person, available, locked. */
NbRows *nb_ledger_lock_wallets (NbTransaction *transaction, const NbRowset *people, GError **error);
/* The same for one person, whose wallet is made when there is none. */
gboolean nb_ledger_lock_wallet (NbTransaction *transaction, gint64 person, NbBalance *balance, GError **error);
/* Writes @wallets (a rowset "xxx": person, available, locked), all of which must exist and be locked. */
gboolean nb_ledger_write_wallets (NbTransaction *transaction, const NbRowset *wallets, GError **error);
