/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of one kind of auction, as pure functions. */
#pragma once

#include <neighborbid/nb-decision.h>

G_BEGIN_DECLS

/**
 * NbCapabilities:
 *
 * What the pages and the host should know about a type.
 *
 * Since: 1.0
 */
typedef enum
{
  NB_CAPABILITY_NONE = 0,
  NB_CAPABILITY_LIVE = 1 << 0,
  NB_CAPABILITY_SEALED = 1 << 1,
  NB_CAPABILITY_REGIONAL = 1 << 2,
  NB_CAPABILITY_QUANTITY = 1 << 3
} NbCapabilities;

/**
 * NbTypeDescription:
 *
 * What a type says of itself: title and one-line rule per language, the JSON schema of its terms, its capabilities.
 *
 * Since: 1.0
 */
typedef struct _NbTypeDescription NbTypeDescription;

/** nb_type_description_new: @terms_schema: a JSON schema of type object. The sell form is made from it: `title` and `title-ko` name a field, `minimum`, `maximum`, `default`, `required`, and `format`: `money` or `duration` */
NB_PUBLIC NbTypeDescription *nb_type_description_new (const char *terms_schema, NbCapabilities capabilities);
NB_PUBLIC void nb_type_description_free (NbTypeDescription *self);
/** nb_type_description_add_language: @language: such as `ko`; English (`en`) must be there */
NB_PUBLIC void nb_type_description_add_language (NbTypeDescription *self, const char *language, const char *title,
                                                 const char *rule);
/** nb_type_description_get_title: Returns: (transfer none): in @language, else in English */
NB_PUBLIC const char *nb_type_description_get_title (const NbTypeDescription *self, const char *language);
NB_PUBLIC const char *nb_type_description_get_rule (const NbTypeDescription *self, const char *language);
NB_PUBLIC const char *nb_type_description_get_terms_schema (const NbTypeDescription *self);
NB_PUBLIC NbCapabilities nb_type_description_get_capabilities (const NbTypeDescription *self);

/**
 * NbQuote:
 * @min_next: the least that a bid must name now
 * @step: from the current price to @min_next
 * @buy_now: the price to buy at once, or 0 when it is not offered
 * @next_change_at: when the price changes by itself, in microseconds since the epoch, or 0
 * @reserve_met: 1 or 0, or -1 where there is no reserve
 *
 * What a bidder needs to know before a bid. Amounts in minor units.
 *
 * Since: 1.0
 */
typedef struct
{
  NbMoney min_next;
  NbMoney step;
  NbMoney buy_now;
  gint64 next_change_at;
  int reserve_met;
  /*< private >*/
  gint64 reserved[6];
} NbQuote;

/**
 * NbView:
 *
 * What one viewer may see of an auction while it runs. The host sets all to %TRUE before `project` is called; maxima and
 * the reserve are never part of it. Own bids are always shown to their bidder.
 *
 * Since: 1.0
 */
typedef struct
{
  gboolean price;
  gboolean leader;
  gboolean bid_count;
  gboolean history;
  /*< private >*/
  gpointer reserved[6];
} NbView;

#define NB_TYPE_AUCTION_TYPE (nb_auction_type_get_type ())
NB_PUBLIC G_DECLARE_DERIVABLE_TYPE (NbAuctionType, nb_auction_type, NB, AUCTION_TYPE, GObject)

/**
 * NbAuctionTypeClass:
 * @describe: required: (transfer full): what the type says of itself
 * @validate_terms: required: FALSE with `validation_failed` and its field set, or TRUE. @terms is an `a{sv}` in which
 *   unknown names must be refused. Times in microseconds since the epoch
 * @open: (nullable): first state, timers and end; default: an empty decision
 * @quote: required: fills @quote (zeroed before) for @viewer (0: signed out)
 * @on_bid: required: a decision, or NULL with `bid_too_low` and the like
 * @on_timer: (nullable): a decision; required for a type that sets timers
 * @resolve: required: the resolution; @seed is the same number for the same auction, for ties and hidden ends
 * @project: (nullable): hides parts from @viewer
 *
 * All are pure: they run on store threads inside a transaction that may be repeated, several at once, so they depend on
 * their arguments alone: no clock, no I/O, no globals that change.
 *
 * Since: 1.0
 */
struct _NbAuctionTypeClass
{
  GObjectClass parent_class;

  NbTypeDescription *(*describe) (NbAuctionType *self);
  gboolean (*validate_terms) (NbAuctionType *self, GVariant *terms, gint64 starts_at, gint64 ends_at, GError **error);
  NbDecision *(*open) (NbAuctionType *self, const NbAuction *auction, GError **error);
  void (*quote) (NbAuctionType *self, const NbAuction *auction, gint64 viewer, gint64 now, NbQuote *quote);
  NbDecision *(*on_bid) (NbAuctionType *self, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error);
  NbDecision *(*on_timer) (NbAuctionType *self, const NbAuction *auction, const char *timer, gint64 now,
                           GError **error);
  NbResolution *(*resolve) (NbAuctionType *self, const NbAuction *auction, gint64 now, guint64 seed, GError **error);
  void (*project) (NbAuctionType *self, const NbAuction *auction, gint64 viewer, NbView *view);

  /*< private >*/
  gpointer reserved[12];
};

/** nb_auction_type_describe: calls the hook of the same name, as the functions below do */
NB_PUBLIC NbTypeDescription *nb_auction_type_describe (NbAuctionType *self);
/** nb_auction_type_validate_terms: Returns: %FALSE with an error that names the field, when @terms can't stand */
NB_PUBLIC gboolean nb_auction_type_validate_terms (NbAuctionType *self, GVariant *terms, gint64 starts_at,
                                                   gint64 ends_at, GError **error);
/** nb_auction_type_open: gives a new auction its first state, end and timers; from the terms, where the type has no such hook */
NB_PUBLIC NbDecision *nb_auction_type_open (NbAuctionType *self, const NbAuction *auction, GError **error);
/** nb_auction_type_quote: fills @quote with what a bidder needs to know at @now */
NB_PUBLIC void nb_auction_type_quote (NbAuctionType *self, const NbAuction *auction, gint64 viewer, gint64 now,
                                      NbQuote *quote);
/**
 * nb_auction_type_on_bid:
 * @self: an auction type
 * @auction: the auction as it stands, locked by the engine
 * @bid: the bid to judge; its amount is in minor units
 * @now: microseconds since the epoch: when the bid reached the server
 * @error: why the bid is refused, in %NB_ERROR
 *
 * Judges one bid. A vfunc that answers %NULL without an error is reported as that type's bug.
 *
 * Returns: (transfer full) (nullable): what follows from the bid, or %NULL with @error set
 * Since: 1.0
 */
NB_PUBLIC NbDecision *nb_auction_type_on_bid (NbAuctionType *self, const NbAuction *auction, const NbBid *bid,
                                              gint64 now, GError **error);
NB_PUBLIC NbDecision *nb_auction_type_on_timer (NbAuctionType *self, const NbAuction *auction, const char *timer,
                                                gint64 now, GError **error);
NB_PUBLIC NbResolution *nb_auction_type_resolve (NbAuctionType *self, const NbAuction *auction, gint64 now,
                                                 guint64 seed, GError **error);
NB_PUBLIC void nb_auction_type_project (NbAuctionType *self, const NbAuction *auction, gint64 viewer, NbView *view);

G_END_DECLS
