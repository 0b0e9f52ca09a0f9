/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One process of the fault rounds: money moves, people are told, and somewhere in between it dies. */
#pragma once

#include "tests/unit/notify/fault-point.h"

G_BEGIN_DECLS

/* People 1 to this; the first sells. */
#define FAULT_PEOPLE 12
/* Nothing that this person is in is ever committed. */
#define FAULT_STRANGER 99

typedef struct
{
  const char *url;
  const char *folder; /* gets the files `delivered` and `deaths` */
  guint round;        /* from 1; amounts are of one round alone */
  guint32 seed;       /* of what is done */
  FaultPoint point;
  guint nth;
  guint delay;
} FaultRound;

/* Returns: (transfer full): the words with which a process is started that runs @round: @program, and arguments */
char **fault_round_to_words (const FaultRound *round, const char *program);
/* Returns: whether the arguments are such a round's; runs it then, and returns when it has ended without a fault.
 * Without a point it ends when all is delivered and `doctor` content. */
gboolean fault_round_run (int argc, char **argv);

G_END_DECLS
