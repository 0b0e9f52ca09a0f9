/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the program's exit codes mean. */
#pragma once

typedef enum
{
  NB_EXIT_FINE = 0,
  NB_EXIT_RUNTIME = 1,
  NB_EXIT_USAGE = 2,
  NB_EXIT_CHECK_FAILED = 3,
  NB_EXIT_NOT_RUNNING = 4,
  NB_EXIT_TRY_AGAIN = 75,
  NB_EXIT_CONFIG = 78
} NbExit;
