/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A site with three people and their inboxes, for one test on each of both databases. */
#pragma once

#include "tests/integration/live-site.h"

G_BEGIN_DECLS

typedef struct
{
  LiveSite live;
  LivePerson *one;
  LivePerson *two;
  LivePerson *three;
} InboxStage;

void inbox_stage_set_up (InboxStage *self, NbTestDatabaseKind kind, const char *const *sets);
void inbox_stage_tear_down (InboxStage *self);
/* Adds @function for both databases: @path with `/sqlite` and `/postgresql` behind it. */
void inbox_stage_add_test (const char *path, void (*function) (InboxStage *stage));

/* Writes a message past the program, as another process of the site would. */
void inbox_stage_add (InboxStage *self, gint64 id, const LivePerson *person, const char *kind, gboolean is_shown);
/* Returns: (transfer full): the id of a new local auction of the third person from 1,000 won */
char *inbox_stage_list_auction (InboxStage *self);
/* Charges the wallet of @person and bids. */
void inbox_stage_bid (InboxStage *self, const LivePerson *person, const char *auction, gint64 amount);
/* Waits until @person has a message of @kind. Returns: (transfer full): the id of the newest */
char *inbox_stage_await (InboxStage *self, const LivePerson *person, const char *kind);

G_END_DECLS
