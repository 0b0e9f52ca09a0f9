/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors as text, so that a stored answer can be told again in any language. */
#pragma once

#include <neighborbid/nb-error.h>

G_BEGIN_DECLS

/* Returns: (transfer full): all that @error of NB_ERROR carries */
char *nb_error_to_text (const GError *error);
/* Returns: (transfer full) (nullable): the error again; NULL when @text can't be read */
GError *nb_error_from_text (const char *text);

G_END_DECLS
