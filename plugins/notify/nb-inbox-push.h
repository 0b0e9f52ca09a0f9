/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells open pages of new messages over `/ws/me`, whichever process wrote them. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

/* Takes sockets from now on. Returns: (nullable): NULL with @error set */
NbInboxPush *nb_inbox_push_start (NbNotify *parts, GError **error);
/* The sockets are closed already. */
void nb_inbox_push_stop (NbInboxPush *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbInboxPush, nb_inbox_push_stop)

/* Looks at once for what this process has just committed; without it news is found within about a second. @self:
 * (nullable): NULL does nothing, as does a push with no page open */
void nb_inbox_push_wake (NbInboxPush *self);

G_END_DECLS
