/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real mail server, and what it was given. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *folder;      /* what it keeps; without spaces or colons */
  char *certificate; /* (nullable): its file, signed by itself for 127.0.0.1 and with its key; offers STARTTLS */
  char *user;        /* (nullable): `USER:PASSWORD`, without which it takes nothing */
  GSubprocess *process;
  guint16 port; /* the same after each start */
} NbTestMail;

/* Not started yet. */
void nb_test_mail_set_up (NbTestMail *self);
void nb_test_mail_tear_down (NbTestMail *self);
void nb_test_mail_make_certificate (NbTestMail *self);
void nb_test_mail_start (NbTestMail *self);
void nb_test_mail_stop (NbTestMail *self);

/* From now on @step (`MAIL`, `RCPT` or `DATA`) is answered with @answer (nullable): NULL takes mail again. */
void nb_test_mail_answer (NbTestMail *self, const char *step, const char *answer);
/* Returns: (transfer full) (element-type JsonObject): the mails kept so far to @recipient whose subject holds @subject,
 * oldest first; tests/support/mail-server.py tells what is in each */
GPtrArray *nb_test_mail_list (NbTestMail *self, const char *recipient, const char *subject);
/* Waits until there are @n of them or more. */
GPtrArray *nb_test_mail_wait (NbTestMail *self, const char *recipient, const char *subject, guint n);
const char *nb_test_mail_get_header (JsonObject *mail, const char *name);

G_END_DECLS
