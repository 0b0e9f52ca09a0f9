/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the webhooks share: the settings, and the way to the outside. */
#pragma once

#include "nb-notify.h"
#include "nb-webhook-sender.h"
#include "nb-webhook-table.h"

G_BEGIN_DECLS

/* Tests that one person may have sent in a minute. */
#define NB_WEBHOOK_TESTS_PER_MINUTE 5

/* Counted; used on the main loop. */
NbWebhookDesk *nb_webhook_desk_new (void);
NbWebhookDesk *nb_webhook_desk_ref (NbWebhookDesk *self);
void nb_webhook_desk_unref (NbWebhookDesk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbWebhookDesk, nb_webhook_desk_unref)

/* As NbSetting's `check` of the site's own address. */
gboolean nb_webhook_desk_check_url (const char *text, GError **error);
/* Takes over the settings `webhook…`; FALSE with @error changes nothing. */
gboolean nb_webhook_desk_configure (NbWebhookDesk *self, NbSettings *values, GError **error);
/* Adds the channels, the API and the pages, unless webhooks are switched off. */
gboolean nb_webhook_desk_start (NbWebhookDesk *self, const NbNotify *parts, GError **error);
/* @wire: (nullable): what is sent with; without it nothing is sent, and what was asked of the store may still end */
void nb_webhook_desk_set_wire (NbWebhookDesk *self, NbWire *wire);

NbStore *nb_webhook_desk_get_store (NbWebhookDesk *self);
/* Returns: (transfer full) (nullable): the whole address of @path, a path on this site */
char *nb_webhook_desk_dup_url (NbWebhookDesk *self, const char *path);
/* Returns: (transfer none): what is allowed beside public addresses, just now */
NbNetworks *nb_webhook_desk_get_allowed (NbWebhookDesk *self);
/* As nb_webhook_send(), from here and now; FALSE without calling @function where there is no wire. */
gboolean nb_webhook_desk_send (NbWebhookDesk *self, const char *url, const char *secret, const char *id,
                               const char *body, NbHookFunc function, gpointer user_data);
/* Takes one of the tests that @person may have sent, until nb_webhook_desk_end_test(); `rate_limited` when there are
 * none left for now, or too many people's are on their way. */
gboolean nb_webhook_desk_take_test (NbWebhookDesk *self, gint64 person, GError **error);
/* One that was taken has ended. */
void nb_webhook_desk_end_test (NbWebhookDesk *self);

G_END_DECLS
