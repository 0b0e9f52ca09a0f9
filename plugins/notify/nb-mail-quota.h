/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much mail one address gets in an hour, whatever others do on the site. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbMailQuota NbMailQuota;

NbMailQuota *nb_mail_quota_new (void);
void nb_mail_quota_free (NbMailQuota *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbMailQuota, nb_mail_quota_free)

/* @hourly_max: 0 for no bound */
void nb_mail_quota_set_max (NbMailQuota *self, guint hourly_max);
/* Returns: whether @address may be written to at @now (monotonic). What is about others' bids, @is_of_bids, leaves a
 * third for the rest */
gboolean nb_mail_quota_has_room (NbMailQuota *self, const char *address, gboolean is_of_bids, gint64 now);
void nb_mail_quota_count (NbMailQuota *self, const char *address, gint64 now);

G_END_DECLS
