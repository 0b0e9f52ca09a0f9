/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads an inbox with one statement for its entries and one for its numbers, and marks messages as read. */
#include "nb-inbox.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_LIMIT 20
#define MAX_LIMIT 100
#define BADGE_COUNT_MAX "100"
#define COUNT_MAX G_STRINGIFY (NB_INBOX_COUNT_MAX)

#define ENTRIES                                                                                                        \
  "SELECT " NB_MESSAGE_SQL ", coalesce (a.status, ''), coalesce (a.price, 0), coalesce (a.leader_id, 0),"              \
  " coalesce (a.ends_at, 0) FROM notify_messages AS m LEFT JOIN auctions AS a ON a.id = m.auction_id"                  \
  " WHERE m.person_id = ##person::gint64 AND m.is_shown = 1"
#define ENTRY_COLUMNS NB_MESSAGE_COLUMNS "sxxx"
#define OF_KINDS_SQLITE " IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))"
#define OF_KINDS_POSTGRESQL " = ANY (CAST (##c0::string AS text[]))"
#define NEWEST_FIRST " ORDER BY m.id DESC LIMIT ##limit::gint64"

/* In the order of the columns behind a message's own. */
enum
{
  COLUMN_STATUS = sizeof NB_MESSAGE_COLUMNS - 1,
  COLUMN_PRICE,
  COLUMN_LEADER,
  COLUMN_ENDS_AT
};

static const NbSql select_one = {
  .sqlite = ENTRIES " AND m.id = ##id::gint64",
  .columns = ENTRY_COLUMNS,
};

static const NbSql select_entries = {
  .sqlite = ENTRIES " AND m.id < ##before::gint64 AND m.kind" OF_KINDS_SQLITE NEWEST_FIRST,
  .postgresql = ENTRIES " AND m.id < ##before::gint64 AND m.kind" OF_KINDS_POSTGRESQL NEWEST_FIRST,
  .columns = ENTRY_COLUMNS,
};

static const NbSql select_unread = {
  .sqlite = ENTRIES " AND m.read_at = 0 AND m.id < ##before::gint64 AND m.kind" OF_KINDS_SQLITE NEWEST_FIRST,
  .postgresql = ENTRIES " AND m.read_at = 0 AND m.id < ##before::gint64 AND m.kind" OF_KINDS_POSTGRESQL NEWEST_FIRST,
  .columns = ENTRY_COLUMNS,
};

#define UNREAD " FROM notify_messages WHERE person_id = ##person::gint64 AND is_shown = 1 AND read_at = 0 LIMIT "

static const NbSql count_unread = {
  .sqlite = "SELECT u.kind, count (*) FROM (SELECT kind" UNREAD COUNT_MAX ") AS u GROUP BY u.kind",
  .columns = "sx",
};

static const NbSql count_badge = {
  .sqlite = "SELECT count (*) FROM (SELECT id" UNREAD BADGE_COUNT_MAX ") AS u",
  .columns = "x",
};

#define MARK                                                                                                           \
  "UPDATE notify_messages SET read_at = ##now::gint64, changed_at = ##now::gint64"                                     \
  " WHERE person_id = ##person::gint64 AND is_shown = 1 AND read_at = 0"

static const NbSql mark_one = { .sqlite = MARK " AND id = ##id::gint64" };

static const NbSql mark_all = {
  .sqlite = MARK " AND id <= ##up_to::gint64 AND kind" OF_KINDS_SQLITE,
  .postgresql = MARK " AND id <= ##up_to::gint64 AND kind" OF_KINDS_POSTGRESQL,
};

static void
entry_free (gpointer data)
{
  NbInboxEntry *self = data;

  nb_message_free (self->message);
  g_free (self);
}

