/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auction types for the engine's tests. */
#include "tests/unit/engine/engine-types.h"

typedef struct
{
  NbEnglishType parent_instance;
} TestEnglish;

typedef struct
{
  NbEnglishTypeClass parent_class;
} TestEnglishClass;

typedef TestEnglish TestSecret;
typedef TestEnglishClass TestSecretClass;

typedef TestEnglish TestRogue;
typedef TestEnglishClass TestRogueClass;

typedef struct
{
  NbAuctionType parent_instance;
} TestFalling;

typedef TestFalling TestPieces;

typedef struct
{
  NbAuctionTypeClass parent_class;
} TestFallingClass;

typedef TestFallingClass TestPiecesClass;

G_DEFINE_TYPE (TestEnglish, test_english, NB_TYPE_ENGLISH_TYPE)
G_DEFINE_TYPE (TestSecret, test_secret, NB_TYPE_ENGLISH_TYPE)
G_DEFINE_TYPE (TestRogue, test_rogue, NB_TYPE_ENGLISH_TYPE)
G_DEFINE_TYPE (TestPieces, test_pieces, NB_TYPE_AUCTION_TYPE)
G_DEFINE_TYPE (TestFalling, test_falling, NB_TYPE_AUCTION_TYPE)

static NbTypeDescription *
describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_NONE);

  nb_type_description_add_language (description, "en", "Test", "A type for tests");
  return description;
}

static void
test_english_class_init (TestEnglishClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = describe;
}

static void
test_english_init (TestEnglish *self)
{
}

static NbTypeDescription *
secret_describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_SEALED);

  nb_type_description_add_language (description, "en", "Secret", "A type for tests");
  return description;
}

static void
test_secret_class_init (TestSecretClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = secret_describe;
}

static void
test_secret_init (TestSecret *self)
{
}

static NbDecision *
rogue_on_bid (NbAuctionType *type, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  gint64 fault = nb_bid_get_amount (bid) % 10;
  NbDecision *decision
      = fault == 2 ? NULL : NB_AUCTION_TYPE_CLASS (test_rogue_parent_class)->on_bid (type, auction, bid, now, error);

  if (fault == 1)
    nb_decision_hold (decision, 999999, 1000);
  else if (fault == 3)
    nb_decision_set_end (decision, nb_auction_get_ends_at (auction) - 1);
  else if (fault == 4)
    nb_decision_hold (decision, nb_bid_get_person (bid), -1);
  else if (fault == 5)
    nb_decision_close_now (decision);
  else if (fault == 6)
    nb_decision_hold (decision, nb_bid_get_person (bid), 0);
  return decision;
}

static NbResolution *
rogue_resolve (NbAuctionType *type, const NbAuction *auction, gint64 now, guint64 seed, GError **error)
{
  NbResolution *resolution;

  if (nb_auction_get_price (auction) % 10 != 5)
    return NB_AUCTION_TYPE_CLASS (test_rogue_parent_class)->resolve (type, auction, now, seed, error);
  resolution = nb_resolution_new_sold ();
  nb_resolution_add_winner (resolution, nb_auction_get_leader (auction), 1, nb_auction_get_price (auction) + 1);
  return resolution;
}

static void
test_rogue_class_init (TestRogueClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = describe;
  NB_AUCTION_TYPE_CLASS (klass)->on_bid = rogue_on_bid;
  NB_AUCTION_TYPE_CLASS (klass)->resolve = rogue_resolve;
}

static void
test_rogue_init (TestRogue *self)
{
}

static NbMoney
falling_price (const NbAuction *auction)
{
  return nb_auction_get_price (auction) > 0 ? nb_auction_get_price (auction)
                                            : nb_auction_get_term_int (auction, "start_price", 0);
}

static gboolean
falling_validate_terms (NbAuctionType *type, GVariant *terms, gint64 starts_at, gint64 ends_at, GError **error)
{
  return TRUE;
}

static NbDecision *
falling_open (NbAuctionType *type, const NbAuction *auction, GError **error)
{
  NbDecision *decision = nb_decision_new ();

  nb_decision_set_price (decision, nb_auction_get_term_int (auction, "start_price", 0));
  nb_decision_set_timer (decision, "fall",
                         nb_auction_get_starts_at (auction) + nb_auction_get_term_int (auction, "every_ms", 0) * 1000);
  return decision;
}

