/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which addresses the site may be sent to by a stranger's wish: public ones, and those of networks that are allowed. */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* @bytes: 4 of IPv4 or 16 of IPv6. Returns: whether it is an address of the public internet. One that carries an IPv4
 * address inside is judged by that, or is none */
gboolean nb_address_is_public (const guint8 *bytes, gsize length);

typedef enum
{
  NB_ADDRESS_REFUSED,
  NB_ADDRESS_PUBLIC,
  NB_ADDRESS_ALLOWED /* inside a network that is allowed by name */
} NbAddressRank;

/* Networks that are allowed by name. Immutable, counted; may be used on any thread. */
typedef struct _NbNetworks NbNetworks;

/* @text: such as `127.0.0.1/32;fd00::/8`; may be empty. Returns: (transfer full) (nullable): NULL with @error */
NbNetworks *nb_networks_new (const char *text, GError **error);
NbNetworks *nb_networks_ref (NbNetworks *self);
void nb_networks_unref (NbNetworks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbNetworks, nb_networks_unref)

/* Whether @text can be read; as NbSetting's `check`. */
gboolean nb_networks_check (const char *text, GError **error);
gboolean nb_networks_is_empty (const NbNetworks *self);
NbAddressRank nb_networks_judge_bytes (const NbNetworks *self, const guint8 *bytes, gsize length);
/* Any family but IPv4 and IPv6 is refused. */
NbAddressRank nb_networks_judge (const NbNetworks *self, const struct sockaddr *address, gsize length);

G_END_DECLS
