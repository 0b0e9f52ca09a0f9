/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The executable: the library does everything. */
#include "core/app/nb-main.h"

int
main (int argc, char **argv)
{
  return nb_main (argc, argv);
}
