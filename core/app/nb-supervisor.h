/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parent of several serving processes: it holds their sockets and replaces those that die, and does nothing else.
 */
#pragma once

#include "core/app/nb-exit.h"
#include "core/app/nb-given-sockets.h"
#include "core/app/nb-host-settings.h"

G_BEGIN_DECLS

typedef struct
{
  NbHostSettings *settings; /* (transfer full) */
  NbConfigSources sources;  /* read again at SIGHUP; its texts outlive the supervising */
  const char *const *words; /* the options that `serve` was called with */
  NbGivenSockets *sockets;  /* what listens already, in place of the addresses of the configuration */
} NbSupervisorOptions;

/* Has the database prepared, starts the workers and supervises them until SIGTERM or SIGINT. Nothing is loaded, opened
 * or threaded here that a fault of a worker could harm. Returns: the exit code */
NbExit nb_supervise (const NbSupervisorOptions *options);

G_END_DECLS
