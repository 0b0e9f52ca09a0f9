/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The banner that tells a person where they stand in an auction. */
#include "core/web/nb-page-auction.h"

#include <glib/gi18n.h>
#include <string.h>

typedef enum
{
  VIEWER_STRANGER = 1 << 0, /* signed out */
  VIEWER_BIDDER = 1 << 1,   /* signed in: who has bid, or may yet */
  VIEWER_SELLER = 1 << 2
} Viewer;

#define BUYERS (VIEWER_STRANGER | VIEWER_BIDDER)
#define ALL (BUYERS | VIEWER_SELLER)

/* `watching` and `none` are shown in live rooms alone, so that nothing below moves when there is more to tell. */
static const struct
{
  const char *name;
  Viewer viewers;
  const char *tone;
  const char *icon;
  const char *title;
  const char *text; /* (nullable) */
  gboolean is_late; /* comes when nobody can bid any more: no place is kept for it */
} states[] = {
  { "watching", VIEWER_STRANGER, "warn", "info", N_ ("You are watching"),
    N_ ("To bid you sign in; your amount is kept.") },
  { "none", VIEWER_BIDDER, "warn", "info", N_ ("You have not bid yet"), NULL },
  { "seller", VIEWER_SELLER, "good", "info", N_ ("This is your auction"), NULL },
  { "leading", VIEWER_BIDDER, "good", "check", N_ ("You are leading"),
    N_ ("If nobody bids more, it is yours at the end.") },
  { "outbid", VIEWER_BIDDER, "bad", "alert", N_ ("You have been outbid"),
    N_ ("What was held for you is free again. You can bid once more.") },
  { "stands", VIEWER_BIDDER, "good", "check", N_ ("Your bid stands"), NULL },
  { "paused", ALL, "warn", "lock", N_ ("This auction is paused"),
    N_ ("Nobody can bid for now. What is held stays safe, and the auction goes on later."), TRUE },
  { "closing", ALL, "warn", "clock", N_ ("Closing"),
    N_ ("The result is here in a moment; if it does not come, load the page again."), TRUE },
  { "won", VIEWER_BIDDER, "good", "check", N_ ("You won this auction"),
    N_ ("The price was paid from your wallet. Arrange the handover with the seller."), TRUE },
  { "sold", VIEWER_SELLER, "good", "check", N_ ("Your item is sold"),
    N_ ("The money, less the fee, is in your wallet."), TRUE },
  { "lost", VIEWER_BIDDER, "warn", "info", N_ ("This auction has ended"),
    N_ ("Someone else won. What was held for you is back in your wallet."), TRUE },
  { "ended", BUYERS, "warn", "info", N_ ("This auction has ended"), NULL, TRUE },
  { "returned", VIEWER_BIDDER, "warn", "info", N_ ("Ended without a sale"),
    N_ ("What was held for you is back in your wallet."), TRUE },
  { "unsold", ALL, "warn", "info", N_ ("Ended without a sale"), NULL, TRUE },
  { "cancelled", ALL, "warn", "info", N_ ("This auction was cancelled"),
    N_ ("Whatever was held is back with its owners."), TRUE },
};

static Viewer
find_viewer (const NbAuctionFacts *facts)
{
  gint64 person = nb_request_get_person (facts->request);

  if (person == 0)
    return VIEWER_STRANGER;
  return nb_auction_get_seller (facts->view->auction) == person ? VIEWER_SELLER : VIEWER_BIDDER;
}

/* Returns: (nullable): NULL when there is nothing to tell */
static const char *
find_running_state (const NbAuctionFacts *facts, Viewer viewer)
{
  const NbAuctionView *view = facts->view;
  gboolean leads = view->view.leader && viewer == VIEWER_BIDDER
                   && nb_auction_get_leader (view->auction) == nb_request_get_person (facts->request);

  if (viewer == VIEWER_SELLER)
    return "seller";
  if (leads)
    return "leading";
  if (view->own_max > 0)
    return view->view.leader ? "outbid" : "stands";
  if (!nb_page_auction_has_room (facts))
    return NULL;
  return viewer == VIEWER_STRANGER ? "watching" : "none";
}

static const char *
find_sold_state (const NbAuctionFacts *facts, Viewer viewer)
{
  if (viewer == VIEWER_SELLER)
    return "sold";
  if (viewer == VIEWER_BIDDER && facts->view->winner == nb_request_get_person (facts->request))
    return "won";
  return facts->view->own_max > 0 ? "lost" : "ended";
}

static const char *
find_state (const NbAuctionFacts *facts, NbAuctionStatus status, Viewer viewer)
{
  switch (status)
    {
    case NB_AUCTION_SCHEDULED:
    case NB_AUCTION_OPEN:
      return find_running_state (facts, viewer);
    case NB_AUCTION_CLOSING:
      return "closing";
    case NB_AUCTION_SOLD:
      return find_sold_state (facts, viewer);
    case NB_AUCTION_UNSOLD:
      return facts->view->own_max > 0 ? "returned" : "unsold";
    case NB_AUCTION_CANCELLED:
      return "cancelled";
    case NB_AUCTION_PAUSED:
      return "paused";
    default:
      return NULL;
    }
}

static JsonObject *
make_state (const NbAuctionFacts *facts, gsize i, gboolean is_shown)
{
  JsonObject *state = json_object_new ();

  json_object_set_string_member (state, "name", states[i].name);
  json_object_set_string_member (state, "tone", states[i].tone);
  json_object_set_string_member (state, "icon", states[i].icon);
  json_object_set_string_member (state, "title", nb_request_gettext (facts->request, states[i].title));
  json_object_set_string_member (state, "text",
                                 states[i].text != NULL ? nb_request_gettext (facts->request, states[i].text) : "");
  json_object_set_boolean_member (state, "is_shown", is_shown);
  json_object_set_boolean_member (state, "is_late", states[i].is_late);
  return state;
}

void
nb_page_auction_set_states (const NbAuctionFacts *facts, JsonObject *model, NbAuctionStatus status)
{
  Viewer viewer = find_viewer (facts);
  const char *shown = find_state (facts, status, viewer);
  gboolean has_room = nb_page_auction_has_room (facts);
  JsonArray *list = json_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      gboolean is_shown = shown != NULL && strcmp (states[i].name, shown) == 0;

      if (is_shown || (has_room && (states[i].viewers & viewer) != 0))
        json_array_add_object_element (list, make_state (facts, i, is_shown));
    }
  json_object_set_boolean_member (model, "has_states", json_array_get_length (list) > 0);
  json_object_set_array_member (model, "states", list);
}
