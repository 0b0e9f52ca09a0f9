/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the courier keeps of each channel: how much is on its way there, and its metrics. */
#pragma once

#include "nb-courier-metrics.h"
#include "nb-round.h"

G_BEGIN_DECLS

/* Deliveries that are on their way in one channel at a time, in this process: a slow channel holds up no other. */
#define NB_LANE_ROOM 32
/* A channel that is fast has more of them at hand, so that few rounds are enough. */
#define NB_LANE_APPETITE_MAX 256

typedef struct
{
  guint n_under_way;
  guint n_ended; /* since the last round */
  GQueue queue;  /* of NbParcel: taken, and not yet handed over */
  NbCourierMetrics metrics;
} NbLane;

/* Lanes by the name of their channel. */
GHashTable *nb_lanes_new (void);
/* Returns: (transfer none): the lane of @channel, made when it is new */
NbLane *nb_lanes_get (GHashTable *lanes, const char *channel);
/* Takes a parcel that has its turn out of the queue. Returns: (transfer full) (nullable): NULL while the channel has
 * enough to do, or nothing waits */
NbParcel *nb_lane_pop (NbLane *self);
/* Tells @round which channels it may take for. @notifiers: (element-type NbNotifier); @room: the most that each may
 * have at hand */
void nb_lanes_offer (GHashTable *lanes, GPtrArray *notifiers, guint room, NbRound *round);
/* Begins to count what ends anew. */
void nb_lanes_forget_ended (GHashTable *lanes);
/* Counts what @round has done. */
void nb_lanes_count (GHashTable *lanes, const NbRound *round);

G_END_DECLS
