/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One transaction of the courier: writes down what has ended, and takes what is due. */
#pragma once

#include "nb-parcel.h"

G_BEGIN_DECLS

/* How long whoever took a delivery has it for themselves. Channels end within a minute. */
#define NB_ROUND_LEASE (120 * G_USEC_PER_SEC)

typedef struct
{
  char *name;
  gboolean is_chosen; /* people can switch it off, and it respects their quiet hours */
  guint room;         /* how many deliveries may be taken for it */
  guint n_taken;      /* out */
  guint n_unwanted;   /* out: deliveries that were deleted, for their people want them no more */
} NbRoundChannel;

typedef struct
{
  GPtrArray *channels; /* of NbRoundChannel */
  GPtrArray *ended;    /* of NbParcel: of each is_written is set */
  GPtrArray *taken;    /* out: of NbParcel */
  gint64 next_at;      /* out: when the next line that may be taken is due; 0: there is none */
  gint64 began_at;     /* out: monotonic */
} NbRound;

NbRound *nb_round_new (void);
void nb_round_free (NbRound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRound, nb_round_free)
void nb_round_add_channel (NbRound *self, const char *name, gboolean is_chosen, guint room);

/* NbTransactFuncs on an NbRound: both parts in a transaction that writes; and only a look for next_at, which reads. */
gboolean nb_round_run (NbTransaction *transaction, gpointer round, GError **error);
gboolean nb_round_look (NbTransaction *transaction, gpointer round, GError **error);

/* The parts of nb_round_run(). */
gboolean nb_round_settle (NbRound *self, NbTransaction *transaction, GError **error);
gboolean nb_round_claim (NbRound *self, NbTransaction *transaction, GError **error);

G_END_DECLS
