/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An auction type that breaks one rule of the host, chosen by the term `sin`; without it, it keeps them all. */
#include <neighborbid/neighborbid.h>

#include <string.h>

#define STRANGER G_GINT64_CONSTANT (4611686018427387903)

G_DECLARE_FINAL_TYPE (RogueType, rogue_type, ROGUE, TYPE, NbAuctionType)

struct _RogueType
{
  NbAuctionType parent_instance;
};

G_DEFINE_FINAL_TYPE (RogueType, rogue_type, NB_TYPE_AUCTION_TYPE)

static const char *const sins[] = {
  "hold-for-stranger", /* a hold for someone who did not bid */
  "negative-hold",
  "negative-price",
  "leader-is-stranger",
  "end-backwards",
  "winner-above-hold",  /* at the end: the winner pays more than is held */
  "winner-is-stranger", /* at the end: someone wins who did not bid */
  "too-many",           /* at the end: more pieces are sold than were offered */
  "refuses-silently",   /* NULL without an error, for a bid and at the end */
  NULL,
};

static const char *
get_sin (GVariant *terms)
{
  const char *sin = "";

  g_variant_lookup (terms, "sin", "&s", &sin);
  return sin;
}

static gboolean
sins_by (const NbAuction *auction, const char *sin)
{
  return strcmp (get_sin (nb_auction_get_terms (auction)), sin) == 0;
}

static NbTypeDescription *
rogue_type_describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (
      "{\"type\":\"object\",\"properties\":{\"sin\":{\"type\":\"string\",\"title\":\"Sin\",\"title-ko\":\"위반\"}}}",
      NB_CAPABILITY_NONE);

  nb_type_description_add_language (description, "en", "Rogue auction", "It breaks the rule that its terms name.");
  nb_type_description_add_language (description, "ko", "규칙을 어기는 경매", "조건에 적힌 규칙을 어깁니다.");
  return description;
}

static gboolean
rogue_type_validate_terms (NbAuctionType *type, GVariant *terms, gint64 starts_at, gint64 ends_at, GError **error)
{
  const char *sin = get_sin (terms);

  if (sin[0] == '\0' || g_strv_contains (sins, sin))
    return TRUE;
  g_autoptr (GError) inner = nb_error_new (NB_ERROR_VALIDATION_FAILED, "this is no known sin", NULL);
  nb_error_set_field (inner, "sin");
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

static void
rogue_type_quote (NbAuctionType *type, const NbAuction *auction, gint64 viewer, gint64 now, NbQuote *quote)
{
  quote->min_next = nb_auction_get_price (auction) + 1000;
  quote->step = 1000;
  quote->reserve_met = -1;
}

static NbDecision *
rogue_type_on_bid (NbAuctionType *type, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  g_autoptr (NbDecision) decision = nb_decision_new ();
  gint64 leader = nb_auction_get_leader (auction);
  gint64 person = nb_bid_get_person (bid);

  if (sins_by (auction, "refuses-silently"))
    return NULL;
  nb_decision_set_price (decision, sins_by (auction, "negative-price") ? -5 : nb_bid_get_amount (bid));
  nb_decision_set_leader (decision, sins_by (auction, "leader-is-stranger") ? STRANGER : person);
  nb_decision_set_standing (decision, NB_STANDING_LEADING);
  if (leader != 0 && leader != person)
    nb_decision_hold (decision, leader, 0);
  nb_decision_hold (decision, person, sins_by (auction, "negative-hold") ? -1 : nb_bid_get_amount (bid));
  if (sins_by (auction, "hold-for-stranger"))
    nb_decision_hold (decision, STRANGER, 1000);
  if (sins_by (auction, "end-backwards"))
    nb_decision_set_end (decision, nb_auction_get_ends_at (auction) - G_USEC_PER_SEC);
  return g_steal_pointer (&decision);
}

static NbResolution *
rogue_type_resolve (NbAuctionType *type, const NbAuction *auction, gint64 now, guint64 seed, GError **error)
{
  gint64 leader = nb_auction_get_leader (auction);
  gint64 winner = sins_by (auction, "winner-is-stranger") ? STRANGER : leader;
  NbMoney total = nb_auction_get_hold (auction, leader) + (sins_by (auction, "winner-above-hold") ? 1000 : 0);
  gint64 quantity = sins_by (auction, "too-many") ? nb_auction_get_quantity (auction) + 1 : 1;

  if (sins_by (auction, "refuses-silently"))
    return NULL;
  if (leader == 0)
    return nb_resolution_new_unsold ("no_bids");
  NbResolution *resolution = nb_resolution_new_sold ();
  nb_resolution_add_winner (resolution, winner, quantity, total);
  return resolution;
}

static void
rogue_type_class_init (RogueTypeClass *klass)
{
  NbAuctionTypeClass *type_class = NB_AUCTION_TYPE_CLASS (klass);

  type_class->describe = rogue_type_describe;
  type_class->validate_terms = rogue_type_validate_terms;
  type_class->quote = rogue_type_quote;
  type_class->on_bid = rogue_type_on_bid;
  type_class->resolve = rogue_type_resolve;
}

static void
rogue_type_init (RogueType *self)
{
}

G_DECLARE_FINAL_TYPE (RoguePlugin, rogue_plugin, ROGUE, PLUGIN, NbPlugin)

struct _RoguePlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (RoguePlugin, rogue_plugin, NB_TYPE_PLUGIN)

static gboolean
rogue_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  g_autoptr (NbAuctionType) type = g_object_new (rogue_type_get_type (), NULL);

  return nb_context_add_auction_type (context, "rogue", type, error);
}

static void
rogue_plugin_class_init (RoguePluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->start = rogue_plugin_start;
}

static void
rogue_plugin_init (RoguePlugin *self)
{
}

NB_PLUGIN_DEFINE (rogue_plugin_get_type)
