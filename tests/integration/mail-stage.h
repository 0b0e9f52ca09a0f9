/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A site with a real mail server, two people with addresses who outbid each other, and what they are sent. */
#pragma once

#include "tests/integration/live-site.h"
#include "tests/support/nb-test-mail.h"

G_BEGIN_DECLS

#define MAIL_MINJI "minji@example.kr"
#define MAIL_JISOO "Jisoo.Kim@example.kr"
/* Of the auction: HTML and a comma in it. */
#define MAIL_TITLE "의자 <b>&amp; \\\"등받이\\\""
#define MAIL_OUTBID "더 높은 입찰이 나왔어요"

typedef struct
{
  NbTestMail mail;
  LiveSite live;
  LivePerson *minji;
  LivePerson *jisoo;
  char *auction; /* the path of its bids */
  gint64 price;  /* of the last bid */
} MailStage;

/* @kind: of the database; @sets: (nullable) (array zero-terminated=1): more settings. The mail server may be set up
 * and started before; else it is here. */
void mail_stage_set_up (MailStage *self, NbTestDatabaseKind kind, const char *const *sets);
void mail_stage_tear_down (MailStage *self);
/* The settings that say where the mail server is: lines of a config file. */
char *mail_stage_dup_config (MailStage *self);
/* Bids the next price. */
void mail_stage_bid (MailStage *self, const LivePerson *person);
/* The same, and waits until the message to whoever led is written: of changes that are found together only what
 * remains of them is told. */
void mail_stage_outbid (MailStage *self, const LivePerson *person);
/* Returns: the first cell of @sql as an integer; 0 for none */
gint64 mail_stage_count (MailStage *self, const char *sql);
/* Waits until @sql gives @least or more. */
void mail_stage_wait_count (MailStage *self, const char *sql, gint64 least);

G_END_DECLS
