/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One auction while a batch works on it: as it was read, as it stands, and what has to be written. */
#pragma once

#include "core/domain/nb-auction-private.h"
#include "core/engine/nb-public-state.h"
#include "core/plugin/nb-registry.h"

G_BEGIN_DECLS

#define NB_PAUSE_TYPE_STOPPED "type-stopped"
#define NB_PAUSE_TYPE_FAULT "type-fault: "

typedef struct
{
  char *name;
  gint64 due_at;
} NbTimer;

/* What no bid changes but one that moves the end or closes. */
typedef struct
{
  NbAuctionStatus status;
  gint64 ends_at;
  gint64 original_ends_at;
  gint64 next_due_at;
  gint64 paused_at;
  NbAuctionStatus paused_status;
  char *pause_reason;
  gint64 closed_at;
  char *close_reason;
  gint64 winner;
  NbMoney winning_price;
} NbSlotCourse;

typedef struct
{
  NbAuction *auction;
  NbAuctionType *type; /* (nullable): not running */
  gint64 old_seq;
  gint64 created_at;
  gint64 paused_at;
  NbAuctionStatus paused_status;
  char *pause_reason;
  gint64 closed_at;
  char *close_reason;
  gint64 winner;
  NbMoney winning_price;
  NbSlotCourse stored;  /* as the database has it */
  gint64 stored_timers; /* how many rows the database has */
  GArray *timers;       /* of NbTimer */
  gboolean timers_changed;
  gboolean is_behind; /* more timers are due than could be fired in one go */
  gint64 old_ends_at; /* the end that a close in this batch was late against; 0: none */

  gboolean is_told; /* its public state is wanted after a change */

  /* For the events, once a batch. */
  gint64 old_leader;
  GArray *accepted;   /* (element-type gint64): whose bids stand, each once */
  NbLastBid last_bid; /* the newest bid of this batch that others see */
} NbSlot;

NbSlot *nb_slot_new (NbAuction *auction, NbAuctionType *type);
void nb_slot_free (NbSlot *self);
gboolean nb_slot_is_changed (const NbSlot *self);
/* Takes the slot's course as it stands for what the database has; @next_due_at is what that has there. */
void nb_slot_note_stored (NbSlot *self, gint64 next_due_at);
gboolean nb_slot_is_course_changed (const NbSlot *self);

void nb_slot_set_timer (NbSlot *self, const char *name, gint64 due_at);
/* Returns: (transfer full): the name of the first timer that is due at @limit or before, taken out; else NULL */
char *nb_slot_take_timer (NbSlot *self, gint64 limit, gint64 *due_at);
void nb_slot_shift_timers (NbSlot *self, gint64 by);
void nb_slot_clear_timers (NbSlot *self);
/* When the scheduler must look at it next; 0: never. */
gint64 nb_slot_get_next_due (const NbSlot *self);
/* The price that searching and sorting go by: what everyone may see. */
NbMoney nb_asking_price (const NbAuction *auction, NbAuctionType *type, gint64 now);

void nb_slot_add_accepted (NbSlot *self, gint64 person);

G_END_DECLS
