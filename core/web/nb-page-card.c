/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the model of one listing. */
#include "core/web/nb-page-card.h"

#include "core/engine/nb-categories.h"
#include <glib/gi18n.h>
#include <string.h>

#define SOON (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define N_HUES 8
#define N_CLOTHS 6

const char *
nb_page_status_label (NbAuctionStatus status)
{
  switch (status)
    {
    case NB_AUCTION_SCHEDULED:
      return N_ ("Starts soon");
    case NB_AUCTION_OPEN:
      return N_ ("Open");
    case NB_AUCTION_CLOSING:
      return N_ ("Closing");
    case NB_AUCTION_SOLD:
      return N_ ("Sold");
    case NB_AUCTION_UNSOLD:
      return N_ ("Not sold");
    case NB_AUCTION_CANCELLED:
      return N_ ("Cancelled");
    default:
      return N_ ("Paused");
    }
}

/* The same listing has the same cover everywhere; neighbours in time differ. */
static JsonObject *
make_cover (const NbAuctionView *view)
{
  JsonObject *cover = json_object_new ();
  guint64 mixed = (guint64)nb_auction_get_id (view->auction) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  const NbChoice *category = view->category != NULL ? nb_choice_find (nb_categories, view->category) : NULL;

  json_object_set_int_member (cover, "hue", (mixed >> 40) % N_HUES);
  json_object_set_int_member (cover, "cloth", (mixed >> 52) % N_CLOTHS);
  json_object_set_string_member (cover, "glyph", category != NULL ? category->id : "other");
  return cover;
}

static void
set_price (JsonObject *card, const NbAuctionView *view)
{
  NbMoney price = view->view.price ? nb_auction_get_price (view->auction) : 0;

  if (view->winning_price > 0)
    price = view->winning_price;
  json_object_set_boolean_member (card, "has_price", price > 0);
  if (price == 0)
    price = nb_auction_get_term_int (view->auction, "start_price", view->quote.min_next);
  json_object_set_int_member (card, "shown_price", price);
  json_object_set_int_member (card, "bid_count", view->view.bid_count ? nb_auction_get_bid_count (view->auction) : 0);
}

static void
set_time (NbSite *site, NbRequest *request, JsonObject *card, const NbAuctionView *view)
{
  gint64 now = nb_store_now (site->store);
  gint64 ends_at = nb_auction_get_ends_at (view->auction);
  NbAuctionStatus status = nb_auction_view_get_status (view, now);

  json_object_set_int_member (card, "ends_at", ends_at);
  json_object_set_int_member (card, "shown_end", view->closed_at != 0 ? view->closed_at : ends_at);
  json_object_set_boolean_member (card, "is_open", status == NB_AUCTION_OPEN);
  json_object_set_boolean_member (card, "is_soon", status == NB_AUCTION_OPEN && ends_at - now < SOON);
  json_object_set_string_member (card, "status_label", nb_request_gettext (request, nb_page_status_label (status)));
}

/* The last part of `서울특별시 강남구 역삼동`. */
static const char *
last_word (const char *name)
{
  const char *blank = name != NULL ? strrchr (name, ' ') : NULL;

  return blank != NULL ? blank + 1 : name;
}

NbLive *
nb_page_find_live (NbSite *site, const char *type_name)
{
  gpointer live = nb_registry_find_service (site->registry, NB_TYPE_LIVE);
  g_autoptr (NbAuctionType) type = live != NULL ? nb_registry_ref_auction_type (site->registry, type_name) : NULL;
  NbTypeDescription *description = type != NULL ? nb_auction_type_describe (type) : NULL;
  gboolean has_rooms = description != NULL && (nb_type_description_get_capabilities (description) & NB_CAPABILITY_LIVE);

  g_clear_pointer (&description, nb_type_description_free);
  return has_rooms ? live : NULL;
}

JsonObject *
nb_page_make_card (NbSite *site, NbRequest *request, const NbAuctionView *view)
{
  JsonObject *card = json_object_new ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, nb_auction_get_id (view->auction));
  const char *region = last_word (view->region_name);
  gint64 person = nb_request_get_person (request);

  json_object_set_string_member (card, "id", id);
  json_object_set_string_member (card, "title", view->title);
  json_object_set_object_member (card, "cover", make_cover (view));
  json_object_set_string_member (card, "region_short", region != NULL ? region : "");
  json_object_set_boolean_member (card, "is_mine", person != 0 && nb_auction_get_seller (view->auction) == person);
  json_object_set_boolean_member (card, "is_live",
                                  view->closed_at == 0
                                      && nb_page_find_live (site, nb_auction_get_type_name (view->auction)) != NULL);
  set_price (card, view);
  set_time (site, request, card, view);
  return card;
}

JsonArray *
nb_page_make_cards (NbSite *site, NbRequest *request, GPtrArray *views)
{
  JsonArray *cards = json_array_new ();

  for (guint i = 0; i < views->len; i++)
    json_array_add_object_element (cards, nb_page_make_card (site, request, views->pdata[i]));
  return cards;
}
