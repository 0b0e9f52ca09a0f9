/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The insides of a sheet, shared by the file that changes it in memory and the one that writes it. */
#pragma once

#include "nb-ledger-sheet.h"
#include "nb-ledger.h"

/* One person: the balances now, as they were read, and as the ledger rows made so far leave them. */
typedef struct
{
  gint64 id;
  NbBalance now;
  NbBalance read;
  NbBalance told;
  int first_hold;  /* index of the first of this person's holds, -1 for none */
  gboolean exists; /* whether there is a row in the database */
  gboolean is_changed;
} NbSheetPerson;

/* One hold, past or present: its amount now, as it was read, and as the ledger rows made so far leave it. */
typedef struct
{
  gint64 auction;
  gint64 person;
  NbMoney now;
  NbMoney read;
  NbMoney told;
  gint64 seq; /* of its last change */
  int next;   /* the same person's next hold, -1 for none */
} NbSheetHold;

/* What is in escrow of one auction's captured money. */
typedef struct
{
  gint64 auction;
  NbMoney read; /* valid when is_read */
  NbMoney delta;
  gboolean is_read;
} NbSheetEscrow;

struct _NbLedgerSheet
{
  NbWalletSheet parent_instance;

  NbTransaction *transaction;
  GArray *auctions; /* of gint64, ascending */
  GArray *people;   /* of NbSheetPerson, ascending */
  GArray *holds;    /* of NbSheetHold; those of one person are chained */
  GArray *escrows;  /* of NbSheetEscrow, one for each of @auctions */
  GArray *rows;     /* of NbLedgerRow, in the order in which they happened */
  gboolean is_written;
};

NbSheetPerson *nb_ledger_sheet_find_person (NbLedgerSheet *self, gint64 id);
NbSheetHold *nb_ledger_sheet_find_hold (NbLedgerSheet *self, const NbSheetPerson *person, gint64 auction);
NbSheetHold *nb_ledger_sheet_add_hold (NbLedgerSheet *self, NbSheetPerson *person, gint64 auction, NbMoney amount);
gboolean nb_ledger_sheet_has_auction (NbLedgerSheet *self, gint64 auction);
/* @auction must be on the sheet. */
NbSheetEscrow *nb_ledger_sheet_get_escrow (NbLedgerSheet *self, gint64 auction);
/* Makes rows of what changed in @person's holds since the last row: what comes back first, then what is newly held. */
void nb_ledger_sheet_tell_holds (NbLedgerSheet *self, NbSheetPerson *person);
/* Reads what was in escrow of @escrow's auction, once. */
gboolean nb_ledger_sheet_read_escrow (NbLedgerSheet *self, NbSheetEscrow *escrow, GError **error);
/* Has the type of NbWalletSheet's `write`. */
gboolean nb_ledger_sheet_write (NbWalletSheet *sheet, GError **error);
