/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing auctions over the API: listing, bidding, buying, cancelling. */
#include "core/web/nb-api-auctions.h"
#include "core/web/nb-api-json.h"
#include "core/web/nb-asking.h"

#include <glib/gi18n.h>

static void
respond_view (NbAsking *asking, guint status, const NbAuctionView *view)
{
  nb_request_respond_json (
      asking->request, status,
      nb_auction_view_to_json (view, nb_request_get_person (asking->request), nb_store_now (asking->site->store)));
}

static void
mark_replay (NbRequest *request, gboolean is_replay)
{
  if (is_replay)
    nb_request_set_header (request, "Idempotent-Replayed", "true");
}

static void
list_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbAsking) asking = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_replay = FALSE;
  g_autoptr (NbAuctionView) view = nb_catalogue_list_finish (NB_CATALOGUE (source), result, &is_replay, &error);

  if (view == NULL)
    {
      nb_request_respond_error (asking->request, error);
      return;
    }
  mark_replay (asking->request, is_replay);
  respond_view (asking, 201, view);
}

static NbAuctionType *
find_type (NbSite *site, const char *name, GError **error)
{
  NbAuctionType *type = nb_registry_ref_auction_type (site->registry, name);
  g_autoptr (GPtrArray) names = nb_registry_list_auction_types (site->registry);
  GError *fault;

  if (type != NULL)
    return type;
  if (names->len == 0)
    {
      nb_set_error (error, NB_ERROR_FEATURE_DISABLED, N_ ("no kind of auction is switched on"), NULL);
      return NULL;
    }
  fault
      = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("there is no such kind of auction, or it is switched off"), NULL);
  nb_error_set_field (fault, "type");
  g_propagate_error (error, fault);
  return NULL;
}

static JsonObject *
read_listing (NbRequest *request, GError **error)
{
  static const NbField fields[] = {
    { "type", NB_FIELD_TEXT, TRUE, 1, 32 },
    { "title", NB_FIELD_TEXT, TRUE, 1, 100 },
    { "description", NB_FIELD_TEXT, TRUE, 0, 5000 },
    { "category", NB_FIELD_TEXT, FALSE, 0, 64 },
    { "region", NB_FIELD_TEXT, FALSE, 0, 10 },
    { "condition", NB_FIELD_TEXT, FALSE, 0, 64 },
    { "starts_at", NB_FIELD_TIME, FALSE, 0, 0 },
    { "ends_at", NB_FIELD_TIME, TRUE, 0, 0 },
    { "quantity", NB_FIELD_INT, FALSE, 1, NB_MAX_QUANTITY },
    { "terms", NB_FIELD_OBJECT, TRUE, 0, 0 },
  };

  return nb_request_read_body (request, fields, G_N_ELEMENTS (fields), error);
}

static const char *
get_text (JsonObject *body, const char *name)
{
  return json_object_get_string_member_with_default (body, name, NULL);
}

static void
on_list (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = read_listing (request, &error);
  g_autoptr (NbAuctionType) type = body != NULL ? find_type (site, get_text (body, "type"), &error) : NULL;
  g_autoptr (GVariant) terms = NULL;
  NbListing listing;

  if (type != NULL)
    terms = nb_terms_from_json (json_object_get_object_member (body, "terms"), type, nb_request_is_form (request),
                                &error);
  if (terms == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  g_variant_ref_sink (terms);
  listing = (NbListing){
    .type = get_text (body, "type"),
    .seller = nb_request_get_person (request),
    .title = get_text (body, "title"),
    .description = get_text (body, "description"),
    .category = get_text (body, "category"),
    .condition = get_text (body, "condition"),
    .region = get_text (body, "region"),
    .starts_at = json_object_get_int_member_with_default (body, "starts_at", 0),
    .ends_at = json_object_get_int_member (body, "ends_at"),
    .quantity = json_object_get_int_member_with_default (body, "quantity", 0),
    .terms = terms,
    .key = nb_request_get_idempotency_key (request),
  };
  nb_catalogue_list_async (site->catalogue, &listing, list_cb, nb_asking_new (site, request));
}

static void
bid_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbAsking) asking = user_data;
  g_autoptr (GError) error = NULL;
  NbBidResult answer;
  gboolean is_accepted = nb_bid_engine_bid_finish (NB_BID_ENGINE (source), result, &answer, &error);

  mark_replay (asking->request, answer.is_replay);
  if (is_accepted)
    nb_request_respond_json (asking->request, 201, nb_bid_result_to_json (&answer));
  else
    nb_request_respond_error (asking->request, error);
}

