/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses that mail can be sent to, and a sender as operators write it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: whether @address is plain ASCII, with a local part and a domain, and nothing in it that a mail server could
 * take for something else */
gboolean nb_mail_address_is_sendable (const char *address);
/* Returns: (transfer full): in small letters, as refused addresses are kept */
char *nb_mail_address_fold (const char *address);

/* Takes `Name <address>`, or an address alone. @name: (out) (transfer full) (optional): may come out empty. @address:
 * (out) (transfer full) (optional) */
gboolean nb_mail_sender_parse (const char *text, char **name, char **address, GError **error);
/* For the setting: empty is fine. */
gboolean nb_mail_sender_check (const char *text, GError **error);

G_END_DECLS