NbInboxReading *
nb_inbox_reading_new (gint64 person)
{
  NbInboxReading *self = g_new0 (NbInboxReading, 1);

  self->person = person;
  self->before = G_MAXINT64;
  self->limit = DEFAULT_LIMIT;
  self->group = NB_INBOX_ALL_GROUPS;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

void
nb_inbox_reading_free (NbInboxReading *self)
{
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static gboolean
refuse (const char *field, const char *msgid, GError **error)
{
  GError *reason = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (reason, field);
  g_propagate_error (error, reason);
  return FALSE;
}

static gboolean
take_group (NbInboxReading *self, const char *name, GError **error)
{
  NbGroup group;

  if (name == NULL || *name == '\0')
    return TRUE;
  if (!nb_group_find (name, &group))
    return refuse ("group", N_ ("group must be bids, sales, deals or system"), error);
  self->group = (int)group;
  return TRUE;
}

gboolean
nb_inbox_reading_take_query (NbInboxReading *self, NbRequest *request, GError **error)
{
  const char *limit = nb_request_get_query (request, "limit");
  const char *cursor = nb_request_get_query (request, "cursor");
  const char *unread = nb_request_get_query (request, "unread");
  guint64 number = DEFAULT_LIMIT;

  if (limit != NULL && !g_ascii_string_to_unsigned (limit, 10, 1, MAX_LIMIT, &number, NULL))
    return refuse ("limit", N_ ("limit must be a whole number from 1 to 100"), error);
  if (cursor != NULL && !nb_id_parse (cursor, &self->before))
    return refuse ("cursor", N_ ("cursor must be the next_cursor of an answer"), error);
  if (unread != NULL && strcmp (unread, "true") != 0 && strcmp (unread, "false") != 0)
    return refuse ("unread", N_ ("unread must be true or false"), error);
  self->limit = (guint)number;
  self->unread_only = g_strcmp0 (unread, "true") == 0;
  return take_group (self, nb_request_get_query (request, "group"), error);
}

/* Only kinds of this version: a message of another one can't be worded. */
static NbRowset *
list_kinds (int group)
{
  NbRowset *kinds = nb_rowset_new ("s");

  for (guint i = 0; i < NB_N_KINDS; i++)
    if (group == NB_INBOX_ALL_GROUPS || (int)nb_kind_group ((NbKind)i) == group)
      nb_rowset_add (kinds, nb_kind_name ((NbKind)i));
  return kinds;
}

/* Sealed auctions tell nobody that they were outbid; their price stays out of here. */
static gboolean
has_public_price (NbKind kind)
{
  return kind == NB_KIND_OUTBID || kind == NB_KIND_LEADING_AGAIN;
}

static void
take_entry (NbInboxReading *self, const NbRows *rows, gsize row, gint64 now)
{
  NbMessage *message = nb_message_new_from_row (rows, row);
  NbInboxEntry *entry;

  if (message == NULL)
    return;
  entry = g_new0 (NbInboxEntry, 1);
  entry->message = message;
  entry->is_open = has_public_price (message->kind)
                   && g_strcmp0 (nb_rows_get_text (rows, row, COLUMN_STATUS), "open") == 0
                   && nb_rows_get_int (rows, row, COLUMN_ENDS_AT) > now;
  if (entry->is_open)
    {
      entry->price = nb_rows_get_int (rows, row, COLUMN_PRICE);
      entry->is_leading = nb_rows_get_int (rows, row, COLUMN_LEADER) == self->person;
    }
  g_ptr_array_add (self->entries, entry);
}

static gboolean
read_entries (NbInboxReading *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRowset) kinds = list_kinds (self->group);
  const gint64 limit = (gint64)self->limit + 1;
  g_autoptr (NbRows) rows = NULL;

  if (self->only != 0)
    rows = nb_transaction_query (transaction, &select_one, NB_PARAMS (NB_INT (self->person), NB_INT (self->only)),
                                 error);
  else
    rows = nb_transaction_query (
        transaction, self->unread_only ? &select_unread : &select_entries,
        NB_PARAMS (NB_INT (self->person), NB_INT (self->before), NB_ROWS (kinds), NB_INT (limit)), error);
  if (rows == NULL)
    return FALSE;
  self->has_more = nb_rows_get_n (rows) > self->limit;
  for (gsize i = 0; i < MIN (nb_rows_get_n (rows), self->limit); i++)
    take_entry (self, rows, i, nb_transaction_now (transaction));
  return TRUE;
}

static gboolean
read_numbers (NbInboxReading *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count_unread, NB_PARAMS (NB_INT (self->person)), error);
  NbKind kind;

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    if (nb_kind_find (nb_rows_get_text (rows, i, 0), &kind))
      self->unread[nb_kind_group (kind)] += nb_rows_get_int (rows, i, 1);
  return TRUE;
}

gboolean
nb_inbox_reading_read (NbTransaction *transaction, gpointer reading, GError **error)
{
  NbInboxReading *self = reading;

  g_ptr_array_set_size (self->entries, 0);
  memset (self->unread, 0, sizeof self->unread);
  return (self->limit == 0 || read_entries (self, transaction, error)) && read_numbers (self, transaction, error);
}

gint64
nb_inbox_reading_get_unread (const NbInboxReading *self)
{
  gint64 sum = 0;

  for (guint i = 0; i < NB_N_GROUPS; i++)
    sum += self->unread[i];
  return sum;
}

const char *
nb_inbox_translate (const char *msgid, gpointer request)
{
  return nb_request_gettext (NB_REQUEST (request), msgid);
}

JsonObject *
nb_inbox_entry_to_json (const NbInboxEntry *self, NbRequest *request)
{
  JsonObject *object = nb_message_to_json (self->message, nb_inbox_translate, request);

  if (self->is_open)
    json_object_set_int_member (object, "current_price", self->price);
  return object;
}

gboolean
nb_inbox_mark (NbTransaction *transaction, gpointer mark, GError **error)
{
  const NbInboxMark *self = mark;
  const gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRowset) kinds = NULL;

  if (self->only != 0)
    return nb_transaction_execute (transaction, &mark_one,
                                   NB_PARAMS (NB_INT (now), NB_INT (self->person), NB_INT (self->only)), error)
           >= 0;
  kinds = list_kinds (self->group);
  return nb_transaction_execute (transaction, &mark_all,
                                 NB_PARAMS (NB_INT (now), NB_INT (self->person), NB_INT (self->up_to), NB_ROWS (kinds)),
                                 error)
         >= 0;
}

gboolean
nb_inbox_count_badge (NbTransaction *transaction, gint64 person, gint64 *count, gpointer user_data, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count_badge, NB_PARAMS (NB_INT (person)), error);

  if (rows == NULL)
    return FALSE;
  *count = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}
