/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathers the messages of one transaction and writes them, each with its deliveries. */
#include "nb-post.h"

#include "nb-deliveries-draft.h"
#include "nb-preferences.h"

typedef struct
{
  gint64 id;
  gint64 event;
  gint64 person;
  NbKind kind;
  gint64 auction;
  char *title;
  NbMoney price;
  char *detail;
} Entry;

struct _NbPost
{
  GPtrArray *notifiers;
  GArray *entries;
};

#define MESSAGE_NAMES                                                                                                  \
  "INSERT INTO notify_messages (id, event_id, person_id, kind, auction_id, title, price, detail, is_shown, "           \
  "created_at,"                                                                                                        \
  " changed_at) "

/* Those that are there already, and those for nobody, are left out. */
static const NbSql insert_messages = {
  .sqlite = MESSAGE_NAMES
  "SELECT json_extract (r.value, '$[0]'), json_extract (r.value, '$[1]'), json_extract (r.value, '$[2]'),"
  " json_extract (r.value, '$[3]'), json_extract (r.value, '$[4]'), json_extract (r.value, '$[5]'),"
  " json_extract (r.value, '$[6]'), json_extract (r.value, '$[7]'), json_extract (r.value, '$[8]'), ##now::gint64,"
  " ##now::gint64 FROM json_each (##rows::string) AS r CROSS JOIN people AS p"
  " WHERE p.id = json_extract (r.value, '$[2]') ON CONFLICT DO NOTHING",
  .postgresql = MESSAGE_NAMES
  "SELECT v.id, v.event, v.person, v.kind, v.auction, v.title, v.price, v.detail, v.shown, ##now::gint64, ##now::gint64"
  " FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]),"
  " CAST (##c3::string AS text[]), CAST (##c4::string AS bigint[]), CAST (##c5::string AS text[]),"
  " CAST (##c6::string AS bigint[]), CAST (##c7::string AS text[]), CAST (##c8::string AS bigint[]))"
  " AS v (id, event, person, kind, auction, title, price, detail, shown) JOIN people p ON p.id = v.person"
  " ON CONFLICT DO NOTHING",
};

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->title);
  g_free (entry->detail);
}

NbPost *
nb_post_new (GPtrArray *notifiers)
{
  NbPost *self = g_new0 (NbPost, 1);

  self->notifiers = g_ptr_array_ref (notifiers);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

void
nb_post_free (NbPost *self)
{
  g_ptr_array_unref (self->notifiers);
  g_array_unref (self->entries);
  g_free (self);
}

void
nb_post_add (NbPost *self, gint64 event, gint64 person, NbKind kind, gint64 auction, const char *title, NbMoney price,
             const char *detail)
{
  Entry entry = {
    .id = nb_id_new (),
    .event = event,
    .person = person,
    .kind = kind,
    .auction = auction,
    .title = g_strdup (title != NULL ? title : ""),
    .price = price,
    .detail = g_strdup (detail != NULL ? detail : ""),
  };

  g_array_append_val (self->entries, entry);
}

/* @preferences: (nullable): NULL for everyone. Returns: (transfer full): those who want one entry or more by @channel
 */
static NbRowset *
list_people (NbPost *self, NbPreferences *preferences, const char *channel)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  NbRowset *people = nb_rowset_new ("x");

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      if (preferences != NULL && !nb_preferences_want (preferences, entry->person, entry->kind, channel))
        continue;
      if (g_hash_table_add (seen, &entry->person))
        nb_rowset_add (people, entry->person);
    }
  return people;
}

/* @preferences: (nullable): NULL where nobody chooses */
static void
add_entries (NbPost *self, NbPreferences *preferences, const char *channel, const NbReaches *reaches,
             NbDeliveriesDraft *draft, gint64 now)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);
      gint64 next_at = now;

      if (preferences != NULL)
        {
          if (!nb_preferences_want (preferences, entry->person, entry->kind, channel))
            continue;
          next_at = nb_preferences_wait_until (preferences, entry->person, now);
        }
      nb_deliveries_draft_add (draft, entry->id, entry->person, channel, reaches, next_at);
    }
}

static gboolean
add_channel (NbPost *self, NbTransaction *transaction, NbPreferences *preferences, NbNotifier *notifier,
             NbDeliveriesDraft *draft, GError **error)
{
  const char *channel = nb_notifier_get_name (notifier);
  NbPreferences *wishes = nb_notifier_get_title (notifier) != NULL ? preferences : NULL;
  g_autoptr (NbRowset) people = list_people (self, wishes, channel);
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (NbReach));
  g_autoptr (NbReaches) reaches = NULL;

  if (nb_rowset_get_n_rows (people) == 0)
    return TRUE;
  if (!nb_notifier_find_targets (notifier, transaction, people, targets, error))
    {
      g_prefix_error (error, "who can be reached by %s: ", channel);
      return FALSE;
    }
  reaches = nb_reaches_new (targets);
  add_entries (self, wishes, channel, reaches, draft, nb_transaction_now (transaction));
  return TRUE;
}

static gboolean
write_messages (NbPost *self, NbTransaction *transaction, NbPreferences *preferences, NbDeliveriesDraft *draft,
                GError **error)
{
  g_autoptr (NbRowset) rows = nb_rowset_new ("xxxsxsxsx");
  gint64 written;

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);
      gboolean is_shown = nb_preferences_want (preferences, entry->person, entry->kind, NB_CHANNEL_INBOX);

      if (is_shown || nb_deliveries_draft_has (draft, entry->id))
        nb_rowset_add (rows, entry->id, entry->event, entry->person, nb_kind_name (entry->kind), entry->auction,
                       entry->title, entry->price, entry->detail, (gint64)is_shown);
    }
  if (nb_rowset_get_n_rows (rows) == 0)
    return TRUE;
  written = nb_transaction_execute (transaction, &insert_messages,
                                    NB_PARAMS (NB_INT (nb_transaction_now (transaction)), NB_ROWS (rows)), error);
  if (written < 0)
    return FALSE;
  return written == (gint64)nb_rowset_get_n_rows (rows) || nb_deliveries_draft_keep_written (draft, transaction, error);
}

gboolean
nb_post_write (NbPost *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbDeliveriesDraft) draft = nb_deliveries_draft_new ();
  g_autoptr (NbRowset) people = NULL;
  g_autoptr (NbPreferences) preferences = NULL;

  if (self->entries->len == 0)
    return TRUE;
  people = list_people (self, NULL, NULL);
  preferences = nb_preferences_load (transaction, people, error);
  if (preferences == NULL)
    return FALSE;
  for (guint i = 0; i < self->notifiers->len; i++)
    if (!add_channel (self, transaction, preferences, g_ptr_array_index (self->notifiers, i), draft, error))
      return FALSE;
  return write_messages (self, transaction, preferences, draft, error)
         && nb_deliveries_draft_write (draft, transaction, error);
}
