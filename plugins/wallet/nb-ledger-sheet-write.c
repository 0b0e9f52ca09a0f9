/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the net result of a sheet: one statement for each table that changed. */
#include "nb-ledger-sheet-private.h"

static const NbSql sql_put_holds = {
  "INSERT INTO holds (auction_id, person_id, amount, created_at)"
  " SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'),"
  " json_extract (value, '$[3]') FROM json_each (##rows::string) WHERE TRUE"
  " ON CONFLICT (auction_id, person_id) DO UPDATE SET amount = excluded.amount",
  "INSERT INTO holds (auction_id, person_id, amount, created_at)"
  " SELECT * FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]),"
  " CAST (##c2::string AS bigint[]), CAST (##c3::string AS bigint[]))"
  " ON CONFLICT (auction_id, person_id) DO UPDATE SET amount = excluded.amount",
  NULL,
};

static const NbSql sql_delete_holds = {
  "DELETE FROM holds WHERE (auction_id, person_id) IN (SELECT json_extract (value, '$[0]'),"
  " json_extract (value, '$[1]') FROM json_each (##rows::string))",
  "DELETE FROM holds USING unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]))"
  " AS r (auction, person) WHERE holds.auction_id = r.auction AND holds.person_id = r.person",
  NULL,
};

static const NbSql sql_read_escrow = {
  "SELECT amount FROM escrows WHERE auction_id = ##auction::gint64",
  NULL,
  "x",
};

static const NbSql sql_put_escrows = {
  "INSERT INTO escrows (auction_id, amount) SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]')"
  " FROM json_each (##rows::string) WHERE TRUE ON CONFLICT (auction_id) DO UPDATE SET amount = excluded.amount",
  "INSERT INTO escrows (auction_id, amount)"
  " SELECT * FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]))"
  " ON CONFLICT (auction_id) DO UPDATE SET amount = excluded.amount",
  NULL,
};

static void
tell_hold (NbLedgerSheet *self, NbSheetPerson *person, NbSheetHold *hold)
{
  NbMoney difference = hold->now - hold->told;
  NbLedgerRow row = { .auction = hold->auction, .person = person->id, .seq = hold->seq };

  row.kind = difference > 0 ? NB_LEDGER_HOLD : NB_LEDGER_RELEASE;
  row.amount = ABS (difference);
  person->told.available -= difference;
  person->told.locked += difference;
  row.after = person->told;
  hold->told = hold->now;
  g_array_append_val (self->rows, row);
}

void
nb_ledger_sheet_tell_holds (NbLedgerSheet *self, NbSheetPerson *person)
{
  for (int pass = 0; pass < 2; pass++)
    for (int i = person->first_hold; i >= 0;)
      {
        NbSheetHold *hold = &g_array_index (self->holds, NbSheetHold, i);

        if (pass == 0 ? hold->now < hold->told : hold->now > hold->told)
          tell_hold (self, person, hold);
        i = hold->next;
      }
}

gboolean
nb_ledger_sheet_read_escrow (NbLedgerSheet *self, NbSheetEscrow *escrow, GError **error)
{
  g_autoptr (NbRows) rows = NULL;

  if (escrow->is_read)
    return TRUE;
  rows = nb_transaction_query (self->transaction, &sql_read_escrow, NB_PARAMS (NB_INT (escrow->auction)), error);
  if (rows == NULL)
    return FALSE;
  escrow->read = nb_rows_get_n (rows) > 0 ? nb_rows_get_int (rows, 0, 0) : 0;
  escrow->is_read = TRUE;
  return TRUE;
}

static gboolean
write_rowset (NbLedgerSheet *self, const NbSql *sql, const NbRowset *rowset, GError **error)
{
  gsize n_rows = nb_rowset_get_n_rows (rowset);

  if (n_rows == 0)
    return TRUE;
  return nb_transaction_expect (self->transaction, n_rows, sql, NB_PARAMS (NB_ROWS (rowset)), error);
}

static gboolean
write_wallets (NbLedgerSheet *self, GError **error)
{
  g_autoptr (NbRowset) rowset = nb_rowset_new ("xxx");

  for (guint i = 0; i < self->people->len; i++)
    {
      NbSheetPerson *person = &g_array_index (self->people, NbSheetPerson, i);

      if (!person->is_changed)
        continue;
      nb_ledger_sheet_tell_holds (self, person);
      if (person->now.available != person->read.available || person->now.locked != person->read.locked)
        nb_rowset_add (rowset, person->id, person->now.available, person->now.locked);
    }
  return nb_ledger_write_wallets (self->transaction, rowset, error);
}

static gboolean
write_holds (NbLedgerSheet *self, GError **error)
{
  g_autoptr (NbRowset) kept = nb_rowset_new ("xxxx");
  g_autoptr (NbRowset) gone = nb_rowset_new ("xx");
  gint64 at = nb_transaction_now (self->transaction);

  for (guint i = 0; i < self->holds->len; i++)
    {
      const NbSheetHold *hold = &g_array_index (self->holds, NbSheetHold, i);

      if (hold->now == hold->read)
        continue;
      if (hold->now > 0)
        nb_rowset_add (kept, hold->auction, hold->person, hold->now, at);
      else
        nb_rowset_add (gone, hold->auction, hold->person);
    }
  return write_rowset (self, &sql_delete_holds, gone, error) && write_rowset (self, &sql_put_holds, kept, error);
}

static gboolean
write_escrows (NbLedgerSheet *self, GError **error)
{
  g_autoptr (NbRowset) rowset = nb_rowset_new ("xx");

  for (guint i = 0; i < self->escrows->len; i++)
    {
      NbSheetEscrow *escrow = &g_array_index (self->escrows, NbSheetEscrow, i);

      if (escrow->delta == 0)
        continue;
      if (!nb_ledger_sheet_read_escrow (self, escrow, error))
        return FALSE;
      nb_rowset_add (rowset, escrow->auction, escrow->read + escrow->delta);
    }
  return write_rowset (self, &sql_put_escrows, rowset, error);
}

gboolean
nb_ledger_sheet_write (NbWalletSheet *sheet, GError **error)
{
  NbLedgerSheet *self = NB_LEDGER_SHEET (sheet);

  if (self->is_written)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "the sheet is written already");
      return FALSE;
    }
  self->is_written = TRUE;
  return write_wallets (self, error) && write_holds (self, error) && write_escrows (self, error)
         && nb_ledger_append (self->transaction, (NbLedgerRow *)(gpointer)self->rows->data, self->rows->len, error);
}
