/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots of auctions: the same shape as the states that follow from commits, read from the database. */
#include "core/engine/nb-snapshot.h"

#include "core/engine/nb-auction-view.h"

static const NbSql load_views = {
  NB_VIEW_SELECT NB_VIEW_FROM "WHERE a.id IN (SELECT json_extract (value, '$[0]') FROM json_each (##rows::string))",
  NB_VIEW_SELECT NB_VIEW_FROM "WHERE a.id = ANY (CAST (##c0::string AS bigint[]))",
  NB_VIEW_LETTERS,
};

NbSnapshot *
nb_snapshot_new (NbRegistry *registry, gint64 auction, gint64 viewer)
{
  NbSnapshot *self = g_new0 (NbSnapshot, 1);
  NbWallet *wallet = viewer != 0 ? nb_registry_find_service (registry, NB_TYPE_WALLET) : NULL;

  self->registry = g_object_ref (registry);
  self->wallet = wallet != NULL ? g_object_ref (wallet) : NULL;
  self->auction = auction;
  self->viewer = viewer;
  return self;
}

void
nb_snapshot_free (NbSnapshot *self)
{
  g_clear_pointer (&self->view, nb_auction_view_unref);
  g_clear_pointer (&self->state, nb_auction_state_unref);
  g_clear_object (&self->wallet);
  g_object_unref (self->registry);
  g_free (self);
}

static gboolean
has_visible_bids (const NbAuctionView *view)
{
  return view->view.history && nb_auction_get_bid_count (view->auction) > 0;
}

static NbAuctionState *
make_state (NbTransaction *transaction, const NbAuctionView *view, GError **error)
{
  g_autoptr (NbRowset) ids = nb_rowset_new ("x");
  g_autoptr (NbLastBids) last_bids = NULL;
  NbLastBid last_bid;

  if (has_visible_bids (view))
    nb_rowset_add (ids, nb_auction_get_id (view->auction));
  last_bids = nb_last_bids_load (transaction, ids, error);
  if (last_bids == NULL)
    return NULL;
  last_bid = nb_last_bids_get (last_bids, nb_auction_get_id (view->auction));
  return nb_public_state_from_view (view, &last_bid);
}

static gboolean
read_hold (NbTransaction *transaction, NbSnapshot *self, GError **error)
{
  g_autoptr (GArray) holds = NULL;

  if (self->wallet == NULL || nb_auction_get_bid_count (self->view->auction) == 0)
    return TRUE;
  holds = nb_wallet_list_holds (self->wallet, transaction, self->viewer, error);
  for (guint i = 0; holds != NULL && i < holds->len; i++)
    if (g_array_index (holds, NbHold, i).auction == self->auction)
      self->hold = g_array_index (holds, NbHold, i).amount;
  return holds != NULL;
}

gboolean
nb_snapshot_run (NbTransaction *transaction, gpointer snapshot, GError **error)
{
  NbSnapshot *self = snapshot;
  g_autoptr (NbAuctionView) anyone = NULL;
  g_autoptr (NbAuctionType) type = NULL;

  g_clear_pointer (&self->view, nb_auction_view_unref);
  g_clear_pointer (&self->state, nb_auction_state_unref);
  self->hold = 0;
  if (!nb_auction_view_load_pair (transaction, self->registry, self->auction, self->viewer, &self->view, &anyone,
                                  error))
    return FALSE;
  self->state = make_state (transaction, anyone, error);
  if (self->state == NULL || !read_hold (transaction, self, error))
    return FALSE;
  type = nb_registry_ref_auction_type (self->registry, nb_auction_get_type_name (self->view->auction));
  self->is_live = type != NULL && nb_auction_type_is_live (type);
  return TRUE;
}

NbStatesRead *
nb_states_read_new (NbRegistry *registry, const gint64 *auctions, gsize n_auctions)
{
  NbStatesRead *self = g_new0 (NbStatesRead, 1);

  self->registry = g_object_ref (registry);
  self->auctions = nb_rowset_new ("x");
  for (gsize i = 0; i < n_auctions; i++)
    nb_rowset_add (self->auctions, auctions[i]);
  return self;
}

void
nb_states_read_free (NbStatesRead *self)
{
  g_clear_pointer (&self->states, g_ptr_array_unref);
  nb_rowset_free (self->auctions);
  g_object_unref (self->registry);
  g_free (self);
}

static void
unref_view (gpointer view)
{
  nb_auction_view_unref (view);
}

static void
unref_state (gpointer state)
{
  nb_auction_state_unref (state);
}

/* Whether what runs says that it has no rooms. */
static gboolean
is_silent (const NbStatesRead *self, const NbAuctionView *view)
{
  g_autoptr (NbAuctionType) type
      = nb_registry_ref_auction_type (self->registry, nb_auction_get_type_name (view->auction));

  return type != NULL && !nb_auction_type_is_live (type);
}

static GPtrArray *
load_all (NbTransaction *transaction, const NbStatesRead *self, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &load_views, NB_PARAMS (NB_ROWS (self->auctions)), error);
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (unref_view);

  if (rows == NULL)
    return NULL;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbAuctionView *view
          = nb_auction_view_from_row (rows, i, self->registry, 0, nb_transaction_now (transaction), error);

      if (view == NULL)
        return NULL;
      if (is_silent (self, view))
        nb_auction_view_unref (view);
      else
        g_ptr_array_add (views, view);
    }
  return g_steal_pointer (&views);
}

gboolean
nb_states_read_run (NbTransaction *transaction, gpointer states_read, GError **error)
{
  NbStatesRead *self = states_read;
  g_autoptr (GPtrArray) views = load_all (transaction, self, error);
  g_autoptr (NbRowset) with_bids = nb_rowset_new ("x");
  g_autoptr (NbLastBids) last_bids = NULL;

  g_clear_pointer (&self->states, g_ptr_array_unref);
  for (guint i = 0; views != NULL && i < views->len; i++)
    if (has_visible_bids (g_ptr_array_index (views, i)))
      nb_rowset_add (with_bids, nb_auction_get_id (((NbAuctionView *)g_ptr_array_index (views, i))->auction));
  last_bids = views != NULL ? nb_last_bids_load (transaction, with_bids, error) : NULL;
  if (last_bids == NULL)
    return FALSE;
  self->states = g_ptr_array_new_with_free_func (unref_state);
  for (guint i = 0; i < views->len; i++)
    {
      const NbAuctionView *view = g_ptr_array_index (views, i);
      NbLastBid last_bid = nb_last_bids_get (last_bids, nb_auction_get_id (view->auction));

      g_ptr_array_add (self->states, nb_public_state_from_view (view, &last_bid));
    }
  return TRUE;
}
