/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replaying an auction: the same hooks with the same stamps must give the same auction. */
#include "core/engine/nb-replay.h"

#include "core/domain/nb-auction-private.h"
#include "core/engine/nb-auction-row.h"

#include <glib/gi18n.h>
#include <string.h>

#define PAGE 5000

static const NbSql load_auction = {
  "SELECT " NB_AUCTION_COLUMNS
  ", a.created_at, a.winner_id, a.winning_price, (SELECT COALESCE (CAST (sum (b.amount) AS "
  "BIGINT), 0) FROM bids AS b WHERE b.auction_id = a.id AND b.kind = 'resume') "
  "FROM auctions AS a LEFT JOIN regions AS r ON r.code = a.region WHERE a.id = ##id::gint64",
  NULL,
  NB_AUCTION_LETTERS "xxxx",
};

static const NbSql load_log = {
  "SELECT seq, kind, id, person_id, amount, quantity, at FROM bids WHERE auction_id = ##id::gint64 "
  "AND seq > ##after::gint64 ORDER BY seq LIMIT ##limit::gint64",
  NULL,
  "xsxxxxx",
};

static const NbSql load_bidders = {
  "SELECT DISTINCT person_id FROM bids WHERE auction_id = ##id::gint64 AND kind IN ('amount', 'max', 'buy_now')",
  NULL,
  "x",
};

static const NbSql load_winners = {
  "SELECT person_id, quantity, total FROM winners WHERE auction_id = ##id::gint64 ORDER BY person_id",
  NULL,
  "xxx",
};

typedef struct
{
  NbTransaction *transaction;
  NbAuctionType *type;
  NbAuction *stored;
  NbAuction *again;         /* as it comes out of the log */
  NbResolution *resolution; /* (nullable) */
  NbAuctionStatus before_pause;
  gint64 created_at;
  GPtrArray *faults;
} NbReplay;

