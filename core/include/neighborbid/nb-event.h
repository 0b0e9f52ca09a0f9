/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events: facts that became true by a commit. */
#pragma once

#include <neighborbid/nb-visibility.h>

G_BEGIN_DECLS

/**
 * NbEvent:
 *
 * An immutable, reference-counted fact with a kind, a version and a payload (`a{sv}`). It is given to
 * nb_transaction_emit() inside a transaction and reaches handlers only after that transaction's COMMIT: those of
 * nb_context_add_event_handler() at once and at most once, in the process that committed it, and the one of
 * nb_context_set_consumer() through the outbox, which loses none.
 *
 * Kinds of version 1 and their payloads (`x` integer, `s` text, `ax` list, `b` yes or no):
 * - `auction-listed`, `auction-opened`, `auction-paused` (`reason` s), `auction-resumed`, `auction-cancelled` (`reason` s):
 *   the auction alone
 * - `bid-accepted`: once a batch: `seq` x, `price` x, `leader` x, `bid_count` x, `ends_at` x, `people` ax (whose bids stand
 *   in the batch). Where the type is sealed `price` and `leader` are 0: nobody may learn them before the end
 * - `outbid`: once a batch: `seq` x, `price` x, `people` ax (led, or bid, before and do not lead now); never where the
 *   type is sealed
 * - `auction-closed`: `seq` x, `status` s, `winner` x (0: none), `price` x
 * - `settled`: `winner` x, `seller` x, `captured` x, `payout` x, `fee` x, `refund` x
 * - `wallet-moved`: `person` x, `kind` s, `amount` x (below 0 for an `adjust` that takes money away)
 *
 * Since: 1.0
 */
typedef struct _NbEvent NbEvent;

#define NB_TYPE_EVENT (nb_event_get_type ())
NB_PUBLIC GType nb_event_get_type (void);

/**
 * nb_event_new:
 * @kind: such as `bid-accepted`
 * @version: the payload's version, from 1
 * @auction_id: the auction it is about, or 0
 * @payload: (transfer floating): an `a{sv}`
 *
 * Since: 1.0
 */
NB_PUBLIC NbEvent *nb_event_new (const char *kind, guint version, gint64 auction_id, GVariant *payload);
NB_PUBLIC NbEvent *nb_event_ref (NbEvent *self);
NB_PUBLIC void nb_event_unref (NbEvent *self);
/** nb_event_get_id: Returns: the event's id; receivers use it to drop doubles */
NB_PUBLIC gint64 nb_event_get_id (const NbEvent *self);
NB_PUBLIC const char *nb_event_get_kind (const NbEvent *self);
NB_PUBLIC guint nb_event_get_version (const NbEvent *self);
NB_PUBLIC gint64 nb_event_get_auction (const NbEvent *self);
/** nb_event_get_payload: Returns: (transfer none): the `a{sv}` */
NB_PUBLIC GVariant *nb_event_get_payload (const NbEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbEvent, nb_event_unref)

G_END_DECLS
