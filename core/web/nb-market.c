/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auctions for plugins: reading them as the API shows them, and bidding by the same way as the API. */
#include "core/web/nb-market.h"

#include "core/engine/nb-snapshot.h"
#include "core/web/nb-api-json.h"

#include <glib/gi18n.h>

#define MAX_STATES 1000
#define MAX_KEY_LENGTH 128

struct _NbMarket
{
  GObject parent_instance;

  NbStore *store;
  NbRegistry *registry; /* the engine keeps it */
  NbBidEngine *engine;
};

G_DEFINE_FINAL_TYPE (NbMarket, nb_market, G_TYPE_OBJECT)

static void
nb_market_finalize (GObject *object)
{
  NbMarket *self = NB_MARKET (object);

  g_clear_object (&self->store);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (nb_market_parent_class)->finalize (object);
}

static void
nb_market_class_init (NbMarketClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_market_finalize;
}

static void
nb_market_init (NbMarket *self)
{
}

NbMarket *
nb_market_new (NbStore *store, NbRegistry *registry, NbBidEngine *engine)
{
  NbMarket *self = g_object_new (NB_TYPE_MARKET, NULL);

  self->store = g_object_ref (store);
  self->registry = registry;
  self->engine = g_object_ref (engine);
  return self;
}

gboolean
nb_market_register (NbSite *site, GError **error)
{
  g_autoptr (NbMarket) market = nb_market_new (site->store, site->registry, site->bid_engine);

  return nb_registry_add_service (site->registry, "core", NB_TYPE_MARKET, G_OBJECT (market), error);
}

gint64
nb_market_now (NbMarket *self)
{
  g_return_val_if_fail (NB_IS_MARKET (self), 0);

  return nb_store_now (self->store);
}

void
nb_market_view_free (NbMarketView *self)
{
  g_clear_pointer (&self->auction, json_object_unref);
  g_clear_pointer (&self->state, nb_auction_state_unref);
  g_free (self);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
free_snapshot (gpointer snapshot)
{
  nb_snapshot_free (snapshot);
}

void
nb_market_load_async (NbMarket *self, gint64 auction, gint64 viewer, GAsyncReadyCallback callback, gpointer user_data)
{
  NbSnapshot *snapshot;
  GTask *task;

  g_return_if_fail (NB_IS_MARKET (self));

  snapshot = nb_snapshot_new (self->registry, auction, viewer);
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, nb_market_load_async);
  g_task_set_task_data (task, snapshot, free_snapshot);
  nb_store_read_async (self->store, nb_snapshot_run, snapshot, NULL, NULL, read_cb, task);
}

NbMarketView *
nb_market_load_finish (NbMarket *self, GAsyncResult *result, GError **error)
{
  NbMarketView *view;
  NbSnapshot *snapshot;

  g_return_val_if_fail (NB_IS_MARKET (self) && g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == nb_market_load_async, NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  snapshot = g_task_get_task_data (G_TASK (result));
  view = g_new0 (NbMarketView, 1);
  view->auction = nb_auction_view_to_json (snapshot->view, snapshot->viewer, nb_store_now (self->store));
  view->state = nb_auction_state_ref (snapshot->state);
  view->hold = snapshot->hold;
  view->is_live = snapshot->is_live;
  return view;
}

static void
free_states_read (gpointer states_read)
{
  nb_states_read_free (states_read);
}

void
nb_market_load_states_async (NbMarket *self, const gint64 *auctions, gsize n_auctions, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  NbStatesRead *states_read;
  GTask *task;

  g_return_if_fail (NB_IS_MARKET (self));
  g_return_if_fail (n_auctions <= MAX_STATES);

  states_read = nb_states_read_new (self->registry, auctions, n_auctions);
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, nb_market_load_states_async);
  g_task_set_task_data (task, states_read, free_states_read);
  nb_store_read_async (self->store, nb_states_read_run, states_read, NULL, NULL, read_cb, task);
}

GPtrArray *
nb_market_load_states_finish (NbMarket *self, GAsyncResult *result, GError **error)
{
  NbStatesRead *states_read;

  g_return_val_if_fail (NB_IS_MARKET (self) && g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == nb_market_load_states_async, NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  states_read = g_task_get_task_data (G_TASK (result));
  return g_ptr_array_ref (states_read->states);
}

static GError *
check_key (const char *key)
{
  GError *error;
  glong length;

  if (key == NULL)
    return NULL;
  length = g_utf8_validate (key, -1, NULL) ? g_utf8_strlen (key, -1) : 0;
  if (length >= 1 && length <= MAX_KEY_LENGTH)
    return NULL;
  error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("a bid's key has 1 to 128 characters"), NULL);
  nb_error_set_field (error, "id");
  return error;
}

/* The task goes through the engine as it is: at tens of thousands of bids a second every further object counts. */
void
nb_market_bid_async (NbMarket *self, const NbMarketBid *bid, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  NbBidRequest request;
  GError *error;

  g_return_if_fail (NB_IS_MARKET (self) && bid != NULL);
  g_return_if_fail (bid->kind <= NB_BID_BUY_NOW);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, nb_market_bid_async);
  error = check_key (bid->key);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  request = (NbBidRequest){
    .auction = bid->auction,
    .person = bid->person,
    .kind = bid->kind,
    .amount = bid->amount,
    .quantity = bid->quantity,
    .expected_seq = -1,
    .key = bid->key,
  };
  nb_bid_engine_bid_in_task (self->engine, &request, g_steal_pointer (&task));
}

char *
nb_market_bid_finish (NbMarket *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (NB_IS_MARKET (self) && g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == nb_market_bid_async, NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return nb_bid_result_to_text (g_task_get_task_data (G_TASK (result)));
}
