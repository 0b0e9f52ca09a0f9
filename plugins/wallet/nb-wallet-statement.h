/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a person sees of their wallet: balances, holds, and a part of their ledger. */
#pragma once

#include <neighborbid/neighborbid.h>

/* One hold and the auction it is for. */
typedef struct
{
  gint64 auction;
  NbMoney amount;
  gint64 since;
  gint64 ends_at; /* 0 when the auction is not known */
  char *title;    /* (nullable) */
} NbStatementHold;

/* One ledger row. */
typedef struct
{
  gint64 id;
  gint64 at;
  char *kind;
  char *from;
  char *to;
  NbMoney amount;
  NbBalance after;
  gint64 auction; /* 0: none */
  char *title;    /* (nullable) */
} NbStatementLine;

typedef struct
{
  NbWallet *wallet;
  gint64 person;
  char *kind;    /* (nullable): only these rows */
  gint64 before; /* only rows with a smaller id */
  guint limit;   /* of rows; 0: none are wanted */
  guint hold_limit;

  NbBalance balance;
  GArray *holds; /* of NbStatementHold, oldest first */
  gboolean has_more_holds;
  GArray *lines; /* of NbStatementLine, newest first */
  gboolean has_more;
} NbWalletStatement;

NbWalletStatement *nb_wallet_statement_new (NbWallet *wallet, gint64 person);
void nb_wallet_statement_free (NbWalletStatement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbWalletStatement, nb_wallet_statement_free)

/* Takes `limit`, `cursor` and `kind` from the query of @request. */
gboolean nb_wallet_statement_take_query (NbWalletStatement *self, NbRequest *request, GError **error);
/* An NbTransactFunc: reads what is asked for into the statement that it is given. */
gboolean nb_wallet_statement_read (NbTransaction *transaction, gpointer statement, GError **error);