static void
submit (NbSite *site, NbRequest *request, NbBidRequest *bid)
{
  bid->auction = nb_request_get_param_id (request, "id");
  bid->person = nb_request_get_person (request);
  bid->key = nb_request_get_idempotency_key (request);
  nb_bid_engine_bid_async (site->bid_engine, bid, bid_cb, nb_asking_new (site, request));
}

static void
on_bid (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = {
    { "amount", NB_FIELD_MONEY, FALSE, 0, 0 },
    { "max", NB_FIELD_MONEY, FALSE, 0, 0 },
    { "quantity", NB_FIELD_INT, FALSE, 1, NB_MAX_QUANTITY },
    { "expected_seq", NB_FIELD_INT, FALSE, 0, G_MAXINT64 },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  NbBidRequest bid = { .kind = NB_BID_AMOUNT };

  if (body != NULL && json_object_has_member (body, "amount") == json_object_has_member (body, "max"))
    {
      error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("a bid names either an amount or a maximum"), NULL);
      nb_error_set_field (error, "amount");
    }
  if (error != NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  if (json_object_has_member (body, "max"))
    bid.kind = NB_BID_MAX;
  bid.amount = json_object_get_int_member (body, bid.kind == NB_BID_MAX ? "max" : "amount");
  bid.quantity = json_object_get_int_member_with_default (body, "quantity", 1);
  bid.expected_seq = json_object_get_int_member_with_default (body, "expected_seq", -1);
  submit (user_data, request, &bid);
}

static void
on_buy_now (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "price", NB_FIELD_MONEY, TRUE, 0, 0 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  NbBidRequest bid = { .kind = NB_BID_BUY_NOW, .quantity = 1, .expected_seq = -1 };

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  bid.amount = json_object_get_int_member (body, "price");
  submit (user_data, request, &bid);
}

static void
cancelled_view_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbAsking) asking = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAuctionView) view = nb_catalogue_get_finish (NB_CATALOGUE (source), result, &error);

  if (view != NULL)
    respond_view (asking, 200, view);
  else
    nb_request_respond_error (asking->request, error);
}

static void
cancel_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbAsking) asking = user_data;
  g_autoptr (GError) error = NULL;
  NbSite *site = asking->site;
  NbRequest *request = asking->request;

  if (!nb_bid_engine_cancel_finish (NB_BID_ENGINE (source), result, &error))
    nb_request_respond_error (request, error);
  else
    nb_catalogue_get_async (site->catalogue, nb_request_get_param_id (request, "id"), nb_request_get_person (request),
                            cancelled_view_cb, g_steal_pointer (&asking));
}

static void
on_cancel (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "reason", NB_FIELD_TEXT, FALSE, 0, 500 } };
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  nb_bid_engine_cancel_async (site->bid_engine, nb_request_get_param_id (request, "id"),
                              nb_request_get_person (request), nb_request_has_role (request, "admin"),
                              get_text (body, "reason"), cancel_cb, nb_asking_new (site, request));
}

gboolean
nb_api_auctions_register_writes (NbSite *site, GError **error)
{
  NbRegistry *registry = site->registry;

  return nb_registry_add_route (registry, "core", "POST", "/api/v1/auctions", NB_ROUTE_SIGNED_IN, on_list, site, error)
         && nb_registry_add_route (registry, "core", "POST", "/api/v1/auctions/{id:id}/bids", NB_ROUTE_SIGNED_IN,
                                   on_bid, site, error)
         && nb_registry_add_route (registry, "core", "POST", "/api/v1/auctions/{id:id}/buy-now", NB_ROUTE_SIGNED_IN,
                                   on_buy_now, site, error)
         && nb_registry_add_route (registry, "core", "POST", "/api/v1/auctions/{id:id}/cancel", NB_ROUTE_SIGNED_IN,
                                   on_cancel, site, error);
}