static void
nb_replay_clear (NbReplay *self)
{
  g_clear_object (&self->type);
  g_clear_pointer (&self->stored, nb_auction_unref);
  g_clear_pointer (&self->again, nb_auction_unref);
  g_clear_pointer (&self->resolution, nb_resolution_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NbReplay, nb_replay_clear)

static void G_GNUC_PRINTF (2, 3) add_fault (NbReplay *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (self->faults, g_strdup_printf ("auction %" G_GINT64_FORMAT ": %s", self->stored->id, text));
}

/* The auction as it was listed: what pauses moved is taken back. */
static NbAuction *
make_listed (const NbAuction *stored, gint64 shifts)
{
  NbAuction *again = nb_auction_new (stored->id, stored->type, stored->seller, stored->terms);

  again->status = NB_AUCTION_SCHEDULED;
  again->quantity = stored->quantity;
  again->starts_at = stored->starts_at;
  again->original_ends_at = stored->original_ends_at - shifts;
  again->ends_at = again->original_ends_at;
  again->place = stored->place;
  return again;
}

static gboolean
load (NbReplay *self, NbRegistry *registry, gint64 auction, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (self->transaction, &load_auction, NB_PARAMS (NB_INT (auction)), error);

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    {
      nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is no such auction"), NULL);
      return FALSE;
    }
  self->stored = nb_auction_from_row (rows, 0, error);
  if (self->stored == NULL)
    return FALSE;
  self->created_at = nb_rows_get_int (rows, 0, NB_AUCTION_N_COLUMNS);
  self->again = make_listed (self->stored, nb_rows_get_int (rows, 0, NB_AUCTION_N_COLUMNS + 3));
  self->type = nb_registry_ref_auction_type (registry, self->stored->type);
  if (self->type == NULL)
    nb_set_error (error, NB_ERROR_FEATURE_DISABLED, N_ ("the kind of auction “{type}” is not running"), "type",
                  self->stored->type, NULL);
  return self->type != NULL;
}

static void
apply (NbReplay *self, gint64 seq, NbDecision *decision, gint64 bidder, GError *inner)
{
  g_autoptr (GError) error = inner;

  if (decision == NULL || !nb_decision_check (decision, self->again, bidder, &error))
    {
      add_fault (self, "change %" G_GINT64_FORMAT " would not be accepted again: %s", seq, error->message);
      self->again->seq++;
      return;
    }
  nb_decision_apply (decision, self->again, bidder != 0);
}

/* Who stands in the log was near enough then. What counts as near may be set otherwise today, regions may have moved,
 * and neither makes an accepted bid wrong: so everyone bids from where the auction is. */
static void
replay_bid (NbReplay *self, const NbRows *rows, gsize row, NbBidKind kind)
{
  NbBid bid = {
    .id = nb_rows_get_int (rows, row, 2),
    .person = nb_rows_get_int (rows, row, 3),
    .kind = kind,
    .amount = nb_rows_get_int (rows, row, 4),
    .quantity = nb_rows_get_int (rows, row, 5),
    .at = nb_rows_get_int (rows, row, 6),
    .place = self->again->place,
  };
  g_autoptr (NbDecision) decision = NULL;
  GError *error = NULL;

  decision = nb_auction_type_on_bid (self->type, self->again, &bid, bid.at, &error);
  apply (self, nb_rows_get_int (rows, row, 0), decision, bid.person, error);
}

static void
replay_close (NbReplay *self, gint64 at)
{
  guint64 seed = nb_auction_seed (self->again->id, self->created_at);
  g_autoptr (GError) error = NULL;

  self->again->seq++;
  self->resolution = nb_auction_type_resolve (self->type, self->again, at, seed, &error);
  if (self->resolution == NULL || !nb_resolution_check (self->resolution, self->again, &error))
    {
      add_fault (self, "its close can't be computed again: %s", error->message);
      g_clear_pointer (&self->resolution, nb_resolution_free);
      return;
    }
  self->again->status = self->resolution->reason == NULL ? NB_AUCTION_SOLD : NB_AUCTION_UNSOLD;
  g_array_set_size (self->again->holds, 0);
}

static void
replay_own (NbReplay *self, gint64 seq, const char *kind, gint64 at)
{
  g_autoptr (NbDecision) decision = NULL;
  GError *error = NULL;

  if (g_str_equal (kind, "open"))
    {
      self->again->status = NB_AUCTION_OPEN;
      decision = nb_auction_type_open (self->type, self->again, &error);
    }
  else
    decision = nb_auction_type_on_timer (self->type, self->again, kind + strlen ("timer:"), at, &error);
  apply (self, seq, decision, 0, error);
}

static void
replay_pause (NbReplay *self, gboolean resumes, gint64 shift)
{
  NbAuction *again = self->again;

  again->seq++;
  if (!resumes)
    {
      self->before_pause = again->status;
      again->status = NB_AUCTION_PAUSED;
      return;
    }
  again->status = self->before_pause;
  again->ends_at += shift;
  again->original_ends_at += shift;
}

static void
replay_row (NbReplay *self, const NbRows *rows, gsize row)
{
  gint64 seq = nb_rows_get_int (rows, row, 0);
  const char *kind = nb_rows_get_text (rows, row, 1);
  NbBidKind bid_kind;

  if (seq != self->again->seq + 1)
    {
      add_fault (self, "its log has no change %" G_GINT64_FORMAT, self->again->seq + 1);
      self->again->seq = seq - 1;
    }
  if (nb_bid_kind_from_name (kind, &bid_kind))
    replay_bid (self, rows, row, bid_kind);
  else if (g_str_equal (kind, "open") || g_str_has_prefix (kind, "timer:"))
    replay_own (self, seq, kind, nb_rows_get_int (rows, row, 6));
  else if (g_str_equal (kind, "pause") || g_str_equal (kind, "resume"))
    replay_pause (self, *kind == 'r', nb_rows_get_int (rows, row, 4));
  else if (g_str_equal (kind, "close"))
    replay_close (self, nb_rows_get_int (rows, row, 6));
  else if (g_str_equal (kind, "cancel"))
    {
      self->again->seq++;
      self->again->status = NB_AUCTION_CANCELLED;
      g_array_set_size (self->again->holds, 0);
    }
  else
    add_fault (self, "change %" G_GINT64_FORMAT " is of the unknown kind “%s”", seq, kind);
}

static gboolean
replay_log (NbReplay *self, GError **error)
{
  gint64 after = 0;

  for (;;)
    {
      g_autoptr (NbRows) rows = nb_transaction_query (
          self->transaction, &load_log, NB_PARAMS (NB_INT (self->stored->id), NB_INT (after), NB_INT (PAGE)), error);

      if (rows == NULL)
        return FALSE;
      for (gsize i = 0; i < nb_rows_get_n (rows); i++)
        {
          after = nb_rows_get_int (rows, i, 0);
          replay_row (self, rows, i);
        }
      if (nb_rows_get_n (rows) < PAGE)
        return TRUE;
    }
}

static void
compare_int (NbReplay *self, const char *name, gint64 stored, gint64 again)
{
  if (stored != again)
    add_fault (self, "its %s is %" G_GINT64_FORMAT ", and %" G_GINT64_FORMAT " by its log", name, stored, again);
}

static void
compare_auction (NbReplay *self)
{
  const NbAuction *stored = self->stored, *again = self->again;
  g_autofree char *stored_state = nb_variant_to_text (stored->state);
  g_autofree char *again_state = nb_variant_to_text (again->state);

  if (stored->status != again->status)
    add_fault (self, "its status is %s, and %s by its log", nb_auction_status_name (stored->status),
               nb_auction_status_name (again->status));
  compare_int (self, "sequence number", stored->seq, again->seq);
  compare_int (self, "price", stored->price, again->price);
  compare_int (self, "leader", stored->leader, again->leader);
  compare_int (self, "number of bids", stored->bid_count, again->bid_count);
  compare_int (self, "end", stored->ends_at, again->ends_at);
  if (!g_str_equal (stored_state, again_state))
    add_fault (self, "its state is %s, and %s by its log", stored_state, again_state);
}

static const NbWinner *
find_winner (const NbReplay *self, gint64 person)
{
  for (guint i = 0; self->resolution != NULL && i < self->resolution->winners->len; i++)
    if (g_array_index (self->resolution->winners, NbWinner, i).person == person)
      return &g_array_index (self->resolution->winners, NbWinner, i);
  return NULL;
}

static gboolean
compare_winners (NbReplay *self, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (self->transaction, &load_winners, NB_PARAMS (NB_INT (self->stored->id)), error);

  if (rows == NULL)
    return FALSE;
  compare_int (self, "number of winners", (gint64)nb_rows_get_n (rows),
               self->resolution != NULL ? (gint64)self->resolution->winners->len : 0);
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      gint64 person = nb_rows_get_int (rows, i, 0);
      const NbWinner *winner = find_winner (self, person);

      if (winner == NULL || winner->quantity != nb_rows_get_int (rows, i, 1)
          || winner->total != nb_rows_get_int (rows, i, 2))
        add_fault (self, "person %" G_GINT64_FORMAT " won otherwise than by its log", person);
    }
  return TRUE;
}

