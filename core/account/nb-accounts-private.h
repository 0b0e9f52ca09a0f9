/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of NbAccounts share. */
#pragma once

#include "core/account/nb-accounts.h"
#include "core/account/nb-password-pool.h"
#include "core/account/nb-session-cache.h"
#include "core/account/nb-sign-in-guard.h"

G_BEGIN_DECLS

struct _NbAccounts
{
  GObject parent_instance;

  NbStore *store;
  NbAccountsOptions options;
  NbPasswordPool *passwords;
  NbSessionCache *sessions;
  NbSignInGuard *guard;
};

void nb_accounts_emit_session_ended (NbAccounts *self, gint64 session);

G_END_DECLS
