/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request as core knows it: what plugins need not see. */
#pragma once

#include "core/account/nb-accounts.h"
#include "core/web/nb-server.h"
#include <neighborbid/nb-request.h>

G_BEGIN_DECLS

/* Holds the language that was chosen in this browser. */
#define NB_LANGUAGE_COOKIE "nb_lang"

/* The session, or NULL when signed out. Returns: (transfer none) (nullable) */
NbSession *nb_request_get_session (NbRequest *self);
/* Gives the browser the cookie of a @session that has its token. */
void nb_request_start_session (NbRequest *self, NbSession *session);
/* Takes the cookie away. */
void nb_request_end_session (NbRequest *self);
/* The client's address, from a trusted proxy when there is one; and what stands for it in limits. */
const char *nb_request_get_address (NbRequest *self);
/* Returns: (transfer none) (nullable): a header of the request */
const char *nb_request_get_header (NbRequest *self, const char *name);
/* Returns: (transfer full) (nullable): a cookie of ours, by its name without prefix */
char *nb_request_get_cookie (NbRequest *self, const char *name);
/* Sets a cookie of ours for @max_age seconds; 0 removes it. @value: visible ASCII without `;`, `,`, quotes and
 * backslash */
void nb_request_set_cookie (NbRequest *self, const char *name, const char *value, gint64 max_age);
/* The raw path with its query, to come back to. */
char *nb_request_get_target (NbRequest *self);
/* Returns: (transfer none) (nullable): how much waits behind links of the navigation, by path, once that was counted */
JsonObject *nb_request_get_badges (NbRequest *self);
/* Returns: (transfer none): the address of a static file, as nb_server_get_static_url() gives it */
const char *nb_request_get_static_url (NbRequest *self, const char *path);
/* Renders @template_name of @owner as a part of a page. Returns: (transfer full) (nullable): NULL when it is broken,
 * which is logged */
char *nb_request_render_part (NbRequest *self, const char *owner, const char *template_name, JsonObject *model);

G_END_DECLS
