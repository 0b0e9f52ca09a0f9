/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database with the plugin's tables, and its parts linked in, without the plugin running on it. */
#pragma once

#include "plugins/notify/nb-preferences.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
} NotifyFixture;

/* Puts people 1 to @n_people into the host's table. */
void notify_fixture_add_people (NotifyFixture *self, guint n_people);
/* Returns: the first cell of @sql as an integer; 0 for none */
gint64 notify_fixture_count (NotifyFixture *self, const char *sql);

/* Adds @function for both databases: @path with `/sqlite` and `/postgresql` behind it. */
void notify_fixture_add_test (const char *path, guint seconds, void (*function) (NotifyFixture *fixture));
