/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing auctions, reading and finding them. */
#pragma once

#include "core/plugin/nb-registry.h"

G_BEGIN_DECLS

#define NB_TYPE_CATALOGUE (nb_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (NbCatalogue, nb_catalogue, NB, CATALOGUE, GObject)

typedef struct
{
  gint64 min_duration; /* microseconds */
  gint64 max_duration;
} NbCatalogueOptions;

NbCatalogue *nb_catalogue_new (NbStore *store, NbRegistry *registry, const NbCatalogueOptions *options);
void nb_catalogue_set_options (NbCatalogue *self, const NbCatalogueOptions *options);

/* What a seller lists. Texts are copied. */
typedef struct
{
  const char *type;
  gint64 seller;
  const char *title;       /* 1 to 100 characters */
  const char *description; /* up to 5,000 characters */
  const char *category;    /* (nullable) */
  const char *condition;   /* (nullable) */
  const char *region;      /* (nullable): the seller's */
  gint64 starts_at;        /* 0: now */
  gint64 ends_at;
  gint64 quantity; /* 0: one */
  GVariant *terms; /* a{sv} */
  const char *key; /* (nullable) idempotency key */
} NbListing;

/* Everything that a page or the JSON of an auction needs, as one viewer may see it. Immutable, reference-counted. */
typedef struct _NbAuctionView
{
  gatomicrefcount ref_count;
  NbAuction *auction;
  NbQuote quote;
  NbView view;
  char *title;
  char *description;
  char *category;
  char *condition;
  char *region_name;
  char *seller_nickname;
  char *leader_nickname; /* (nullable) */
  gint64 winner;         /* 0: none */
  char *winner_nickname; /* (nullable) */
  NbMoney winning_price;
  gint64 closed_at; /* 0: not yet */
  gint64 created_at;
  char *pause_reason;  /* (nullable) */
  char *unsold_reason; /* (nullable) */
  NbMoney own_max;     /* the most that the viewer named in this auction; 0: did not bid, or not asked for (lists) */
} NbAuctionView;

NbAuctionView *nb_auction_view_ref (NbAuctionView *self);
void nb_auction_view_unref (NbAuctionView *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbAuctionView, nb_auction_view_unref)
/* The status as it is shown at @now: an open one past its end is closing, one that has started is open. */
NbAuctionStatus nb_auction_view_get_status (const NbAuctionView *self, gint64 now);

void nb_catalogue_list_async (NbCatalogue *self, const NbListing *listing, GAsyncReadyCallback callback,
                              gpointer user_data);
/* Returns: (transfer full): the new auction as its seller sees it; @is_replay when the key was used before */
NbAuctionView *nb_catalogue_list_finish (NbCatalogue *self, GAsyncResult *result, gboolean *is_replay, GError **error);

void nb_catalogue_get_async (NbCatalogue *self, gint64 auction, gint64 viewer, GAsyncReadyCallback callback,
                             gpointer user_data);
NbAuctionView *nb_catalogue_get_finish (NbCatalogue *self, GAsyncResult *result, GError **error);

typedef enum
{
  NB_SORT_RECENT,
  NB_SORT_END_SOON,
  NB_SORT_PRICE_ASC,
  NB_SORT_PRICE_DESC
} NbSort;

typedef struct
{
  const char *type; /* NULL: any; so for all texts */
  const char *status;
  const char *region; /* with what lies below it */
  const char *category;
  const char *condition;
  NbMoney min_price; /* 0: any */
  NbMoney max_price;
  const char *text;   /* words to find, all of them */
  gint64 seller;      /* 0: any */
  gint64 bidder;      /* 0: any; auctions this person bid on */
  NbSort sort;        /* with END_SOON and the prices and no status: open ones */
  guint limit;        /* 1 to 100 */
  const char *cursor; /* from the page before */
  gint64 viewer;
} NbSearch;

typedef struct
{
  GPtrArray *items;  /* of NbAuctionView */
  char *next_cursor; /* (nullable) */
  gint64 total;      /* -1: not counted */
} NbSearchPage;

void nb_search_page_free (NbSearchPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbSearchPage, nb_search_page_free)

void nb_catalogue_search_async (NbCatalogue *self, const NbSearch *search, gboolean count, GAsyncReadyCallback callback,
                                gpointer user_data);
NbSearchPage *nb_catalogue_search_finish (NbCatalogue *self, GAsyncResult *result, GError **error);

/* One line of the bid history as a viewer may see it. */
typedef struct
{
  gint64 seq;
  gint64 bidder;
  char *nickname;
  NbMoney amount;
  gint64 at;
  gboolean is_own;
} NbHistoryItem;

typedef struct
{
  GPtrArray *items; /* of NbHistoryItem, newest first */
  char *next_cursor;
} NbHistoryPage;

void nb_history_page_free (NbHistoryPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbHistoryPage, nb_history_page_free)

void nb_catalogue_history_async (NbCatalogue *self, gint64 auction, gint64 viewer, guint limit, const char *cursor,
                                 GAsyncReadyCallback callback, gpointer user_data);
NbHistoryPage *nb_catalogue_history_finish (NbCatalogue *self, GAsyncResult *result, GError **error);

G_END_DECLS
