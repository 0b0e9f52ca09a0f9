/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deliveries that one transaction writes together, each at the end of its line. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* By which places people can be reached, to be looked up by person. */
typedef struct _NbReaches NbReaches;

/* @targets: (element-type NbReach): as a channel gave them */
NbReaches *nb_reaches_new (GArray *targets);
void nb_reaches_free (NbReaches *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbReaches, nb_reaches_free)

typedef struct _NbDeliveriesDraft NbDeliveriesDraft;

NbDeliveriesDraft *nb_deliveries_draft_new (void);
void nb_deliveries_draft_free (NbDeliveriesDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbDeliveriesDraft, nb_deliveries_draft_free)

/* Adds a delivery of @message for each place where @person can be reached. @channel: (transfer none): lives until it is
 * written */
void nb_deliveries_draft_add (NbDeliveriesDraft *self, gint64 message, gint64 person, const char *channel,
                              const NbReaches *reaches, gint64 next_at);
/* Returns: whether @message goes anywhere */
gboolean nb_deliveries_draft_has (NbDeliveriesDraft *self, gint64 message);
/* Drops what belongs to messages that are not in the table. */
gboolean nb_deliveries_draft_keep_written (NbDeliveriesDraft *self, NbTransaction *transaction, GError **error);
/* Writes the deliveries and lets them stand in line; those beyond what a line may hold are given up. */
gboolean nb_deliveries_draft_write (NbDeliveriesDraft *self, NbTransaction *transaction, GError **error);

G_END_DECLS
