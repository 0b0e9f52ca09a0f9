/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts by name, of a few names. */
#pragma once

#include <glib.h>

#define WS_NAMES_MAX 24

typedef struct
{
  char name[WS_NAMES_MAX][48];
  guint64 count[WS_NAMES_MAX];
  guint n;
} WsNames;

/* Names beyond the last place are counted in it, as "others". */
void ws_names_count (WsNames *self, const char *name);
