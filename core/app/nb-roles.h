/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a serving process does of all that a site needs done. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NB_ROLE_WEB = 1 << 0,  /* pages, the API, static files */
  NB_ROLE_LIVE = 1 << 1, /* WebSockets */
  NB_ROLE_JOBS = 1 << 2  /* closing auctions, delivering events, deleting what is old */
} NbRoles;

/* Reads names with `,` between them, each once.
 * @fault: (out) (optional) (transfer full): why not, as a sentence without its subject */
gboolean nb_roles_parse (const char *text, NbRoles *roles, char **fault);

G_END_DECLS