static NbDecision *
falling_on_timer (NbAuctionType *type, const NbAuction *auction, const char *timer, gint64 now, GError **error)
{
  NbDecision *decision = nb_decision_new ();

  nb_decision_set_price (decision, MAX (falling_price (auction) - nb_auction_get_term_int (auction, "step", 1), 1));
  nb_decision_set_timer (decision, "fall", now + nb_auction_get_term_int (auction, "every_ms", 0) * 1000);
  return decision;
}

static void
falling_quote (NbAuctionType *type, const NbAuction *auction, gint64 viewer, gint64 now, NbQuote *quote)
{
  quote->min_next = falling_price (auction);
}

static NbDecision *
falling_on_bid (NbAuctionType *type, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  NbDecision *decision;

  if (nb_bid_get_amount (bid) < falling_price (auction))
    {
      nb_set_error (error, NB_ERROR_BID_TOO_LOW, "the price has not fallen that far", NULL);
      return NULL;
    }
  decision = nb_decision_new ();
  nb_decision_set_standing (decision, NB_STANDING_LEADING);
  nb_decision_set_leader (decision, nb_bid_get_person (bid));
  nb_decision_hold (decision, nb_bid_get_person (bid), falling_price (auction));
  nb_decision_close_now (decision);
  return decision;
}

static NbResolution *
falling_resolve (NbAuctionType *type, const NbAuction *auction, gint64 now, guint64 seed, GError **error)
{
  NbResolution *resolution;

  if (nb_auction_get_leader (auction) == 0)
    return nb_resolution_new_unsold ("no_bids");
  resolution = nb_resolution_new_sold ();
  nb_resolution_add_winner (resolution, nb_auction_get_leader (auction), 1, nb_auction_get_price (auction));
  return resolution;
}

static void
test_falling_class_init (TestFallingClass *klass)
{
  NbAuctionTypeClass *type_class = NB_AUCTION_TYPE_CLASS (klass);

  type_class->describe = describe;
  type_class->validate_terms = falling_validate_terms;
  type_class->open = falling_open;
  type_class->on_timer = falling_on_timer;
  type_class->quote = falling_quote;
  type_class->on_bid = falling_on_bid;
  type_class->resolve = falling_resolve;
}

static void
test_falling_init (TestFalling *self)
{
}

static NbTypeDescription *
pieces_describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_QUANTITY);

  nb_type_description_add_language (description, "en", "Pieces", "A type for tests");
  return description;
}

static void
pieces_quote (NbAuctionType *type, const NbAuction *auction, gint64 viewer, gint64 now, NbQuote *quote)
{
  quote->min_next = 1;
}

static NbDecision *
pieces_on_bid (NbAuctionType *type, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  NbDecision *decision = nb_decision_new ();

  nb_decision_hold (decision, nb_bid_get_person (bid), nb_bid_get_amount (bid) * nb_bid_get_quantity (bid));
  return decision;
}

static void
add_winner (gint64 person, NbMoney amount, gpointer resolution)
{
  nb_resolution_add_winner (resolution, person, 1, amount);
}

static NbResolution *
pieces_resolve (NbAuctionType *type, const NbAuction *auction, gint64 now, guint64 seed, GError **error)
{
  NbResolution *resolution;

  if (nb_auction_get_bid_count (auction) == 0)
    return nb_resolution_new_unsold ("no_bids");
  resolution = nb_resolution_new_sold ();
  nb_auction_foreach_hold (auction, add_winner, resolution);
  return resolution;
}

static void
test_pieces_class_init (TestPiecesClass *klass)
{
  NbAuctionTypeClass *type_class = NB_AUCTION_TYPE_CLASS (klass);

  type_class->describe = pieces_describe;
  type_class->validate_terms = falling_validate_terms;
  type_class->quote = pieces_quote;
  type_class->on_bid = pieces_on_bid;
  type_class->resolve = pieces_resolve;
}

static void
test_pieces_init (TestPieces *self)
{
}
