/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a person's wishes, writes those that change something, and shows the whole. */
#include "nb-preference-sheet-private.h"

#include <glib/gi18n.h>

static const NbSql select_email = {
  .sqlite = "SELECT email FROM people WHERE id = ##person::gint64",
  .columns = "s",
};

static void
choice_free (gpointer data)
{
  NbChannelChoice *self = data;

  g_free (self->name);
  g_free (self);
}

static void
add_channel (NbPreferenceSheet *self, const char *name, const char *title)
{
  NbChannelChoice *choice;

  if (title == NULL || self->channels->len == NB_SHEET_CHANNELS_MAX)
    return;
  choice = g_new0 (NbChannelChoice, 1);
  choice->name = g_strdup (name);
  choice->title = title;
  g_ptr_array_add (self->channels, choice);
}

NbPreferenceSheet *
nb_preference_sheet_new (NbContext *context, gint64 person)
{
  NbPreferenceSheet *self = g_new0 (NbPreferenceSheet, 1);
  g_autoptr (GPtrArray) notifiers = nb_context_list_notifiers (context);

  self->person = person;
  self->channels = g_ptr_array_new_with_free_func (choice_free);
  add_channel (self, NB_CHANNEL_INBOX, N_ ("Inbox"));
  for (guint i = 0; i < notifiers->len; i++)
    add_channel (self, nb_notifier_get_name (notifiers->pdata[i]), nb_notifier_get_title (notifiers->pdata[i]));
  return self;
}

void
nb_preference_sheet_free (NbPreferenceSheet *self)
{
  g_ptr_array_unref (self->channels);
  g_clear_pointer (&self->preferences, nb_preferences_free);
  g_free (self->typed_from);
  g_free (self->typed_to);
  g_free (self);
}

static gboolean
read_email (NbPreferenceSheet *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_email, NB_PARAMS (NB_INT (self->person)), error);

  if (rows == NULL)
    return FALSE;
  self->has_email = nb_rows_get_n (rows) > 0 && *nb_rows_get_text (rows, 0, 0) != '\0';
  return TRUE;
}

gboolean
nb_preference_sheet_read (NbTransaction *transaction, gpointer sheet, GError **error)
{
  NbPreferenceSheet *self = sheet;
  g_autoptr (NbRowset) people = nb_rowset_new ("x");

  g_clear_pointer (&self->preferences, nb_preferences_free);
  nb_rowset_add (people, self->person);
  self->preferences = nb_preferences_load (transaction, people, error);
  return self->preferences != NULL && read_email (self, transaction, error);
}

static gboolean
holds (const NbPreferenceSheet *self, NbKind kind, guint channel)
{
  const NbChannelChoice *choice = self->channels->pdata[channel];

  return nb_preferences_want (self->preferences, self->person, kind, choice->name);
}

static gboolean
write_wish (const NbPreferenceSheet *self, NbTransaction *transaction, NbKind kind, guint channel, GError **error)
{
  const NbChannelChoice *choice = self->channels->pdata[channel];
  const NbWish wish = self->wishes[kind][channel];

  if (wish == NB_WISH_AS_IT_IS || holds (self, kind, channel) == (wish == NB_WISH_YES))
    return TRUE;
  return nb_preferences_set (transaction, self->person, kind, choice->name, wish == NB_WISH_YES, error);
}

gboolean
nb_preference_sheet_write (NbTransaction *transaction, gpointer sheet, GError **error)
{
  NbPreferenceSheet *self = sheet;

  if (!nb_preference_sheet_read (transaction, self, error))
    return FALSE;
  for (guint kind = 0; kind < NB_N_KINDS; kind++)
    for (guint i = 0; i < self->channels->len; i++)
      if (!write_wish (self, transaction, (NbKind)kind, i, error))
        return FALSE;
  if (self->has_quiet
      && !nb_preferences_set_quiet (transaction, self->person, self->is_quiet, self->from_minute, self->to_minute,
                                    error))
    return FALSE;
  return nb_preference_sheet_read (transaction, self, error);
}

gboolean
nb_preference_sheet_get (const NbPreferenceSheet *self, NbKind kind, guint channel)
{
  const NbWish wish = self->wishes[kind][channel];

  return wish == NB_WISH_AS_IT_IS ? holds (self, kind, channel) : wish == NB_WISH_YES;
}

static char *
print_minute (guint minute)
{
  return g_strdup_printf ("%02u:%02u", minute / NB_SHEET_HOUR, minute % NB_SHEET_HOUR);
}

void
nb_preference_sheet_get_quiet (const NbPreferenceSheet *self, char **from, char **to)
{
  guint from_minute = 0, to_minute = 0;
  gboolean is_quiet;

  if (self->typed_from != NULL)
    {
      *from = g_strdup (self->typed_from);
      *to = g_strdup (self->typed_to);
      return;
    }
  is_quiet = nb_preferences_get_quiet (self->preferences, self->person, &from_minute, &to_minute);
  *from = is_quiet ? print_minute (from_minute) : g_strdup ("");
  *to = is_quiet ? print_minute (to_minute) : g_strdup ("");
}

const GPtrArray *
nb_preference_sheet_get_channels (const NbPreferenceSheet *self)
{
  return self->channels;
}

gboolean
nb_preference_sheet_has_email (const NbPreferenceSheet *self)
{
  return self->has_email;
}

static JsonObject *
kind_to_json (const NbPreferenceSheet *self, NbKind kind)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < self->channels->len; i++)
    json_object_set_boolean_member (object, ((const NbChannelChoice *)self->channels->pdata[i])->name,
                                    holds (self, kind, i));
  return object;
}

static void
set_quiet_hours (const NbPreferenceSheet *self, JsonObject *object)
{
  JsonObject *quiet;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  guint from_minute = 0, to_minute = 0;

  if (!nb_preferences_get_quiet (self->preferences, self->person, &from_minute, &to_minute))
    {
      json_object_set_null_member (object, "quiet_hours");
      return;
    }
  from = print_minute (from_minute);
  to = print_minute (to_minute);
  quiet = json_object_new ();
  json_object_set_string_member (quiet, "from", from);
  json_object_set_string_member (quiet, "to", to);
  json_object_set_object_member (object, "quiet_hours", quiet);
}

JsonObject *
nb_preference_sheet_to_json (const NbPreferenceSheet *self)
{
  JsonObject *object = json_object_new ();
  JsonObject *preferences = json_object_new ();
  JsonArray *channels = json_array_new ();

  for (guint kind = 0; kind < NB_N_KINDS; kind++)
    json_object_set_object_member (preferences, nb_kind_name ((NbKind)kind), kind_to_json (self, (NbKind)kind));
  for (guint i = 0; i < self->channels->len; i++)
    json_array_add_string_element (channels, ((const NbChannelChoice *)self->channels->pdata[i])->name);
  json_object_set_object_member (object, "preferences", preferences);
  json_object_set_array_member (object, "channels", channels);
  set_quiet_hours (self, object);
  return object;
}
