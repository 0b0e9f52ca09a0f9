/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms of an auction's page: bid, buy now, cancel. A refusal comes back as the page, with what was typed. */
#include "core/web/nb-page-auction.h"

#include "core/web/nb-page-form.h"
#include "core/web/nb-pages.h"
#include <glib/gi18n.h>

/* A form on its way through the engine. */
typedef struct
{
  NbSite *site;
  NbRequest *request;
  gint64 auction;
  char *amount; /* (nullable) as it was sent */
  char *max;
} Form;

static void
form_free (Form *form)
{
  g_object_unref (form->request);
  g_free (form->amount);
  g_free (form->max);
  g_free (form);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Form, form_free)

static Form *
form_new (NbSite *site, NbRequest *request)
{
  Form *form = g_new0 (Form, 1);

  form->site = site;
  form->request = g_object_ref (request);
  form->auction = nb_request_get_param_id (request, "id");
  return form;
}

static char *
auction_path (const Form *form)
{
  return g_strdup_printf ("/auctions/%" G_GINT64_FORMAT, form->auction);
}

static void
go_back (const Form *form, const char *message)
{
  g_autofree char *path = auction_path (form);

  nb_request_flash (form->request, message);
  nb_request_redirect (form->request, path);
}

static void
refuse (const Form *form, const GError *error)
{
  if (nb_error_get_code (error) == NB_ERROR_INTERNAL || nb_error_get_code (error) == NB_ERROR_NOT_FOUND)
    nb_request_respond_error (form->request, error);
  else
    nb_page_auction_show (form->site, form->request, form->auction, error, form->amount, form->max);
}

/* Someone whose session ended keeps what was typed: it goes along to the sign-in page and comes back into the field. */
static void
send_to_sign_in (const Form *form)
{
  g_autofree char *path = auction_path (form);
  g_autofree char *location = nb_page_link ("/sign-in", "next", path, "amount", form->amount, "max", form->max, NULL);

  nb_request_redirect (form->request, location);
}

static const char *
standing_message (const NbBidResult *result)
{
  if (result->is_replay)
    return N_ ("This bid of {amount} was already placed; it counts once.");
  switch (result->standing)
    {
    case NB_STANDING_LEADING:
      return N_ ("Your bid of {amount} stands. You are leading.");
    case NB_STANDING_OUTBID:
      return N_ ("Your bid of {amount} was accepted, but someone's maximum is higher. The next bid starts at {next}.");
    default:
      return N_ ("Your bid of {amount} was accepted.");
    }
}

static void
bid_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Form) form = user_data;
  g_autoptr (GError) error = NULL;
  NbBidResult answer;
  g_autofree char *amount = NULL;
  g_autofree char *next = NULL;
  g_autofree char *message = NULL;

  if (!nb_bid_engine_bid_finish (NB_BID_ENGINE (source), result, &answer, &error))
    {
      refuse (form, error);
      return;
    }
  amount = nb_money_format (answer.amount);
  next = nb_money_format (answer.min_next);
  message = nb_page_text (form->request, standing_message (&answer), "amount", amount, "next", next, NULL);
  go_back (form, message);
}

static char *
amount_text (JsonObject *body, const char *name)
{
  return json_object_has_member (body, name)
             ? g_strdup_printf ("%" G_GINT64_FORMAT, json_object_get_int_member (body, name))
             : NULL;
}

static void
place_bid (Form *form, NbBidKind kind, NbMoney amount, GAsyncReadyCallback callback)
{
  NbBidRequest bid = {
    .auction = form->auction,
    .person = nb_request_get_person (form->request),
    .kind = kind,
    .amount = amount,
    .quantity = 1,
    .expected_seq = -1,
    .key = nb_request_get_idempotency_key (form->request),
  };

  nb_bid_engine_bid_async (form->site->bid_engine, &bid, callback, form);
}

static void
on_bid (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "amount", NB_FIELD_MONEY }, { "max", NB_FIELD_MONEY } };
  g_autoptr (Form) form = form_new (user_data, request);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  gboolean has_max;

  if (body == NULL)
    {
      refuse (form, error);
      return;
    }
  form->amount = amount_text (body, "amount");
  form->max = amount_text (body, "max");
  has_max = form->max != NULL;
  if (nb_request_get_person (request) == 0)
    {
      send_to_sign_in (form);
      return;
    }
  if (has_max == (form->amount != NULL))
    {
      error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("a bid names an amount, or a maximum"), NULL);
      nb_error_set_field (error, "amount");
      refuse (form, error);
      return;
    }
  place_bid (g_steal_pointer (&form), has_max ? NB_BID_MAX : NB_BID_AMOUNT,
             json_object_get_int_member (body, has_max ? "max" : "amount"), bid_cb);
}

static void
buy_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Form) form = user_data;
  g_autoptr (GError) error = NULL;
  NbBidResult answer;

  if (nb_bid_engine_bid_finish (NB_BID_ENGINE (source), result, &answer, &error))
    go_back (form, nb_request_gettext (form->request, N_ ("You bought it. The price was paid from your wallet.")));
  else
    refuse (form, error);
}

static void
on_buy_now (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "price", NB_FIELD_MONEY, TRUE } };
  g_autoptr (Form) form = form_new (user_data, request);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);

  if (body == NULL)
    refuse (form, error);
  else if (nb_request_get_person (request) == 0)
    send_to_sign_in (form);
  else
    place_bid (g_steal_pointer (&form), NB_BID_BUY_NOW, json_object_get_int_member (body, "price"), buy_cb);
}

static void
cancel_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Form) form = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_bid_engine_cancel_finish (NB_BID_ENGINE (source), result, &error))
    go_back (form, nb_request_gettext (form->request, N_ ("The auction is cancelled.")));
  else
    refuse (form, error);
}

static void
on_cancel (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "reason", NB_FIELD_TEXT, FALSE, 0, 200 } };
  g_autoptr (Form) form = form_new (user_data, request);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  NbSite *site = form->site;

  if (body == NULL)
    {
      refuse (form, error);
      return;
    }
  nb_bid_engine_cancel_async (site->bid_engine, form->auction, nb_request_get_person (request),
                              nb_request_has_role (request, "admin"), nb_page_get_text (body, "reason"), cancel_cb,
                              form);
  g_steal_pointer (&form);
}

gboolean
nb_page_bid_register (NbSite *site, GError **error)
{
  return nb_pages_add_route (site, "POST", "/auctions/{id:id}/bids", NB_ROUTE_NEEDS_KEY, on_bid, error)
         && nb_pages_add_route (site, "POST", "/auctions/{id:id}/buy-now", NB_ROUTE_NEEDS_KEY, on_buy_now, error)
         && nb_pages_add_route (site, "POST", "/auctions/{id:id}/cancel", NB_ROUTE_SIGNED_IN, on_cancel, error);
}
