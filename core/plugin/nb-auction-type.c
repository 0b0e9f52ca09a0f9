/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls an auction type's hooks, and names the type when a hook breaks its promise. */
#include "core/domain/nb-auction-private.h"

#include <neighborbid/nb-auction-type.h>
#include <neighborbid/nb-error.h>

#include <string.h>

G_DEFINE_ABSTRACT_TYPE (NbAuctionType, nb_auction_type, G_TYPE_OBJECT)

static void
nb_auction_type_class_init (NbAuctionTypeClass *klass)
{
}

static void
nb_auction_type_init (NbAuctionType *self)
{
}

/* A hook that answers nothing must say why: else it is the type's fault. */
static gpointer
checked (NbAuctionType *self, const char *hook, gpointer answer, GError *inner, GError **error)
{
  if (answer == NULL && inner == NULL)
    nb_set_error (error, NB_ERROR_INTERNAL, "{type} gave neither an answer nor an error in {hook}", "type",
                  G_OBJECT_TYPE_NAME (self), "hook", hook, NULL);
  else if (inner != NULL)
    g_propagate_error (error, inner);
  return answer;
}

static gpointer
missing (NbAuctionType *self, const char *hook, GError **error)
{
  nb_set_error (error, NB_ERROR_INTERNAL, "{type} has no hook {hook}", "type", G_OBJECT_TYPE_NAME (self), "hook", hook,
                NULL);
  return NULL;
}

NbTypeDescription *
nb_auction_type_describe (NbAuctionType *self)
{
  g_return_val_if_fail (NB_IS_AUCTION_TYPE (self), NULL);
  g_return_val_if_fail (NB_AUCTION_TYPE_GET_CLASS (self)->describe != NULL, NULL);

  return NB_AUCTION_TYPE_GET_CLASS (self)->describe (self);
}

gboolean
nb_auction_type_validate_terms (NbAuctionType *self, GVariant *terms, gint64 starts_at, gint64 ends_at, GError **error)
{
  GError *inner = NULL;
  gboolean is_valid;

  g_return_val_if_fail (NB_IS_AUCTION_TYPE (self), FALSE);

  if (NB_AUCTION_TYPE_GET_CLASS (self)->validate_terms == NULL)
    return missing (self, "validate_terms", error) != NULL;
  is_valid = NB_AUCTION_TYPE_GET_CLASS (self)->validate_terms (self, terms, starts_at, ends_at, &inner);
  if (is_valid)
    {
      g_clear_error (&inner);
      return TRUE;
    }
  checked (self, "validate_terms", NULL, inner, error);
  return FALSE;
}

NbDecision *
nb_auction_type_open (NbAuctionType *self, const NbAuction *auction, GError **error)
{
  GError *inner = NULL;
  NbDecision *decision;

  g_return_val_if_fail (NB_IS_AUCTION_TYPE (self), NULL);

  if (NB_AUCTION_TYPE_GET_CLASS (self)->open == NULL)
    return nb_decision_new ();
  decision = NB_AUCTION_TYPE_GET_CLASS (self)->open (self, auction, &inner);
  return checked (self, "open", decision, inner, error);
}

void
nb_auction_type_quote (NbAuctionType *self, const NbAuction *auction, gint64 viewer, gint64 now, NbQuote *quote)
{
  g_return_if_fail (NB_IS_AUCTION_TYPE (self) && quote != NULL);

  memset (quote, 0, sizeof *quote);
  quote->reserve_met = -1;
  if (NB_AUCTION_TYPE_GET_CLASS (self)->quote != NULL)
    NB_AUCTION_TYPE_GET_CLASS (self)->quote (self, auction, viewer, now, quote);
}

NbDecision *
nb_auction_type_on_bid (NbAuctionType *self, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  GError *inner = NULL;
  NbDecision *decision;

  g_return_val_if_fail (NB_IS_AUCTION_TYPE (self), NULL);

  if (NB_AUCTION_TYPE_GET_CLASS (self)->on_bid == NULL)
    return missing (self, "on_bid", error);
  decision = NB_AUCTION_TYPE_GET_CLASS (self)->on_bid (self, auction, bid, now, &inner);
  return checked (self, "on_bid", decision, inner, error);
}

NbDecision *
nb_auction_type_on_timer (NbAuctionType *self, const NbAuction *auction, const char *timer, gint64 now, GError **error)
{
  GError *inner = NULL;
  NbDecision *decision;

  g_return_val_if_fail (NB_IS_AUCTION_TYPE (self), NULL);

  if (NB_AUCTION_TYPE_GET_CLASS (self)->on_timer == NULL)
    return missing (self, "on_timer", error);
  decision = NB_AUCTION_TYPE_GET_CLASS (self)->on_timer (self, auction, timer, now, &inner);
  return checked (self, "on_timer", decision, inner, error);
}

NbResolution *
nb_auction_type_resolve (NbAuctionType *self, const NbAuction *auction, gint64 now, guint64 seed, GError **error)
{
  GError *inner = NULL;
  NbResolution *resolution;

  g_return_val_if_fail (NB_IS_AUCTION_TYPE (self), NULL);

  if (NB_AUCTION_TYPE_GET_CLASS (self)->resolve == NULL)
    return missing (self, "resolve", error);
  resolution = NB_AUCTION_TYPE_GET_CLASS (self)->resolve (self, auction, now, seed, &inner);
  return checked (self, "resolve", resolution, inner, error);
}

void
nb_auction_type_project (NbAuctionType *self, const NbAuction *auction, gint64 viewer, NbView *view)
{
  g_return_if_fail (NB_IS_AUCTION_TYPE (self) && view != NULL);

  *view = (NbView){ .price = TRUE, .leader = TRUE, .bid_count = TRUE, .history = TRUE };
  if (NB_AUCTION_TYPE_GET_CLASS (self)->project != NULL)
    NB_AUCTION_TYPE_GET_CLASS (self)->project (self, auction, viewer, view);
}
