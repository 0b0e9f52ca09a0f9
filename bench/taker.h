/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Somebody who takes the outbox's events while bids are measured: one small insert for each. */
#pragma once

#include "core/engine/nb-dispatcher.h"
#include "tests/support/nb-test-database.h"

typedef struct
{
  NbTestDatabase *database;
  NbRegistry *registry;
  NbDispatcher *dispatcher;
} BenchTaker;

/* Begins to take. */
BenchTaker *bench_taker_start (NbTestDatabase *database, NbStore *store, NbRegistry *registry);
/* Prints how many were taken and how many are left. */
void bench_taker_report (BenchTaker *self);
void bench_taker_stop (BenchTaker *self);
