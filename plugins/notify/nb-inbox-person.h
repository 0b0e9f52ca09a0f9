/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Someone with open pages, and what these were told. */
#pragma once

#include "nb-inbox-listener.h"
#include "nb-inbox-look.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 id;
  GPtrArray *listeners; /* of NbInboxListener */
  GHashTable *known;    /* message → when it came: what the pages were told, or had when they were opened */
  gint64 unread;        /* as they were told */
  gboolean is_known;    /* whether both say something yet */
} NbInboxPerson;

NbInboxPerson *nb_inbox_person_new (gint64 id);
void nb_inbox_person_unref (gpointer person);
/* Tells each page what it was not told yet. @kept_since: which messages may still be found, and are remembered */
void nb_inbox_person_take_news (NbInboxPerson *self, const NbInboxNews *news, gint64 kept_since);

G_END_DECLS
