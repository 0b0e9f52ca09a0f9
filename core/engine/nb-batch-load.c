/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a batch reads: auctions (locked), timers, bidders, then holds and wallets, each as one statement. */
#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-batch.h"

#define SLOT_COLUMNS                                                                                                   \
  NB_AUCTION_COLUMNS ", a.paused_at, a.paused_status, a.pause_reason, a.created_at, a.closed_at, a.close_reason, "     \
                     "a.winner_id, a.winning_price, a.timer_count, a.next_due_at"

static const NbSql lock_auctions = {
  "SELECT " SLOT_COLUMNS
  " FROM json_each (##rows::string) AS j JOIN auctions AS a ON a.id = json_extract (j.value, '$[0]') "
  "LEFT JOIN regions AS r ON r.code = a.region ORDER BY a.id",
  "SELECT " SLOT_COLUMNS " FROM auctions AS a LEFT JOIN regions AS r ON r.code = a.region "
  "WHERE a.id = ANY (CAST (##c0::string AS bigint[])) ORDER BY a.id FOR UPDATE OF a",
  NB_AUCTION_LETTERS "xssxxsxxxx",
};

/* SQLite has one writer at a time, and so nothing to leave out. */
static const NbSql lock_free_auctions = {
  "SELECT " SLOT_COLUMNS
  " FROM json_each (##rows::string) AS j JOIN auctions AS a ON a.id = json_extract (j.value, '$[0]') "
  "LEFT JOIN regions AS r ON r.code = a.region ORDER BY a.id",
  "SELECT " SLOT_COLUMNS " FROM auctions AS a LEFT JOIN regions AS r ON r.code = a.region "
  "WHERE a.id = ANY (CAST (##c0::string AS bigint[])) ORDER BY a.id FOR UPDATE OF a SKIP LOCKED",
  NB_AUCTION_LETTERS "xssxxsxxxx",
};

static const NbSql load_timers = {
  "SELECT t.auction_id, t.name, t.due_at FROM json_each (##rows::string) AS j "
  "JOIN timers AS t ON t.auction_id = json_extract (j.value, '$[0]')",
  "SELECT auction_id, name, due_at FROM timers WHERE auction_id = ANY (CAST (##c0::string AS bigint[]))",
  "xsx",
};

static const NbSql load_bidders = {
  "SELECT p.id, p.is_suspended, p.region, r.latitude, r.longitude, p.nickname FROM json_each (##rows::string) AS j "
  "JOIN people AS p ON p.id = json_extract (j.value, '$[0]') LEFT JOIN regions AS r ON r.code = p.region",
  "SELECT p.id, p.is_suspended, p.region, r.latitude, r.longitude, p.nickname FROM people AS p "
  "LEFT JOIN regions AS r ON r.code = p.region WHERE p.id = ANY (CAST (##c0::string AS bigint[]))",
  "xxsxxs",
};

static void
fill_slot (NbSlot *slot, const NbRows *rows, gsize row)
{
  guint column = NB_AUCTION_N_COLUMNS;
  const char *paused_status;

  slot->paused_at = nb_rows_get_int (rows, row, column);
  paused_status = nb_rows_get_text (rows, row, column + 1);
  if (paused_status == NULL || !nb_auction_status_from_name (paused_status, &slot->paused_status))
    slot->paused_status = NB_AUCTION_OPEN;
  g_free (slot->pause_reason);
  slot->pause_reason = g_strdup (nb_rows_get_text (rows, row, column + 2));
  slot->created_at = nb_rows_get_int (rows, row, column + 3);
  slot->closed_at = nb_rows_get_int (rows, row, column + 4);
  g_free (slot->close_reason);
  slot->close_reason = g_strdup (nb_rows_get_text (rows, row, column + 5));
  slot->winner = nb_rows_get_int (rows, row, column + 6);
  slot->winning_price = nb_rows_get_int (rows, row, column + 7);
  slot->stored_timers = nb_rows_get_int (rows, row, column + 8);
  nb_slot_note_stored (slot, nb_rows_get_int (rows, row, column + 9));
}

