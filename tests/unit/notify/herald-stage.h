/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A herald on a database with auctions that a test makes up, and events as the engine would emit them. */
#pragma once

#include "plugins/notify/nb-herald.h"
#include "tests/unit/notify/notify-fixture.h"

typedef struct
{
  NotifyFixture *fixture;
  NbHerald *herald;
  GPtrArray *events; /* of NbEvent, to be consumed next */
  guint n_written;   /* how often messages may have been written */
  guint stop_after;  /* the herald stops when they were written so often; 0: never */
} HeraldStage;

/* People 1 to @n_people; 1 sells everything. */
void herald_stage_open (HeraldStage *self, NotifyFixture *fixture, guint n_people);
void herald_stage_close (HeraldStage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HeraldStage, herald_stage_close)
/* A new herald, as after a crash. */
void herald_stage_start (HeraldStage *self);

/* It began a day ago and ends in an hour. */
void herald_stage_add_auction (HeraldStage *self, gint64 auction, const char *status, gint64 leader, NbMoney price);
/* A bid of each person from @first to @last. */
void herald_stage_add_bids (HeraldStage *self, gint64 auction, gint64 first, gint64 last);
void herald_stage_watch (HeraldStage *self, gint64 auction, gint64 person);
void herald_stage_run (HeraldStage *self, const char *sql);

void herald_stage_event (HeraldStage *self, const char *kind, gint64 auction, const char *payload);
/* @people: with a comma between them */
void herald_stage_bid (HeraldStage *self, gint64 auction, gint64 seq, gint64 leader, const char *people);
void herald_stage_outbid (HeraldStage *self, gint64 auction, gint64 seq, const char *people);
/* The herald takes the events in one transaction. */
void herald_stage_consume (HeraldStage *self);
/* Until everyone was told. */
void herald_stage_run_until_idle (HeraldStage *self);
