/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the site sends mail: by which server, as whom, how secured. */
#pragma once

#include <curl/curl.h>
#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* Immutable. */
typedef struct
{
  char *server; /* `smtp://host:port` */
  gboolean is_tls_from_start;
  long use_ssl; /* as CURLOPT_USE_SSL takes it */
  char *name;   /* of the sender; may be empty */
  char *address;
  char *user; /* (nullable): who signs in */
  char *password;
  char *ca_file; /* (nullable) */
} NbMailAccount;

/* For the setting mail-url: `smtp://host:port` or `smtps://host:port`; empty is fine. */
gboolean nb_mail_url_check (const char *text, GError **error);
/* Takes what the settings say together. @account: (out) (transfer full) (nullable): NULL while mail is off */
gboolean nb_mail_account_read (NbSettings *settings, NbMailAccount **account, GError **error);
void nb_mail_account_free (NbMailAccount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbMailAccount, nb_mail_account_free)

/* Makes @easy a transfer of this account; it keeps no reference. @hello: (nullable): the name that the site greets
 * with */
void nb_mail_account_apply (const NbMailAccount *self, CURL *easy, const char *hello);

G_END_DECLS
