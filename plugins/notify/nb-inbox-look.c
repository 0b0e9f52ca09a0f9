/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the people with changes by the time of the changes, and reads their numbers and messages for them alone. */
#include "nb-inbox-look.h"

#include "nb-inbox.h"

#define PEOPLE_AT_ONCE 500
/* The newest of them: whoever gets more at a time sees the rest on the page. */
#define MESSAGES_MAX "2000"

static const NbSql select_any = {
  .sqlite = "SELECT count (*) FROM (SELECT id FROM notify_messages WHERE changed_at >= ##since::gint64 LIMIT 1) AS m",
  .columns = "x",
};

/* A sum is no column with an index: SQLite would go through all that these people ever got. */
#define OF_PEOPLE_SQLITE " + 0 IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))"
#define OF_PEOPLE_POSTGRESQL " = ANY (CAST (##c0::string AS bigint[]))"

#define CHANGED "SELECT DISTINCT person_id FROM notify_messages WHERE changed_at >= ##since::gint64 AND person_id"

static const NbSql select_changed = {
  .sqlite = CHANGED OF_PEOPLE_SQLITE,
  .postgresql = CHANGED OF_PEOPLE_POSTGRESQL,
  .columns = "x",
};

#define RECENT                                                                                                         \
  "SELECT " NB_MESSAGE_SQL " FROM notify_messages AS m WHERE m.changed_at >= ##since::gint64 AND m.is_shown = 1"       \
  " AND m.read_at = 0 AND m.person_id"
#define NEWEST " ORDER BY m.id DESC LIMIT " MESSAGES_MAX

static const NbSql select_recent = {
  .sqlite = RECENT OF_PEOPLE_SQLITE NEWEST,
  .postgresql = RECENT OF_PEOPLE_POSTGRESQL NEWEST,
  .columns = NB_MESSAGE_COLUMNS,
};

#define UNREAD "SELECT person_id, count (*) FROM notify_messages WHERE is_shown = 1 AND read_at = 0 AND person_id"

static const NbSql count_unread = {
  .sqlite = UNREAD " IN (SELECT value ->> '$[0]' FROM json_each (##rows::string)) GROUP BY person_id",
  .postgresql = UNREAD OF_PEOPLE_POSTGRESQL " GROUP BY person_id",
  .columns = "xx",
};

static void
free_message (gpointer message)
{
  nb_message_free (message);
}

static void
news_free (gpointer data)
{
  NbInboxNews *self = data;

  g_ptr_array_unref (self->messages);
  g_free (self);
}

static NbInboxNews *
ensure_news (NbInboxLook *self, gint64 person)
{
  NbInboxNews *news = g_hash_table_lookup (self->news, &person);

  if (news != NULL)
    return news;
  news = g_new0 (NbInboxNews, 1);
  news->person = person;
  news->messages = g_ptr_array_new_with_free_func (free_message);
  g_hash_table_insert (self->news, &news->person, news);
  return news;
}

NbInboxLook *
nb_inbox_look_new (gint64 since)
{
  NbInboxLook *self = g_new0 (NbInboxLook, 1);

  self->since = since;
  self->people = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->newcomers = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->news = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, news_free);
  return self;
}

void
nb_inbox_look_free (NbInboxLook *self)
{
  g_array_unref (self->people);
  g_array_unref (self->newcomers);
  g_hash_table_unref (self->news);
  g_free (self);
}

/* The next of @people from *@first on. Returns: (transfer full) (nullable): NULL behind the last */
static NbRowset *
take_some (const GArray *people, guint *first)
{
  const guint end = MIN (people->len, *first + PEOPLE_AT_ONCE);
  NbRowset *some;

  if (*first == end)
    return NULL;
  some = nb_rowset_new ("x");
  for (; *first < end; (*first)++)
    nb_rowset_add (some, g_array_index (people, gint64, *first));
  return some;
}

static gboolean
read_numbers (NbInboxLook *self, NbTransaction *transaction, const NbRowset *people, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count_unread, NB_PARAMS (NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    ensure_news (self, nb_rows_get_int (rows, i, 0))->unread = MIN (nb_rows_get_int (rows, i, 1), NB_INBOX_COUNT_MAX);
  return TRUE;
}

static gboolean
read_messages (NbInboxLook *self, NbTransaction *transaction, const NbRowset *people, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &select_recent, NB_PARAMS (NB_INT (self->since), NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = nb_rows_get_n (rows); i-- > 0;)
    {
      NbMessage *message = nb_message_new_from_row (rows, i);

      if (message != NULL)
        g_ptr_array_add (ensure_news (self, message->person)->messages, message);
    }
  return TRUE;
}

static gboolean
read_news (NbInboxLook *self, NbTransaction *transaction, const NbRowset *people, GError **error)
{
  return read_numbers (self, transaction, people, error) && read_messages (self, transaction, people, error);
}

static gboolean
read_changes (NbInboxLook *self, NbTransaction *transaction, const NbRowset *people, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &select_changed, NB_PARAMS (NB_INT (self->since), NB_ROWS (people)), error);
  g_autoptr (NbRowset) changed = NULL;

  if (rows == NULL || nb_rows_get_n (rows) == 0)
    return rows != NULL;
  changed = nb_rowset_new ("x");
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      const gint64 person = nb_rows_get_int (rows, i, 0);

      ensure_news (self, person);
      nb_rowset_add (changed, person);
    }
  return read_news (self, transaction, changed, error);
}

static gboolean
read_newcomers (NbInboxLook *self, NbTransaction *transaction, GError **error)
{
  guint first = 0;

  for (guint i = 0; i < self->newcomers->len; i++)
    ensure_news (self, g_array_index (self->newcomers, gint64, i));
  while (TRUE)
    {
      g_autoptr (NbRowset) some = take_some (self->newcomers, &first);

      if (some == NULL)
        return TRUE;
      if (!read_news (self, transaction, some, error))
        return FALSE;
    }
}

static gboolean
has_changes (NbInboxLook *self, NbTransaction *transaction, gboolean *has, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_any, NB_PARAMS (NB_INT (self->since)), error);

  *has = rows != NULL && nb_rows_get_int (rows, 0, 0) > 0;
  return rows != NULL;
}

gboolean
nb_inbox_look_read (NbTransaction *transaction, gpointer look, GError **error)
{
  NbInboxLook *self = look;
  gboolean has = FALSE;
  guint first = 0;

  g_hash_table_remove_all (self->news);
  if (!has_changes (self, transaction, &has, error) || !read_newcomers (self, transaction, error))
    return FALSE;
  while (has)
    {
      g_autoptr (NbRowset) some = take_some (self->people, &first);

      if (some == NULL)
        return TRUE;
      if (!read_changes (self, transaction, some, error))
        return FALSE;
    }
  return TRUE;
}
