/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks into the database for what is new in the inboxes of people whose pages are open. */
#pragma once

#include "nb-message.h"

G_BEGIN_DECLS

/* What was found of one person. */
typedef struct
{
  gint64 person;
  gint64 unread;
  GPtrArray *messages; /* of NbMessage, oldest first: unread ones that came in the time that was looked at */
} NbInboxNews;

typedef struct
{
  gint64 since;      /* what changed from then on */
  GArray *people;    /* of gint64: told of where something changed */
  GArray *newcomers; /* of gint64: told of in any case */

  GHashTable *news; /* person → NbInboxNews */
} NbInboxLook;

NbInboxLook *nb_inbox_look_new (gint64 since);
void nb_inbox_look_free (NbInboxLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbInboxLook, nb_inbox_look_free)
/* An NbTransactFunc for the NbInboxLook that it is given. A few statements for each 500 people. */
gboolean nb_inbox_look_read (NbTransaction *transaction, gpointer look, GError **error);

G_END_DECLS
