/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A person's messages as their inbox shows them, and the marks of what was read. */
#pragma once

#include "nb-message.h"

G_BEGIN_DECLS

/* Unread messages are counted up to this; for the badge, whose number ends before, up to less. */
#define NB_INBOX_COUNT_MAX 1000
#define NB_INBOX_ALL_GROUPS (-1)

/* A message, and what has become of its auction, where that says what to do next. */
typedef struct
{
  NbMessage *message;
  gboolean is_open;    /* the auction goes on: the rest is only known then */
  gboolean is_leading; /* the person leads it now */
  NbMoney price;       /* its current price */
} NbInboxEntry;

/* What is asked for, and what was found. */
typedef struct
{
  gint64 person;
  gint64 only;   /* this message alone, or 0 */
  gint64 before; /* only messages with a smaller id */
  guint limit;   /* of entries; 0: only the numbers are wanted */
  gboolean unread_only;
  int group; /* an NbGroup, or NB_INBOX_ALL_GROUPS */

  GPtrArray *entries; /* of NbInboxEntry, newest first */
  gboolean has_more;
  gint64 unread[NB_N_GROUPS];
} NbInboxReading;

NbInboxReading *nb_inbox_reading_new (gint64 person);
void nb_inbox_reading_free (NbInboxReading *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbInboxReading, nb_inbox_reading_free)

/* Takes `limit`, `cursor`, `group` and `unread` from the query of @request. */
gboolean nb_inbox_reading_take_query (NbInboxReading *self, NbRequest *request, GError **error);
/* An NbTransactFunc that reads into the NbInboxReading that it is given. */
gboolean nb_inbox_reading_read (NbTransaction *transaction, gpointer reading, GError **error);
/* Returns: the unread messages of all groups */
gint64 nb_inbox_reading_get_unread (const NbInboxReading *self);
/* Returns: (transfer full): as the API shows it, in the language of @request */
JsonObject *nb_inbox_entry_to_json (const NbInboxEntry *self, NbRequest *request);
/* An NbTranslate for an NbRequest. */
const char *nb_inbox_translate (const char *msgid, gpointer request);

/* Messages to be marked as read. */
typedef struct
{
  gint64 person;
  gint64 only;  /* this message alone, or 0 */
  gint64 up_to; /* the last id; G_MAXINT64 for all */
  int group;    /* an NbGroup, or NB_INBOX_ALL_GROUPS */
} NbInboxMark;

/* An NbTransactFunc that marks what the NbInboxMark that it is given tells. */
gboolean nb_inbox_mark (NbTransaction *transaction, gpointer mark, GError **error);

/* An NbBadgeFunc. */
gboolean nb_inbox_count_badge (NbTransaction *transaction, gint64 person, gint64 *count, gpointer user_data,
                               GError **error);

G_END_DECLS
