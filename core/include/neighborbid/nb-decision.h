/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an auction type answers: a decision about a bid or a timer, and the resolution at the end. */
#pragma once

#include <neighborbid/nb-auction.h>

G_BEGIN_DECLS

/**
 * NbStanding:
 *
 * How an accepted bid stands right after it: it leads, a standing maximum is above it, or the type knows no leader.
 *
 * Since: 1.0
 */
typedef enum
{
  NB_STANDING_ACCEPTED,
  NB_STANDING_LEADING,
  NB_STANDING_OUTBID
} NbStanding;

/**
 * NbDecision:
 *
 * Effects to apply, each absolute, so that applying them again changes nothing. What is not set stays as it is. The host
 * checks a decision and refuses it whole when it breaks a rule: a negative hold or price, an end that moves backwards, a
 * hold or lead for someone who did not bid.
 *
 * Since: 1.0
 */
typedef struct _NbDecision NbDecision;

/** nb_decision_new: Returns: (transfer full): a decision that accepts and changes nothing yet */
NB_PUBLIC NbDecision *nb_decision_new (void);
NB_PUBLIC void nb_decision_free (NbDecision *self);
/** nb_decision_set_state: @state: (transfer floating): the type's own state, of any GVariant type */
NB_PUBLIC void nb_decision_set_state (NbDecision *self, GVariant *state);
/** nb_decision_set_price: @price: the public current price in minor units, above 0 */
NB_PUBLIC void nb_decision_set_price (NbDecision *self, NbMoney price);
/** nb_decision_set_leader: @person: who leads now; 0 for nobody */
NB_PUBLIC void nb_decision_set_leader (NbDecision *self, gint64 person);
/** nb_decision_set_standing: how the bid stands after this decision */
NB_PUBLIC void nb_decision_set_standing (NbDecision *self, NbStanding standing);
/** nb_decision_hold: sets the hold of @person in this auction to @amount; 0 releases it */
NB_PUBLIC void nb_decision_hold (NbDecision *self, gint64 person, NbMoney amount);
/**
 * nb_decision_require_cover:
 *
 * Asks that the bidder could be held to @amount right now, without holding it: a bid that is outbid at once must be backed by
 * money all the same.
 */
NB_PUBLIC void nb_decision_require_cover (NbDecision *self, NbMoney amount);
/** nb_decision_set_end: moves the end to @ends_at, microseconds since the epoch; never backwards */
NB_PUBLIC void nb_decision_set_end (NbDecision *self, gint64 ends_at);
/** nb_decision_close_now: the auction is resolved in the same transaction */
NB_PUBLIC void nb_decision_close_now (NbDecision *self);
/** nb_decision_set_timer: asks for on_timer with @name at @due_at; a second timer of the same name replaces the first, 0 removes it */
NB_PUBLIC void nb_decision_set_timer (NbDecision *self, const char *name, gint64 due_at);
/** nb_decision_set_shown_amount: the amount that others see in the bid history; -1 shows the bid to nobody but its bidder. Default: the price after the bid */
NB_PUBLIC void nb_decision_set_shown_amount (NbDecision *self, NbMoney amount);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbDecision, nb_decision_free)

/**
 * NbResolution:
 *
 * Who won what at which price; or that nothing was sold, and why.
 *
 * Since: 1.0
 */
typedef struct _NbResolution NbResolution;

/** nb_resolution_new_sold: Returns: (transfer full): a sale that still needs its winners */
NB_PUBLIC NbResolution *nb_resolution_new_sold (void);
/** nb_resolution_new_unsold: @reason: `no_bids`, `reserve_not_met`, or the type's own word */
NB_PUBLIC NbResolution *nb_resolution_new_unsold (const char *reason);
NB_PUBLIC void nb_resolution_free (NbResolution *self);
/** nb_resolution_add_winner: @total: what @person pays for @quantity pieces together, in minor units; at most what is held for them */
NB_PUBLIC void nb_resolution_add_winner (NbResolution *self, gint64 person, gint64 quantity, NbMoney total);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbResolution, nb_resolution_free)

G_END_DECLS
