/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways in which templates print values. */
#pragma once

#include "core/web/nb-template.h"

G_BEGIN_DECLS

/* Returns: the helper's index, or -1 */
int nb_template_format_find (const char *name);
/* Whether the helper takes its argument as it stands instead of as a name to look up. */
gboolean nb_template_format_is_literal (int helper);
/* Returns: (transfer full) (nullable): text that is not escaped yet; NULL for nothing. @value: (nullable): what was
 * looked up */
char *nb_template_format_print (int helper, const NbTemplateScope *scope, const char *argument, JsonNode *value);

G_END_DECLS
