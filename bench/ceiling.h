/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the databases themselves can do: a loop of one-bid transactions through their own libraries. */
#pragma once

#include <glib.h>

/* Each returns the transactions a second. */
double bench_ceiling_sqlite (const char *folder, int seconds);
double bench_ceiling_postgresql (const char *url, int seconds);
