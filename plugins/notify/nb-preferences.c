/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes people's wishes. Only a no is stored. Quiet hours count in Korea's time, without summer time. */
#include "nb-preferences.h"

#define MINUTE G_TIME_SPAN_MINUTE
#define DAY G_TIME_SPAN_DAY
#define KOREA_AHEAD (9 * G_TIME_SPAN_HOUR)

G_STATIC_ASSERT (NB_N_KINDS <= 32);

typedef struct
{
  guint from;
  guint to;
} Quiet;

struct _NbPreferences
{
  GHashTable *refused; /* channel → (person → guint32: a bit for each kind that they don't want there) */
  GHashTable *quiet;   /* person → Quiet */
};

static const NbSql select_refused = {
  .sqlite = "SELECT person_id, kind, channel FROM notify_preferences WHERE is_on = 0"
            " AND person_id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
  .postgresql = "SELECT person_id, kind, channel FROM notify_preferences WHERE is_on = 0"
                " AND person_id = ANY (CAST (##c0::string AS bigint[]))",
  .columns = "xss",
};

static const NbSql select_quiet = {
  .sqlite = "SELECT person_id, from_minute, to_minute FROM notify_quiet_hours"
            " WHERE person_id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
  .postgresql = "SELECT person_id, from_minute, to_minute FROM notify_quiet_hours"
                " WHERE person_id = ANY (CAST (##c0::string AS bigint[]))",
  .columns = "xxx",
};

static const NbSql refuse = {
  .sqlite = "INSERT INTO notify_preferences (person_id, kind, channel, is_on)"
            " VALUES (##person::gint64, ##kind::string, ##channel::string, 0)"
            " ON CONFLICT (person_id, kind, channel) DO UPDATE SET is_on = 0",
};

static const NbSql take_back = {
  .sqlite = "DELETE FROM notify_preferences WHERE person_id = ##person::gint64 AND kind = ##kind::string"
            " AND channel = ##channel::string",
};

static const NbSql set_quiet = {
  .sqlite = "INSERT INTO notify_quiet_hours (person_id, from_minute, to_minute)"
            " VALUES (##person::gint64, ##from::gint64, ##to::gint64) ON CONFLICT (person_id)"
            " DO UPDATE SET from_minute = excluded.from_minute, to_minute = excluded.to_minute",
};

static const NbSql delete_quiet = { .sqlite = "DELETE FROM notify_quiet_hours WHERE person_id = ##person::gint64" };

static GHashTable *
new_table_of_people (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

static void
add_refused (NbPreferences *self, gint64 person, NbKind kind, const char *channel)
{
  GHashTable *people = g_hash_table_lookup (self->refused, channel);
  guint32 *kinds;

  if (people == NULL)
    {
      people = new_table_of_people ();
      g_hash_table_insert (self->refused, g_strdup (channel), people);
    }
  kinds = g_hash_table_lookup (people, &person);
  if (kinds == NULL)
    {
      kinds = g_new0 (guint32, 1);
      g_hash_table_insert (people, g_memdup2 (&person, sizeof person), kinds);
    }
  *kinds |= 1u << kind;
}

static gboolean
load_refused (NbPreferences *self, NbTransaction *transaction, const NbRowset *people, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_refused, NB_PARAMS (NB_ROWS (people)), error);
  NbKind kind;

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    if (nb_kind_find (nb_rows_get_text (rows, i, 1), &kind)) /* Else a kind of another version. */
      add_refused (self, nb_rows_get_int (rows, i, 0), kind, nb_rows_get_text (rows, i, 2));
  return TRUE;
}

static gboolean
load_quiet (NbPreferences *self, NbTransaction *transaction, const NbRowset *people, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_quiet, NB_PARAMS (NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      const gint64 person = nb_rows_get_int (rows, i, 0);
      const Quiet quiet = { (guint)nb_rows_get_int (rows, i, 1), (guint)nb_rows_get_int (rows, i, 2) };

      g_hash_table_insert (self->quiet, g_memdup2 (&person, sizeof person), g_memdup2 (&quiet, sizeof quiet));
    }
  return TRUE;
}

NbPreferences *
nb_preferences_load (NbTransaction *transaction, const NbRowset *people, GError **error)
{
  g_autoptr (NbPreferences) self = g_new0 (NbPreferences, 1);

  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  self->quiet = new_table_of_people ();
  if (nb_rowset_get_n_rows (people) > 0
      && (!load_refused (self, transaction, people, error) || !load_quiet (self, transaction, people, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
nb_preferences_free (NbPreferences *self)
{
  g_hash_table_unref (self->refused);
  g_hash_table_unref (self->quiet);
  g_free (self);
}

gboolean
nb_preferences_want (NbPreferences *self, gint64 person, NbKind kind, const char *channel)
{
  GHashTable *people = g_hash_table_lookup (self->refused, channel);
  const guint32 *kinds = people != NULL ? g_hash_table_lookup (people, &person) : NULL;

  return kinds == NULL || (*kinds & (1u << kind)) == 0;
}

gint64
nb_preferences_wait_until (NbPreferences *self, gint64 person, gint64 now)
{
  const Quiet *quiet = g_hash_table_lookup (self->quiet, &person);
  const gint64 into_day = (now + KOREA_AHEAD) % DAY;
  const gint64 midnight = now - into_day;
  gint64 from, to;

  if (quiet == NULL)
    return now;
  from = quiet->from * MINUTE;
  to = quiet->to * MINUTE;
  if (from <= to)
    return into_day >= from && into_day < to ? midnight + to : now;
  if (into_day >= from)
    return midnight + DAY + to;
  return into_day < to ? midnight + to : now;
}

gboolean
nb_preferences_get_quiet (NbPreferences *self, gint64 person, guint *from_minute, guint *to_minute)
{
  const Quiet *quiet = g_hash_table_lookup (self->quiet, &person);

  if (quiet == NULL)
    return FALSE;
  *from_minute = quiet->from;
  *to_minute = quiet->to;
  return TRUE;
}

gboolean
nb_preferences_set (NbTransaction *transaction, gint64 person, NbKind kind, const char *channel, gboolean is_on,
                    GError **error)
{
  return nb_transaction_execute (transaction, is_on ? &take_back : &refuse,
                                 NB_PARAMS (NB_INT (person), NB_TEXT (nb_kind_name (kind)), NB_TEXT (channel)), error)
         >= 0;
}

gboolean
nb_preferences_set_quiet (NbTransaction *transaction, gint64 person, gboolean is_set, guint from_minute,
                          guint to_minute, GError **error)
{
  if (!is_set)
    return nb_transaction_execute (transaction, &delete_quiet, NB_PARAMS (NB_INT (person)), error) >= 0;
  return nb_transaction_execute (transaction, &set_quiet,
                                 NB_PARAMS (NB_INT (person), NB_INT (from_minute), NB_INT (to_minute)), error)
         >= 0;
}
