/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading auctions over the API: types, search, one auction, its bids. */
#include "core/web/nb-api-auctions.h"

#include "core/web/nb-api-json.h"
#include "core/web/nb-asking.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_LIMIT 20

static void
set_cursor (JsonObject *page, const char *cursor)
{
  if (cursor != NULL)
    json_object_set_string_member (page, "next_cursor", cursor);
  else
    json_object_set_null_member (page, "next_cursor");
}

static void
on_types (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  g_autoptr (GPtrArray) names = nb_registry_list_auction_types (site->registry);
  JsonObject *page = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (NbAuctionType) type = nb_registry_ref_auction_type (site->registry, name);

      if (type != NULL)
        json_array_add_object_element (items, nb_auction_type_to_json (name, type, nb_request_get_language (request)));
    }
  json_object_set_array_member (page, "items", items);
  set_cursor (page, NULL);
  nb_request_respond_json (request, 200, page);
}

static void
auction_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbAsking) asking = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAuctionView) view = nb_catalogue_get_finish (NB_CATALOGUE (source), result, &error);

  if (view == NULL)
    nb_request_respond_error (asking->request, error);
  else
    nb_request_respond_json (
        asking->request, 200,
        nb_auction_view_to_json (view, nb_request_get_person (asking->request), nb_store_now (asking->site->store)));
}

static void
on_auction (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;

  nb_catalogue_get_async (site->catalogue, nb_request_get_param_id (request, "id"), nb_request_get_person (request),
                          auction_cb, nb_asking_new (site, request));
}

static gboolean
set_fault (GError **error, const char *field, const char *msgid)
{
  GError *wrong = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (wrong, field);
  g_propagate_error (error, wrong);
  return FALSE;
}

static gboolean
read_limit (NbRequest *request, guint *limit, GError **error)
{
  const char *text = nb_request_get_query (request, "limit");
  guint64 value = DEFAULT_LIMIT;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, 100, &value, NULL))
    return set_fault (error, "limit", N_ ("a limit lies between 1 and 100"));
  *limit = (guint)value;
  return TRUE;
}

static gboolean
read_price (NbRequest *request, const char *name, NbMoney *price, GError **error)
{
  const char *text = nb_request_get_query (request, name);
  g_autoptr (GError) wrong = NULL;

  if (text == NULL || *text == '\0' || nb_money_parse (text, price, &wrong))
    return TRUE;
  nb_error_set_field (wrong, name);
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

static gboolean
read_sort (NbRequest *request, NbSort *sort, GError **error)
{
  static const char *const names[] = { "recent", "end_soon", "price_asc", "price_desc" };
  const char *text = nb_request_get_query (request, "sort");

  *sort = NB_SORT_RECENT;
  if (text == NULL || *text == '\0')
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      {
        *sort = (NbSort)i;
        return TRUE;
      }
  return set_fault (error, "sort", N_ ("a sort is recent, end_soon, price_asc or price_desc"));
}

static gboolean
read_search (NbRequest *request, NbSearch *search, GError **error)
{
  const char *seller = nb_request_get_query (request, "seller");

  search->type = nb_request_get_query (request, "type");
  search->status = nb_request_get_query (request, "status");
  search->region = nb_request_get_query (request, "region");
  search->category = nb_request_get_query (request, "category");
  search->condition = nb_request_get_query (request, "condition");
  search->text = nb_request_get_query (request, "q");
  search->cursor = nb_request_get_query (request, "cursor");
  search->viewer = nb_request_get_person (request);
  if (seller != NULL && *seller != '\0' && !nb_id_parse (seller, &search->seller))
    return set_fault (error, "seller", N_ ("this is no id"));
  return read_limit (request, &search->limit, error) && read_sort (request, &search->sort, error)
         && read_price (request, "min_price", &search->min_price, error)
         && read_price (request, "max_price", &search->max_price, error);
}

static void
search_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbAsking) asking = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbSearchPage) found = nb_catalogue_search_finish (NB_CATALOGUE (source), result, &error);
  gint64 now = nb_store_now (asking->site->store);
  JsonObject *page;
  JsonArray *items;

  if (found == NULL)
    {
      nb_request_respond_error (asking->request, error);
      return;
    }
  page = json_object_new ();
  items = json_array_new ();
  for (guint i = 0; i < found->items->len; i++)
    json_array_add_object_element (items, nb_auction_view_to_json (g_ptr_array_index (found->items, i),
                                                                   nb_request_get_person (asking->request), now));
  json_object_set_array_member (page, "items", items);
  set_cursor (page, found->next_cursor);
  nb_request_respond_json (asking->request, 200, page);
}

static void
on_search (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  NbSearch search = { 0 };

  if (!read_search (request, &search, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  nb_catalogue_search_async (site->catalogue, &search, FALSE, search_cb, nb_asking_new (site, request));
}

static void
history_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbAsking) asking = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbHistoryPage) history = nb_catalogue_history_finish (NB_CATALOGUE (source), result, &error);
  JsonObject *page;
  JsonArray *items;

  if (history == NULL)
    {
      nb_request_respond_error (asking->request, error);
      return;
    }
  page = json_object_new ();
  items = json_array_new ();
  for (guint i = 0; i < history->items->len; i++)
    json_array_add_object_element (items, nb_history_item_to_json (g_ptr_array_index (history->items, i)));
  json_object_set_array_member (page, "items", items);
  set_cursor (page, history->next_cursor);
  nb_request_respond_json (asking->request, 200, page);
}

static void
on_history (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  guint limit;

  if (!read_limit (request, &limit, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  nb_catalogue_history_async (site->catalogue, nb_request_get_param_id (request, "id"), nb_request_get_person (request),
                              limit, nb_request_get_query (request, "cursor"), history_cb,
                              nb_asking_new (site, request));
}

gboolean
nb_api_auctions_register_reads (NbSite *site, GError **error)
{
  NbRegistry *registry = site->registry;

  return nb_registry_add_route (registry, "core", "GET", "/api/v1/auction-types", NB_ROUTE_DEFAULT, on_types, site,
                                error)
         && nb_registry_add_route (registry, "core", "GET", "/api/v1/auctions", NB_ROUTE_DEFAULT, on_search, site,
                                   error)
         && nb_registry_add_route (registry, "core", "GET", "/api/v1/auctions/{id:id}", NB_ROUTE_DEFAULT, on_auction,
                                   site, error)
         && nb_registry_add_route (registry, "core", "GET", "/api/v1/auctions/{id:id}/bids", NB_ROUTE_DEFAULT,
                                   on_history, site, error);
}

gboolean
nb_api_auctions_register (NbSite *site, GError **error)
{
  return nb_api_auctions_register_reads (site, error) && nb_api_auctions_register_writes (site, error);
}
