/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auctions as viewers may see them. */
#include "core/engine/nb-auction-view.h"

#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-slot.h"

#include <glib/gi18n.h>

static const NbSql load_view = {
  NB_VIEW_SELECT NB_VIEW_FROM "WHERE a.id = ##id::gint64",
  NULL,
  NB_VIEW_LETTERS,
};

static const NbSql load_own_max = {
  "SELECT max (amount) FROM bids WHERE person_id = ##person::gint64 AND auction_id = ##auction::gint64 "
  "AND kind IN ('amount', 'max', 'buy_now')",
  NULL,
  "x",
};

NbAuctionView *
nb_auction_view_ref (NbAuctionView *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_auction_view_unref (NbAuctionView *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->auction, nb_auction_unref);
  g_free (self->title);
  g_free (self->description);
  g_free (self->category);
  g_free (self->condition);
  g_free (self->region_name);
  g_free (self->seller_nickname);
  g_free (self->leader_nickname);
  g_free (self->winner_nickname);
  g_free (self->pause_reason);
  g_free (self->unsold_reason);
  g_free (self);
}

NbAuctionStatus
nb_auction_view_get_status (const NbAuctionView *self, gint64 now)
{
  NbAuctionStatus status = nb_auction_get_status (self->auction);

  if (status == NB_AUCTION_SCHEDULED && nb_auction_get_starts_at (self->auction) <= now)
    status = NB_AUCTION_OPEN;
  if (status == NB_AUCTION_OPEN && nb_auction_get_ends_at (self->auction) <= now)
    status = NB_AUCTION_CLOSING;
  return status;
}

/* From the largest region down, such as 서울특별시 강남구 역삼동. */
static char *
join_region (const char *own, const char *above, const char *top)
{
  g_autoptr (GString) name = g_string_new (top);

  if (above != NULL)
    g_string_append_printf (name, "%s%s", name->len > 0 ? " " : "", above);
  if (own != NULL)
    g_string_append_printf (name, "%s%s", name->len > 0 ? " " : "", own);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static char *
text_or_null (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

/* What exactly a type did wrong is told to the operator, in the log and by 'auction show'; it may speak of bids that
 * nobody else may see. */
static char *
public_pause_reason (const char *reason)
{
  return reason != NULL && g_str_has_prefix (reason, NB_PAUSE_TYPE_FAULT) ? g_strdup ("type-fault")
                                                                          : text_or_null (reason);
}

static void
read_texts (NbAuctionView *self, const NbRows *rows, gsize row)
{
  guint column = NB_AUCTION_N_COLUMNS;

  self->title = g_strdup (nb_rows_get_text (rows, row, column));
  self->description = g_strdup (nb_rows_get_text (rows, row, column + 1));
  self->category = g_strdup (nb_rows_get_text (rows, row, column + 2));
  self->condition = g_strdup (nb_rows_get_text (rows, row, column + 3));
  self->region_name = join_region (nb_rows_get_text (rows, row, column + 4), nb_rows_get_text (rows, row, column + 5),
                                   nb_rows_get_text (rows, row, column + 6));
  self->seller_nickname = g_strdup (nb_rows_get_text (rows, row, column + 7));
  self->leader_nickname = g_strdup (nb_rows_get_text (rows, row, column + 8));
  self->winner = nb_rows_get_int (rows, row, column + 9);
  self->winner_nickname = g_strdup (nb_rows_get_text (rows, row, column + 10));
  self->winning_price = nb_rows_get_int (rows, row, column + 11);
  self->closed_at = nb_rows_get_int (rows, row, column + 12);
  self->created_at = nb_rows_get_int (rows, row, column + 13);
  self->pause_reason = public_pause_reason (nb_rows_get_text (rows, row, column + 14));
  if (nb_auction_get_status (self->auction) == NB_AUCTION_UNSOLD)
    self->unsold_reason = text_or_null (nb_rows_get_text (rows, row, column + 15));
}

NbAuctionView *
nb_auction_view_from_row (const NbRows *rows, gsize row, NbRegistry *registry, gint64 viewer, gint64 now,
                          GError **error)
{
  g_autoptr (NbAuctionView) self = g_new0 (NbAuctionView, 1);
  g_autoptr (NbAuctionType) type = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  self->auction = nb_auction_from_row (rows, row, error);
  if (self->auction == NULL)
    return NULL;
  read_texts (self, rows, row);
  /* What is sealed only the type knows; while it is stopped, nothing is shown that might be. */
  self->view = (NbView){ 0 };
  self->quote.reserve_met = -1;
  type = nb_registry_ref_auction_type (registry, nb_auction_get_type_name (self->auction));
  if (type != NULL)
    {
      nb_auction_type_quote (type, self->auction, viewer, now, &self->quote);
      nb_auction_type_project (type, self->auction, viewer, &self->view);
    }
  if (!self->view.leader)
    g_clear_pointer (&self->leader_nickname, g_free);
  return g_steal_pointer (&self);
}

static gboolean
load_own (NbTransaction *transaction, NbAuctionView *view, gint64 viewer, GError **error)
{
  g_autoptr (NbRows) rows = NULL;

  if (viewer == 0 || nb_auction_get_bid_count (view->auction) == 0)
    return TRUE;
  rows = nb_transaction_query (transaction, &load_own_max,
                               NB_PARAMS (NB_INT (viewer), NB_INT (nb_auction_get_id (view->auction))), error);
  if (rows == NULL)
    return FALSE;
  view->own_max = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

static NbAuctionView *
load (NbTransaction *transaction, NbRegistry *registry, gint64 auction, gint64 viewer, NbAuctionView **anyone,
      GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &load_view, NB_PARAMS (NB_INT (auction)), error);
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbAuctionView) view = NULL;

  if (rows == NULL)
    return NULL;
  if (nb_rows_get_n (rows) == 0)
    {
      nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is no such auction"), NULL);
      return NULL;
    }
  view = nb_auction_view_from_row (rows, 0, registry, viewer, now, error);
  if (view == NULL || !load_own (transaction, view, viewer, error))
    return NULL;
  if (anyone != NULL)
    *anyone = viewer == 0 ? nb_auction_view_ref (view) : nb_auction_view_from_row (rows, 0, registry, 0, now, error);
  return anyone == NULL || *anyone != NULL ? g_steal_pointer (&view) : NULL;
}

gboolean
nb_auction_view_load_pair (NbTransaction *transaction, NbRegistry *registry, gint64 auction, gint64 viewer,
                           NbAuctionView **own, NbAuctionView **anyone, GError **error)
{
  *own = load (transaction, registry, auction, viewer, anyone, error);
  return *own != NULL;
}

NbAuctionView *
nb_auction_view_load (NbTransaction *transaction, NbRegistry *registry, gint64 auction, gint64 viewer, GError **error)
{
  return load (transaction, registry, auction, viewer, NULL, error);
}
