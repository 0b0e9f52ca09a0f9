/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns events that are about an auction as a whole, or about a wallet, into messages. */
#include "nb-outcome.h"

#include "nb-fanout.h"
#include "nb-wording.h"

#include <string.h>

/* How the reason of a pause begins when an auction type broke a rule; what exactly it did is for operators. */
#define TYPE_FAULT "type-fault"

static const struct
{
  const char *name;
  NbKind kind;
} moves[] = {
  { "deposit", NB_KIND_DEPOSIT }, { "withdraw", NB_KIND_WITHDRAWAL }, { "payout", NB_KIND_PAYOUT },
  { "refund", NB_KIND_REFUND },   { "adjust", NB_KIND_ADJUSTMENT },
};

gboolean
nb_outcome_is_true (NbKind kind, const NbLot *lot, gint64 now)
{
  switch (kind)
    {
    case NB_KIND_WON:
    case NB_KIND_LOST:
    case NB_KIND_SOLD:
    case NB_KIND_UNSOLD:
      return lot->phase == NB_LOT_CLOSED;
    case NB_KIND_CANCELLED:
      return lot->phase == NB_LOT_CANCELLED;
    case NB_KIND_PAUSED:
      return lot->phase == NB_LOT_PAUSED;
    case NB_KIND_RESUMED:
      return lot->phase == NB_LOT_RUNNING && now < lot->ends_at;
    case NB_KIND_ENDING_SOON:
      return lot->is_open && now < lot->ends_at;
    default:
      return FALSE;
    }
}

static void
add_fanout (GPtrArray *fanouts, const NbEvent *event, NbKind kind, const NbLot *lot, NbMoney price, const char *detail)
{
  g_ptr_array_add (fanouts, nb_fanout_new (nb_event_get_id (event), kind, lot->id, price, detail));
}

static void
add_seller (NbPost *post, const NbEvent *event, NbKind kind, const NbLot *lot, NbMoney price, const char *detail)
{
  nb_post_add (post, nb_event_get_id (event), lot->seller, kind, lot->id, lot->title, price, detail);
}

/* A word of an auction type's own would tell people nothing. */
static const char *
find_close_detail (const NbLot *lot)
{
  return lot->winning_price == 0 && nb_wording_knows (lot->close_reason) ? lot->close_reason : "";
}

static void
tell_closed (const NbEvent *event, const NbLot *lot, NbPost *post, GPtrArray *fanouts)
{
  gboolean is_sold = lot->winning_price > 0;
  const char *detail = find_close_detail (lot);

  if (!nb_outcome_is_true (NB_KIND_SOLD, lot, 0))
    return;
  add_seller (post, event, is_sold ? NB_KIND_SOLD : NB_KIND_UNSOLD, lot, lot->total, detail);
  if (is_sold)
    add_fanout (fanouts, event, NB_KIND_WON, lot, 0, "");
  add_fanout (fanouts, event, NB_KIND_LOST, lot, lot->winning_price, detail);
}

/* Whoever did it knows. */
static void
tell_change (const NbEvent *event, NbKind kind, const char *reason, const NbLot *lot, gint64 now, NbPost *post,
             GPtrArray *fanouts)
{
  if (!nb_outcome_is_true (kind, lot, now))
    return;
  if (kind != NB_KIND_CANCELLED || lot->canceller != lot->seller)
    add_seller (post, event, kind, lot, 0, reason);
  add_fanout (fanouts, event, kind, lot, 0, reason);
}

static gboolean
tell_moved (const NbEvent *event, const NbLot *lot, NbPost *post)
{
  GVariant *payload = nb_event_get_payload (event);
  const char *name = NULL;
  gint64 person = 0;
  NbMoney amount = 0;

  if (!g_variant_lookup (payload, "person", "x", &person) || !g_variant_lookup (payload, "kind", "&s", &name)
      || !g_variant_lookup (payload, "amount", "x", &amount))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    if (strcmp (moves[i].name, name) == 0)
      nb_post_add (post, nb_event_get_id (event), person, moves[i].kind, nb_event_get_auction (event),
                   lot != NULL ? lot->title : "", amount, "");
  return TRUE;
}

gboolean
nb_outcome_tell (const NbEvent *event, const NbLot *lot, gint64 now, NbPost *post, GPtrArray *fanouts)
{
  const char *kind = nb_event_get_kind (event);
  const char *reason = "";

  if (strcmp (kind, "wallet-moved") == 0)
    return tell_moved (event, lot, post);
  if (lot == NULL)
    return TRUE;
  if (strcmp (kind, "auction-closed") == 0)
    tell_closed (event, lot, post, fanouts);
  else if (strcmp (kind, "auction-resumed") == 0)
    tell_change (event, NB_KIND_RESUMED, "", lot, now, post, fanouts);
  else if (!g_variant_lookup (nb_event_get_payload (event), "reason", "&s", &reason))
    return FALSE;
  else if (strcmp (kind, "auction-paused") == 0)
    tell_change (event, NB_KIND_PAUSED, g_str_has_prefix (reason, TYPE_FAULT) ? TYPE_FAULT : reason, lot, now, post,
                 fanouts);
  else
    tell_change (event, NB_KIND_CANCELLED, reason, lot, now, post, fanouts);
  return TRUE;
}
