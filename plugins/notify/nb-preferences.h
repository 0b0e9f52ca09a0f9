/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people want to hear, by which way, and when not. */
#pragma once

#include "nb-kinds.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* The channel that is the inbox itself. */
#define NB_CHANNEL_INBOX "inbox"

/* The wishes of several people, read inside one transaction. */
typedef struct _NbPreferences NbPreferences;

/* @people: a rowset of one column, their ids. Returns: (transfer full) (nullable): NULL with @error */
NbPreferences *nb_preferences_load (NbTransaction *transaction, const NbRowset *people, GError **error);
void nb_preferences_free (NbPreferences *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbPreferences, nb_preferences_free)

/* @channel: NB_CHANNEL_INBOX or a notifier's name. Returns: whether @person wants @kind there; yes unless they said no
 */
gboolean nb_preferences_want (NbPreferences *self, gint64 person, NbKind kind, const char *channel);
/* Returns: the end of the person's quiet hours that @now lies in, in microseconds since the epoch; @now outside of
 * them. They hold for what leaves the site, never for the inbox */
gint64 nb_preferences_wait_until (NbPreferences *self, gint64 person, gint64 now);
/* Returns: whether @person has quiet hours; fills the minutes of the day, in Korea */
gboolean nb_preferences_get_quiet (NbPreferences *self, gint64 person, guint *from_minute, guint *to_minute);

/* Writes; inside a transaction that writes. */
gboolean nb_preferences_set (NbTransaction *transaction, gint64 person, NbKind kind, const char *channel,
                             gboolean is_on, GError **error);
/* @is_set FALSE: no quiet hours */
gboolean nb_preferences_set_quiet (NbTransaction *transaction, gint64 person, gboolean is_set, guint from_minute,
                                   guint to_minute, GError **error);

G_END_DECLS
