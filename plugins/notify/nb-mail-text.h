/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a mail says: a message in the site's two templates for mail. */
#pragma once

#include "nb-mail-account.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_MAIL_UNSUBSCRIBE_PATH "/notifications/unsubscribe/"

/* Returns: (transfer full) (nullable): the mail as it goes over the wire, or NULL with @error. @token: of the link by
 * which its reader stops mail */
GBytes *nb_mail_text_write (NbComposer *composer, const NbMailAccount *account, const NbNotice *notice,
                            const char *token, GError **error);
/* Returns: (transfer full) (nullable): the site's name as mail servers expect it in a greeting; NULL where it has none
 */
char *nb_mail_text_dup_hello (NbComposer *composer);

G_END_DECLS
