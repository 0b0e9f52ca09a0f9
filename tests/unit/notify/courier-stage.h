/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A courier with channels under the test's control, on a database where people wait for messages. */
#pragma once

#include "plugins/notify/nb-courier.h"
#include "tests/unit/notify/notify-fixture.h"
#include "tests/unit/notify/record-notifier.h"

/* So long that no pause ends by itself in a test. */
#define COURIER_STAGE_RETRY_FIRST (1000 * G_USEC_PER_SEC)

typedef struct
{
  NotifyFixture *fixture;
  GPtrArray *channels; /* of RecordNotifier; those that run */
  NbCourier *courier;  /* (nullable) */
  gint64 next_event;
} CourierStage;

/* People 1 to @n_people, no channel and no courier yet. */
void courier_stage_open (CourierStage *self, NotifyFixture *fixture, guint n_people);
void courier_stage_close (CourierStage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CourierStage, courier_stage_close)

RecordNotifier *courier_stage_add_channel (CourierStage *self, const char *name, const char *title);
/* A started courier on @store; the stage's own with courier_stage_start(). Stop it before the stage is closed. */
NbCourier *courier_stage_new_courier (CourierStage *self, NbStore *store);
void courier_stage_start (CourierStage *self);

/* Writes @n messages to each of the people @first to @last, one after another, for all channels, and wakes. */
void courier_stage_post (CourierStage *self, gint64 first, gint64 last, guint n);
/* Makes everything that waits due, as if its pause or its lease had ended, and wakes. */
void courier_stage_pass_time (CourierStage *self);
/* Runs the loop until @sql answers @expected. */
void courier_stage_await (CourierStage *self, const char *sql, gint64 expected);
/* Runs the loop until @channel has seen @n tries; then there are just as many. */
void courier_stage_await_tries (CourierStage *self, RecordNotifier *channel, guint n);
/* Runs @function in a transaction; a fault fails the test. */
void courier_stage_transact (CourierStage *self, NbTransactFunc function, gpointer user_data);
