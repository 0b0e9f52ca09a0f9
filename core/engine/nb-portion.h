/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One portion of the outbox: the transaction in which a consumer takes events and they leave the table. */
#pragma once

#include "core/plugin/nb-consumer.h"
#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

#define NB_PORTION_MAX 200
/* After so many tries an event is given up. */
#define NB_PORTION_TRIES_MAX 8
#define NB_PORTION_REASON_MAX 500

/* An event that could not be taken. */
typedef struct
{
  gint64 id;
  char *kind;
  gint64 tries; /* with the one that failed */
  gint64 pause; /* until the next, in microseconds */
  gboolean is_dead;
  char *reason;
} NbPortionFailure;

typedef struct
{
  /* Given by the dispatcher. */
  NbConsumerItem *consumer;
  guint limit; /* how many events at most */

  /* Made anew each time the transaction runs. */
  gint64 began_at;       /* monotonic */
  gint64 took;           /* until all is said and COMMIT follows, in microseconds */
  gboolean is_elsewhere; /* another process is at it; nothing was done */
  guint n_read;
  guint n_given;           /* how many the consumer was given */
  NbPortionFailure *first; /* (nullable): the first of these, in case that it is to blame */
  GPtrArray *failures;     /* of NbPortionFailure: events that can't be read */
} NbPortion;

/* @consumer: (transfer none) */
NbPortion *nb_portion_new (NbConsumerItem *consumer, guint limit);
void nb_portion_free (NbPortion *self);
/* An NbTransactFunc for a transaction that writes; @portion is an NbPortion. */
gboolean nb_portion_run (NbTransaction *transaction, gpointer portion, GError **error);

/* Sets what follows from one more try that failed. */
void nb_portion_failure_count (NbPortionFailure *self, const char *reason);
/* An NbTransactFunc: writes down what nb_portion_failure_count() made of the NbPortionFailure @failure. */
gboolean nb_portion_failure_write (NbTransaction *transaction, gpointer failure, GError **error);
/* A GDestroyNotify. */
void nb_portion_failure_free (gpointer failure);

/* An NbTransactFunc that reads: sets the gboolean @found to whether an event is due. */
gboolean nb_portion_look (NbTransaction *transaction, gpointer found, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbPortion, nb_portion_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbPortionFailure, nb_portion_failure_free)

G_END_DECLS
