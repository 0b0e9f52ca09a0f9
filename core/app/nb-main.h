/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line: the whole of the program behind the executable. */
#pragma once

#include <neighborbid/nb-visibility.h>

/* Returns: the exit code */
NB_PUBLIC int nb_main (int argc, char **argv);
