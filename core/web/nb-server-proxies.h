/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which peers are proxies of ours, whose word on the client's address is believed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbProxies NbProxies;

/* @text: (nullable): addresses and networks with `,` or `;` between; `unix` for any Unix socket */
NbProxies *nb_proxies_new (const char *text, GError **error);
void nb_proxies_free (NbProxies *self);
gboolean nb_proxies_trust (NbProxies *self, const char *address);
/* The client behind @peer: the last address in @forwarded_for (nullable) that is no proxy of ours, when @peer is one.
 * Returns: (transfer full) */
char *nb_proxies_find_client (NbProxies *self, const char *peer, const char *forwarded_for);
/* What stands for @address in limits: a whole /64 network for IPv6, of which everyone has one. Returns: (transfer full)
 */
char *nb_address_key (const char *address);

G_END_DECLS
