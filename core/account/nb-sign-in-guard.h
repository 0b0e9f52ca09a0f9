/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Slows down guessing at one account from one address; the account's owner, elsewhere, never notices. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbSignInGuard NbSignInGuard;

NbSignInGuard *nb_sign_in_guard_new (void);
void nb_sign_in_guard_free (NbSignInGuard *self);
/* @now: microseconds of any steady clock. Returns: FALSE with `rate_limited` while @address must wait for @username */
gboolean nb_sign_in_guard_check (NbSignInGuard *self, const char *username, const char *address, gint64 now,
                                 GError **error);
void nb_sign_in_guard_failed (NbSignInGuard *self, const char *username, const char *address, gint64 now);
void nb_sign_in_guard_succeeded (NbSignInGuard *self, const char *username, const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbSignInGuard, nb_sign_in_guard_free)

G_END_DECLS