static gboolean
compare_holds (NbReplay *self, NbWallet *wallet, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (self->transaction, &load_bidders, NB_PARAMS (NB_INT (self->stored->id)), error);

  for (gsize i = 0; rows != NULL && i < nb_rows_get_n (rows); i++)
    {
      gint64 person = nb_rows_get_int (rows, i, 0);
      g_autoptr (GArray) holds = nb_wallet_list_holds (wallet, self->transaction, person, error);
      NbMoney held = 0;

      if (holds == NULL)
        return FALSE;
      for (guint j = 0; j < holds->len; j++)
        if (g_array_index (holds, NbHold, j).auction == self->stored->id)
          held += g_array_index (holds, NbHold, j).amount;
      if (held != nb_auction_get_hold (self->again, person))
        add_fault (self,
                   "%" G_GINT64_FORMAT " is held for person %" G_GINT64_FORMAT ", and %" G_GINT64_FORMAT " by its log",
                   held, person, nb_auction_get_hold (self->again, person));
    }
  return rows != NULL;
}

gboolean
nb_replay_auction (NbTransaction *transaction, NbRegistry *registry, NbWallet *wallet, gint64 auction,
                   GPtrArray *faults, GError **error)
{
  g_auto (NbReplay) self = { .transaction = transaction, .faults = faults };

  if (!load (&self, registry, auction, error) || !replay_log (&self, error))
    return FALSE;
  compare_auction (&self);
  return compare_winners (&self, error) && (wallet == NULL || compare_holds (&self, wallet, error));
}
