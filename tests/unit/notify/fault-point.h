/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a process of the fault rounds dies, or loses its link to the database. */
#pragma once

#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

/* Transactions that move money, those that take events out of the outbox, and those that take deliveries or write down
 * how they ended, each before its COMMIT, in it, and right after it; and the middle of a delivery. */
typedef enum
{
  FAULT_MONEY_BEFORE_COMMIT,
  FAULT_MONEY_IN_COMMIT,
  FAULT_MONEY_AFTER_COMMIT,
  FAULT_CONSUMER_BEFORE_COMMIT,
  FAULT_CONSUMER_IN_COMMIT,
  FAULT_CONSUMER_AFTER_COMMIT,
  FAULT_COURIER_BEFORE_COMMIT,
  FAULT_COURIER_IN_COMMIT,
  FAULT_COURIER_AFTER_COMMIT,
  FAULT_DELIVERY_TAKEN,
  FAULT_DELIVERY_MADE,
  FAULT_LINK_CUT_IN_COMMIT, /* of money; PostgreSQL alone: the process lives on */
  N_FAULTS,
  FAULT_NONE = N_FAULTS
} FaultPoint;

const char *fault_point_name (FaultPoint point);

/* Once a process, before anything is under way: at the @nth time (from 1) that it comes to @point it adds the point's
 * name to the file @log and dies. In a COMMIT that is @delay microseconds after it began, wherever it is then. */
void fault_point_plan (FaultPoint point, guint nth, guint delay, const char *log);
/* Watches the transactions of @store, a database at @url. */
void fault_point_watch (NbStore *store, const char *url);
/* The deliveries' points are told by whoever delivers. */
void fault_point_reach (FaultPoint point);
/* Says that the transaction of this thread takes events out of the outbox. */
void fault_point_set_consumer (void);

G_END_DECLS
