/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors as answers: problem+json (RFC 9457) with the stable codes. */
#pragma once

#include <json-glib/json-glib.h>
#include <neighborbid/nb-error.h>

G_BEGIN_DECLS

#define NB_PROBLEM_TYPE "application/problem+json"

/* Returns: (transfer full): the members of api.md but `server_time`; @status: 0 for the code's own */
JsonObject *nb_problem_new (const GError *error, guint status, NbTranslateFunc translate, gpointer user_data);
/* Returns: (transfer full): the title in English, such as `Bid too low` */
char *nb_problem_title (NbErrorCode code);
/* Returns: seconds for Retry-After, or 0 for none */
guint nb_problem_retry_seconds (const GError *error);

G_END_DECLS
