/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real executable: commands run to their end, and servers that serve. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  int code; /* the exit code; -1 when a signal ended it */
  char *out;
  char *err;
} NbTestRun;

void nb_test_run_free (NbTestRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbTestRun, nb_test_run_free)

/* Runs `neighborbid` with @arguments; @input: (nullable): its standard input. An empty one else. */
NbTestRun *nb_test_program_run (const char *const *arguments, const char *input);
/* The same with the words of @command, divided by spaces, and after them @more (nullable). */
NbTestRun *nb_test_program_run_words (const char *command, const char *const *more);

/* A server on ports of its own. */
typedef struct
{
  GSubprocess *process;
  char *ready;        /* the line that said that it serves */
  char *url;          /* (nullable): of the site; NULL where it has none */
  char *internal_url; /* (nullable): the first one for operations */
  char *log_path;     /* (nullable): where its standard error goes */
} NbTestSite;

/* Starts `neighborbid serve` with @arguments and waits until it is ready; a server that ends instead fails the test. */
NbTestSite *nb_test_site_start (const char *const *arguments, const char *log_path);
/* The two halves of it, so that several may start at once; and with listening sockets that it is given by the protocol
 * of LISTEN_FDS: @sockets: (nullable) (array zero-terminated=1), @names: as LISTEN_FDNAMES has them */
NbTestSite *nb_test_site_spawn (const char *const *arguments, const char *log_path);
NbTestSite *nb_test_site_spawn_on (GSocket *const *sockets, const char *names, const char *const *arguments,
                                   const char *log_path);
void nb_test_site_wait (NbTestSite *self);
/* Sends @signal and waits for the end. Returns: the exit code, -1 when a signal ended it */
int nb_test_site_stop (NbTestSite *self, int signal);
void nb_test_site_free (NbTestSite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbTestSite, nb_test_site_free)

G_END_DECLS
