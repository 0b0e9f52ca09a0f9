/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module that forgot NB_PLUGIN_DEFINE(). */
#include <neighborbid/neighborbid.h>

G_MODULE_EXPORT int forgot (void);

int
forgot (void)
{
  return 0;
}
