/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts the faults of each plugin: it did not start, broke a rule, or a call that it answers failed inside. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Callable from any thread. Faults of "core" are none of a plugin's and not counted. */
void nb_plugin_errors_count (const char *id);
/* Makes the count of @id show, at 0, before its first fault. */
void nb_plugin_errors_show (const char *id);

G_END_DECLS