static gboolean
read_auctions (NbBatch *self, const NbRowset *ids, gboolean *has_timers, GError **error)
{
  const NbSql *sql = self->may_skip ? &lock_free_auctions : &lock_auctions;
  g_autoptr (NbRows) rows = nb_transaction_query (self->transaction, sql, NB_PARAMS (NB_ROWS (ids)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbAuction *auction = nb_auction_from_row (rows, i, error);
      NbSlot *slot;

      if (auction == NULL)
        return FALSE;
      slot = nb_slot_new (auction, nb_registry_ref_auction_type (self->registry, auction->type));
      fill_slot (slot, rows, i);
      /* What a type was that has stopped is not known: rooms hear that its auctions are paused, or nobody is there. */
      slot->is_told = self->wants_states && (slot->type == NULL || nb_auction_type_is_live (slot->type));
      *has_timers = *has_timers || slot->stored_timers > 0;
      g_hash_table_insert (self->slots, &auction->id, slot);
      g_ptr_array_add (self->ordered_slots, slot);
    }
  return TRUE;
}

static gboolean
read_timers (NbBatch *self, const NbRowset *ids, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (self->transaction, &load_timers, NB_PARAMS (NB_ROWS (ids)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      gint64 auction = nb_rows_get_int (rows, i, 0);
      NbSlot *slot = g_hash_table_lookup (self->slots, &auction);

      if (slot == NULL)
        continue;
      nb_slot_set_timer (slot, nb_rows_get_text (rows, i, 1), nb_rows_get_int (rows, i, 2));
      slot->timers_changed = FALSE;
    }
  return TRUE;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return x < y ? -1 : x > y;
}

/* The bidders of the batch, each once, by ascending id. */
static GArray *
collect_bidders (const NbBatch *self)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint kept = 0;

  for (guint i = 0; i < self->commands->len; i++)
    {
      const NbEngineCommand *command = g_ptr_array_index (self->commands, i);

      if (command->kind == NB_ENGINE_BID)
        g_array_append_val (all, command->bid.person);
    }
  g_array_sort (all, compare_ids);
  for (guint i = 0; i < all->len; i++)
    if (kept == 0 || g_array_index (all, gint64, kept - 1) != g_array_index (all, gint64, i))
      g_array_index (all, gint64, kept++) = g_array_index (all, gint64, i);
  g_array_set_size (all, kept);
  return g_steal_pointer (&all);
}

gboolean
nb_batch_read_bidders (NbBatch *self, const GArray *people, GError **error)
{
  g_autoptr (NbRowset) ids = nb_rowset_new ("x");
  g_autoptr (NbRows) rows = NULL;

  for (guint i = 0; i < people->len; i++)
    nb_rowset_add (ids, g_array_index (people, gint64, i));
  rows = nb_transaction_query (self->transaction, &load_bidders, NB_PARAMS (NB_ROWS (ids)), error);
  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbBidder *bidder = g_new0 (NbBidder, 1);

      bidder->id = nb_rows_get_int (rows, i, 0);
      bidder->is_suspended = nb_rows_get_int (rows, i, 1) != 0;
      g_strlcpy (bidder->place.region, nb_rows_get_text (rows, i, 2), sizeof bidder->place.region);
      bidder->place.latitude = (gint32)nb_rows_get_int (rows, i, 3);
      bidder->place.longitude = (gint32)nb_rows_get_int (rows, i, 4);
      if (self->wants_states)
        bidder->nickname = g_strdup (nb_rows_get_text (rows, i, 5));
      g_hash_table_replace (self->bidders, &bidder->id, bidder);
    }
  return TRUE;
}

/* Who leads may go on leading, and then their name is told: it comes with the bidders', not by a statement of its own.
 */
static gboolean
read_people (NbBatch *self, const GArray *bidders, GError **error)
{
  g_autoptr (GArray) people = g_array_copy ((GArray *)bidders);

  for (guint i = 0; i < self->ordered_slots->len; i++)
    {
      const NbSlot *slot = g_ptr_array_index (self->ordered_slots, i);

      if (slot->auction->leader != 0 && slot->is_told)
        g_array_append_val (people, slot->auction->leader);
    }
  return nb_batch_read_bidders (self, people, error);
}

static void
add_hold (const NbHold *hold, gpointer auction)
{
  nb_auction_set_hold (auction, hold->person, hold->amount);
}

/* Any bid may close its auction, and then the seller is paid: their wallets are locked in order with the others', not
 * later. */
static void
add_sellers (const NbBatch *self, GArray *people)
{
  for (guint i = 0; i < self->ordered_slots->len; i++)
    {
      const NbSlot *slot = g_ptr_array_index (self->ordered_slots, i);

      g_array_append_val (people, slot->auction->seller);
    }
}

static gboolean
open_sheet (NbBatch *self, GArray *people, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (self->wallet == NULL)
    return TRUE;
  add_sellers (self, people);
  for (guint i = 0; i < self->ordered_slots->len; i++)
    g_array_append_val (ids, ((NbSlot *)g_ptr_array_index (self->ordered_slots, i))->auction->id);
  self->sheet = nb_wallet_open_sheet (self->wallet, self->transaction, (const gint64 *)(gpointer)ids->data, ids->len,
                                      (const gint64 *)(gpointer)people->data, people->len, error);
  if (self->sheet == NULL)
    return FALSE;
  for (guint i = 0; i < self->ordered_slots->len; i++)
    {
      NbSlot *slot = g_ptr_array_index (self->ordered_slots, i);

      nb_wallet_sheet_foreach_hold (self->sheet, slot->auction->id, add_hold, slot->auction);
    }
  return TRUE;
}

gboolean
nb_batch_load (NbBatch *self, GError **error)
{
  g_autoptr (NbRowset) ids = nb_rowset_new ("x");
  g_autoptr (GArray) people = collect_bidders (self);
  gboolean has_timers = FALSE;

  for (guint i = 0; i < self->auctions->len; i++)
    nb_rowset_add (ids, g_array_index (self->auctions, gint64, i));
  if (!read_auctions (self, ids, &has_timers, error))
    return FALSE;
  if (self->ordered_slots->len == 0)
    return TRUE;
  if (has_timers && !read_timers (self, ids, error))
    return FALSE;
  if (people->len > 0 && !read_people (self, people, error))
    return FALSE;
  return open_sheet (self, people, error);
}
