/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and locks what a sheet is about, and finds it again in memory. */
#include "nb-ledger-sheet-private.h"

static const NbSql sql_read_holds = {
  "SELECT auction_id, person_id, amount FROM holds"
  " WHERE auction_id IN (SELECT json_extract (value, '$[0]') FROM json_each (##rows::string))"
  " ORDER BY person_id, auction_id",
  "SELECT auction_id, person_id, amount FROM holds WHERE auction_id = ANY (CAST (##c0::string AS bigint[]))"
  " ORDER BY person_id, auction_id",
  "xxx",
};

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a;
  gint64 right = *(const gint64 *)b;

  return (left > right) - (left < right);
}

/* The number of elements below @id in an ascending array whose elements begin with an id. */
static guint
lower_bound (const GArray *array, gint64 id)
{
  gsize size = g_array_get_element_size ((GArray *)array);
  guint low = 0;
  guint high = array->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (*(const gint64 *)(gconstpointer)(array->data + middle * size) < id)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

NbSheetPerson *
nb_ledger_sheet_find_person (NbLedgerSheet *self, gint64 id)
{
  guint index = lower_bound (self->people, id);
  NbSheetPerson *person;

  if (index == self->people->len)
    return NULL;
  person = &g_array_index (self->people, NbSheetPerson, index);
  return person->id == id ? person : NULL;
}

gboolean
nb_ledger_sheet_has_auction (NbLedgerSheet *self, gint64 auction)
{
  guint index = lower_bound (self->auctions, auction);

  return index < self->auctions->len && g_array_index (self->auctions, gint64, index) == auction;
}

NbSheetHold *
nb_ledger_sheet_find_hold (NbLedgerSheet *self, const NbSheetPerson *person, gint64 auction)
{
  for (int i = person->first_hold; i >= 0;)
    {
      NbSheetHold *hold = &g_array_index (self->holds, NbSheetHold, i);

      if (hold->auction == auction)
        return hold;
      i = hold->next;
    }
  return NULL;
}

NbSheetHold *
nb_ledger_sheet_add_hold (NbLedgerSheet *self, NbSheetPerson *person, gint64 auction, NbMoney amount)
{
  NbSheetHold hold = { .auction = auction, .person = person->id, .now = amount, .read = amount, .told = amount };

  hold.next = person->first_hold;
  person->first_hold = (int)self->holds->len;
  g_array_append_val (self->holds, hold);
  return &g_array_index (self->holds, NbSheetHold, self->holds->len - 1);
}

NbSheetEscrow *
nb_ledger_sheet_get_escrow (NbLedgerSheet *self, gint64 auction)
{
  return &g_array_index (self->escrows, NbSheetEscrow, lower_bound (self->auctions, auction));
}

static GArray *
sorted_ids (const gint64 *ids, gsize n_ids)
{
  GArray *array = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_ids);

  if (n_ids > 0)
    g_array_append_vals (array, ids, n_ids);
  g_array_sort (array, compare_ids);
  return array;
}

static void
drop_doubles (GArray *sorted)
{
  guint n = 0;

  for (guint i = 0; i < sorted->len; i++)
    {
      gint64 id = g_array_index (sorted, gint64, i);

      if (n == 0 || g_array_index (sorted, gint64, n - 1) != id)
        g_array_index (sorted, gint64, n++) = id;
    }
  g_array_set_size (sorted, n);
}

static NbRowset *
rowset_of_ids (const GArray *ids)
{
  NbRowset *rowset = nb_rowset_new ("x");

  for (guint i = 0; i < ids->len; i++)
    nb_rowset_add (rowset, g_array_index (ids, gint64, i));
  return rowset;
}

/* Everyone asked for and everyone with a hold, ascending, with empty wallets. */
static void
list_people (NbLedgerSheet *self, const gint64 *people, gsize n_people, const NbRows *holds)
{
  g_autoptr (GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_people + nb_rows_get_n (holds));

  if (n_people > 0)
    g_array_append_vals (ids, people, n_people);
  for (gsize i = 0; i < nb_rows_get_n (holds); i++)
    {
      gint64 id = nb_rows_get_int (holds, i, 1);

      g_array_append_val (ids, id);
    }
  g_array_sort (ids, compare_ids);
  drop_doubles (ids);
  self->people = g_array_sized_new (FALSE, FALSE, sizeof (NbSheetPerson), ids->len);
  for (guint i = 0; i < ids->len; i++)
    {
      NbSheetPerson person = { .id = g_array_index (ids, gint64, i), .first_hold = -1 };

      g_array_append_val (self->people, person);
    }
}

/* Both are in ascending order. */
static gboolean
read_wallets (NbLedgerSheet *self, GError **error)
{
  g_autoptr (NbRowset) ids = nb_rowset_new ("x");
  g_autoptr (NbRows) rows = NULL;

  if (self->people->len == 0)
    return TRUE;
  for (guint i = 0; i < self->people->len; i++)
    nb_rowset_add (ids, g_array_index (self->people, NbSheetPerson, i).id);
  rows = nb_ledger_lock_wallets (self->transaction, ids, error);
  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbSheetPerson *person = nb_ledger_sheet_find_person (self, nb_rows_get_int (rows, i, 0));

      person->now = (NbBalance){ nb_rows_get_int (rows, i, 1), nb_rows_get_int (rows, i, 2) };
      person->read = person->now;
      person->told = person->now;
      person->exists = TRUE;
    }
  return TRUE;
}

static gboolean
read_all (NbLedgerSheet *self, const gint64 *people, gsize n_people, GError **error)
{
  g_autoptr (NbRowset) auctions = rowset_of_ids (self->auctions);
  g_autoptr (NbRows) rows = NULL;

  rows = nb_transaction_query (self->transaction, &sql_read_holds, NB_PARAMS (NB_ROWS (auctions)), error);
  if (rows == NULL)
    return FALSE;
  list_people (self, people, n_people, rows);
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    nb_ledger_sheet_add_hold (self, nb_ledger_sheet_find_person (self, nb_rows_get_int (rows, i, 1)),
                              nb_rows_get_int (rows, i, 0), nb_rows_get_int (rows, i, 2));
  return read_wallets (self, error);
}

NbWalletSheet *
nb_ledger_sheet_open (NbWallet *wallet, NbTransaction *transaction, const gint64 *auctions, gsize n_auctions,
                      const gint64 *people, gsize n_people, GError **error)
{
  g_autoptr (NbLedgerSheet) self = g_object_new (NB_TYPE_LEDGER_SHEET, NULL);

  self->transaction = transaction;
  self->auctions = sorted_ids (auctions, n_auctions);
  drop_doubles (self->auctions);
  for (guint i = 0; i < self->auctions->len; i++)
    {
      NbSheetEscrow escrow = { .auction = g_array_index (self->auctions, gint64, i) };

      g_array_append_val (self->escrows, escrow);
    }
  if (!read_all (self, people, n_people, error))
    return NULL;
  return NB_WALLET_SHEET (g_steal_pointer (&self));
}
