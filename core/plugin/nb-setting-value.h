/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One setting's text, read by its kind. */
#pragma once

#include <neighborbid/nb-settings.h>

G_BEGIN_DECLS

#define NB_SETTING_TEXT_MAX 4096

/* Returns: whether @text is a value of @spec; @number gets what INT, BOOL, DURATION and PERCENT stand for, else 0 */
gboolean nb_setting_value_parse (const NbSetting *spec, const char *text, gint64 *number);
/* Returns: (transfer full): what @spec takes, for "expected …" */
char *nb_setting_value_expected (const NbSetting *spec);

G_END_DECLS
