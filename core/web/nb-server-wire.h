/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers given before libsoup has a request to answer: whole, as bytes for the wire. */
#pragma once

#include "core/web/nb-request-head.h"
#include <neighborbid/nb-error.h>

G_BEGIN_DECLS

/* Returns: (transfer full): a refusal with `Connection: close`; @status: 0 for the code's own */
GBytes *nb_wire_problem (const GError *error, guint status, NbTranslateFunc translate, gpointer user_data);
GBytes *nb_wire_refuse_head (NbHeadState state, const char *why);
/* For a connection too many. */
GBytes *nb_wire_busy (void);

G_END_DECLS
