/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A site of several processes on one PostgreSQL, with a configuration that a test may change and a log that it may
 * read. */
#pragma once

#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"

G_BEGIN_DECLS

typedef struct
{
  NbTestDatabase *database;
  char *config; /* the path of the configuration */
  char *log;
} CrewSite;

void crew_site_set_up (CrewSite *self, gconstpointer data);
void crew_site_tear_down (CrewSite *self, gconstpointer data);

/* Writes the configuration with @more at its end. */
void crew_site_configure (CrewSite *self, const char *more);
/* @words: options of `serve`, divided by spaces. Returns: (transfer full): those and the configuration */
char **crew_site_make_arguments (CrewSite *self, const char *words);
/* Starts `serve` with them and waits until it is ready. */
NbTestSite *crew_site_start (CrewSite *self, const char *words);
/* Runs a command that must end with @code. */
NbTestRun *crew_site_expect (CrewSite *self, const char *command, int code);
/* Fills the database. Returns: (transfer full): tokens, the seller's first */
char **crew_site_add_people (CrewSite *self, guint n);
/* @type: `local` or `national`. Returns: (transfer full): the id of a new auction that takes any amount above the last
 */
char *crew_site_list_auction (const NbTestSite *site, const char *type, const char *token);
/* Every bid in @bids (element-type utf8: ids) is in the database, and `doctor` finds no fault. */
void crew_site_assert_all_there (CrewSite *self, GPtrArray *bids);

/* Waits until the log has @text behind @from. Returns: where the text ends */
gsize crew_site_wait_for_log (CrewSite *self, const char *text, gsize from);
/* Returns: the length of the log so far */
gsize crew_site_get_log_end (CrewSite *self);
/* Waits until worker @number is said to be ready behind @from. Returns: its process */
GPid crew_site_wait_for_worker (CrewSite *self, guint number, gsize from);
/* Waits until the process is no more. */
void crew_site_wait_for_end (GPid pid);

guint16 crew_site_get_port (const char *url);

G_END_DECLS
