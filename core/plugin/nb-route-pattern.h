/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The path patterns of routes: which are well formed, and which would answer the same paths. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NB_ROUTE_PATTERN_MAX 256

/* Returns: (transfer full) (nullable): @pattern with each parameter as `{}`, the same for all patterns that answer the
 * same paths; %NULL with @error set when @pattern isn't well formed */
char *nb_route_pattern_normalize (const char *pattern, GError **error);

/* Returns: whether @method is one that a route can have */
gboolean nb_route_method_is_valid (const char *method);

G_END_DECLS
