/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the courier share. */
#pragma once

#include "nb-chore.h"
#include "nb-courier.h"
#include "nb-lane.h"

G_BEGIN_DECLS

struct _NbCourier
{
  grefcount ref_count;
  NbStore *store;
  NbComposer *composer; /* (nullable) */
  NbChannelsFunc list_channels;
  gpointer user_data;
  gint64 retry_first;
  gint64 tries_max;

  GMainContext *context;
  GSource *source;   /* (nullable): holds a reference while it is there */
  GHashTable *lanes; /* channel → NbLane */
  GPtrArray *ended;  /* of NbParcel: to be written down */
  NbChore *sweep;    /* gives up what nobody takes */
  guint n_under_way;
  gboolean is_busy;   /* a round or a look is under way */
  gboolean is_faulty; /* the last one failed */
  gboolean is_stopped;
  guint n_bids; /* batches since bids_from */
  /* Monotonic. */
  gint64 bids_from;
  gint64 crowded_until;
  gint64 round_at;
  gint64 look_at;
  gint64 sweep_at;
  gint64 rest_until;
  gint64 stop_at;
};

NbCourier *nb_courier_ref (NbCourier *self);
void nb_courier_unref (gpointer courier);
/* @at: monotonic: when a round should begin at the latest; it may have to wait for the rest after the last one */
void nb_courier_plan_round (NbCourier *self, gint64 at);

/* Hands what @round took to the channels, as far as they have room; what is left waits in their lanes. */
void nb_courier_hand_out (NbCourier *self, NbRound *round);
/* Lets what waits in @lane wait in the database again. */
void nb_courier_give_back (NbCourier *self, NbLane *lane);

G_END_DECLS
