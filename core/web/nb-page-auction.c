/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathers what an auction's page shows and answers with it. */
#include "core/web/nb-page-auction.h"

#include "core/web/nb-page-form.h"
#include "core/web/nb-pages.h"
#include <neighborbid/nb-wallet.h>
#include <string.h>

#define HISTORY_SIZE 50

typedef struct
{
  NbAuctionFacts facts;
  gint64 auction;
  guint n_waiting;
  GError *error;
  GError *refused;
  char *amount;
  char *max;
  NbWallet *wallet;
} Page;

static void
page_free (Page *page)
{
  g_object_unref (page->facts.request);
  g_clear_pointer (&page->facts.view, nb_auction_view_unref);
  g_clear_pointer (&page->facts.history, nb_history_page_free);
  g_clear_error (&page->error);
  g_clear_error (&page->refused);
  g_clear_object (&page->wallet);
  g_free (page->amount);
  g_free (page->max);
  g_free (page);
}

static const char *
find_wallet_path (NbSite *site)
{
  GPtrArray *links = nb_registry_get_links (site->registry);

  for (guint i = 0; i < links->len; i++)
    {
      const NbLink *link = links->pdata[i];

      if (strcmp (link->path, "/wallet") == 0)
        return link->path;
    }
  return NULL;
}

/* What a field holds, as a number, so that it is printed with commas. */
static void
set_typed (JsonObject *model, const char *name, const char *text)
{
  NbMoney amount;

  if (text != NULL && nb_money_parse (text, &amount, NULL))
    json_object_set_int_member (model, name, amount);
}

static gboolean
is_about_amount (const GError *error)
{
  NbErrorCode code = nb_error_get_code (error);

  return code == NB_ERROR_BID_TOO_LOW || code == NB_ERROR_NOT_A_MULTIPLE_OF_STEP || code == NB_ERROR_VALIDATION_FAILED
         || code == NB_ERROR_INSUFFICIENT_FUNDS;
}

static void
respond (Page *page)
{
  const NbAuctionFacts *facts = &page->facts;
  JsonObject *model = nb_page_auction_make_model (facts);
  const char *wallet_path = find_wallet_path (facts->site);
  gboolean is_carried = page->refused == NULL && (page->amount != NULL || page->max != NULL);
  guint status = 200;

  set_typed (model, "amount", page->amount);
  set_typed (model, "max", page->max);
  json_object_set_boolean_member (model, "carried", is_carried);
  json_object_set_string_member (model, "wallet_path", wallet_path != NULL ? wallet_path : "");
  if (page->refused != NULL)
    {
      nb_page_set_form_error (facts->request, model, NULL, page->refused);
      json_object_set_boolean_member (model, "amount_fault", is_about_amount (page->refused));
      status = nb_error_code_status (nb_error_get_code (page->refused));
    }
  nb_pages_set_panels (facts->site, facts->request, "auction", "panels", model);
  nb_pages_set_panels (facts->site, facts->request, "bidding", "bidding_panels", model);
  nb_request_respond_page (facts->request, status, "auction.mustache", model);
}

static void
finish_one (Page *page)
{
  if (--page->n_waiting > 0)
    return;
  if (page->error != NULL)
    nb_request_respond_error (page->facts.request, page->error);
  else
    respond (page);
  page_free (page);
}

/* Keeps the first error. */
static void
fail_one (Page *page, GError *error)
{
  if (page->error == NULL)
    page->error = error;
  else
    g_error_free (error);
  finish_one (page);
}

static void
view_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Page *page = user_data;
  GError *error = NULL;

  page->facts.view = nb_catalogue_get_finish (NB_CATALOGUE (source), result, &error);
  if (page->facts.view == NULL)
    fail_one (page, error);
  else
    finish_one (page);
}

static void
history_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Page *page = user_data;
  GError *error = NULL;

  page->facts.history = nb_catalogue_history_finish (NB_CATALOGUE (source), result, &error);
  if (page->facts.history == NULL)
    fail_one (page, error);
  else
    finish_one (page);
}

static gboolean
read_balance (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Page *page = user_data;

  return nb_wallet_read_balance (page->wallet, transaction, nb_request_get_person (page->facts.request),
                                 &page->facts.balance, error);
}

static void
balance_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Page *page = user_data;
  GError *error = NULL;

  page->facts.has_balance = nb_store_read_finish (NB_STORE (source), result, &error);
  if (!page->facts.has_balance)
    fail_one (page, error);
  else
    finish_one (page);
}

void
nb_page_auction_show (NbSite *site, NbRequest *request, gint64 auction, const GError *refused, const char *amount,
                      const char *max)
{
  Page *page = g_new0 (Page, 1);
  gint64 person = nb_request_get_person (request);
  gpointer wallet = nb_registry_find_service (site->registry, NB_TYPE_WALLET);

  page->facts.site = site;
  page->facts.request = g_object_ref (request);
  page->auction = auction;
  page->refused = refused != NULL ? g_error_copy (refused) : NULL;
  page->amount = g_strdup (amount);
  page->max = g_strdup (max);
  page->n_waiting = 2;
  nb_catalogue_get_async (site->catalogue, auction, person, view_cb, page);
  nb_catalogue_history_async (site->catalogue, auction, person, HISTORY_SIZE, NULL, history_cb, page);
  if (person == 0 || wallet == NULL)
    return;
  page->wallet = g_object_ref (wallet);
  page->n_waiting++;
  nb_store_read_async (site->store, read_balance, page, NULL, NULL, balance_cb, page);
}

/* What was typed before signing in, if it is an amount. */
static const char *
carried (NbRequest *request, const char *name)
{
  const char *text = nb_request_get_query (request, name);
  NbMoney amount;

  return text != NULL && nb_money_parse (text, &amount, NULL) ? text : NULL;
}

static void
on_auction (NbRequest *request, gpointer user_data)
{
  nb_page_auction_show (user_data, request, nb_request_get_param_id (request, "id"), NULL, carried (request, "amount"),
                        carried (request, "max"));
}

gboolean
nb_page_auction_register (NbSite *site, GError **error)
{
  return nb_pages_add_route (site, "GET", "/auctions/{id:id}", NB_ROUTE_DEFAULT, on_auction, error)
         && nb_page_bid_register (site, error);
}
