/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message to one person, and how it is worded. */
#pragma once

#include "nb-kinds.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 id;
  gint64 event;
  gint64 person;
  NbKind kind;
  gint64 auction; /* or 0 */
  char *title;    /* the auction's when it became true; may be empty */
  NbMoney price;  /* what the message is about: the price, the amount paid; or 0 */
  char *detail;   /* a reason in the words of whoever gave it, such as an administrator's; may be empty */
  gint64 at;
  gint64 read_at; /* or 0 */
} NbMessage;

/* Columns of notify_messages in the order that nb_message_new_from_row() reads them. */
#define NB_MESSAGE_SQL                                                                                                 \
  "m.id, m.event_id, m.person_id, m.kind, m.auction_id, m.title, m.price, m.detail, m.created_at, m.read_at"
#define NB_MESSAGE_COLUMNS "xxxsxsxsxx"

/* Returns: (transfer full) (nullable): NULL for a kind that this version doesn't know */
NbMessage *nb_message_new_from_row (const NbRows *rows, gsize row);
void nb_message_free (NbMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbMessage, nb_message_free)

/* Returns: (transfer none): @msgid in the reader's language */
typedef const char *(*NbTranslate) (const char *msgid, gpointer user_data);

/* Returns: (transfer full): one line, such as "You were outbid: Camping chair" */
char *nb_message_dup_subject (const NbMessage *self, NbTranslate translate, gpointer user_data);
/* Returns: (transfer full): one to three sentences: what happened, what of the money, what can be done next */
char *nb_message_dup_text (const NbMessage *self, NbTranslate translate, gpointer user_data);
/* Returns: (transfer full): where it is about on the site: the auction, or the wallet */
char *nb_message_dup_path (const NbMessage *self);
/* Returns: (transfer full): as the API and webhooks show it: `id`, `kind`, `group`, `auction_id`|null, `title`,
 * `price`|null, `detail`, `path`, `created_at`, `read_at`|null; with @translate (nullable) also `subject` and `text` */
JsonObject *nb_message_to_json (const NbMessage *self, NbTranslate translate, gpointer user_data);

G_END_DECLS
