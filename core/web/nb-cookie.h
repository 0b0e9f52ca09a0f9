/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cookies: found in a request's header, written for an answer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @header: (nullable). Returns: (transfer full) (nullable): the value of the first cookie @name */
char *nb_cookie_find (const char *header, const char *name);
/* The name with the prefix that binds it to https and this host, when the site is on https.
 * Returns: (transfer full): such as `__Host-nb_session` */
char *nb_cookie_name (const char *name, gboolean is_https);
/* @max_age: seconds; 0 removes the cookie. @value: visible ASCII without `;`, `,`, quotes and backslash.
 * Returns: (transfer full): for Set-Cookie: HttpOnly, SameSite=Lax, on https Secure */
char *nb_cookie_format (const char *name, const char *value, gint64 max_age, gboolean is_https);

G_END_DECLS
