/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the changes that someone asks for, writes those that change something, and shows the whole. */
#include "nb-preference-sheet.h"

#include <glib/gi18n.h>
#include <string.h>

#define CHANNELS_MAX 16
#define MINUTES_OF_HOUR 60
/* More than a time has, so that whatever was typed can be told about. */
#define TIME_CHARACTERS 40

typedef enum
{
  AS_IT_IS,
  WANTED,
  REFUSED
} Wish;

struct _NbPreferenceSheet
{
  gint64 person;
  GPtrArray *channels; /* of NbChannelChoice */

  Wish wishes[NB_N_KINDS][CHANNELS_MAX]; /* what is to change */
  gboolean has_quiet;                    /* whether quiet hours are to change */
  gboolean is_quiet;
  guint from_minute;
  guint to_minute;
  char *typed_from; /* (nullable): as they were sent */
  char *typed_to;

  NbPreferences *preferences; /* what holds */
  gboolean has_email;
};

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

  if (title == NULL || self->channels->len == CHANNELS_MAX)
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

/* What is to change. */

static gboolean G_GNUC_NULL_TERMINATED
refuse (GError **error, const char *msgid, const char *first, ...)
{
  g_autoptr (GString) field = g_string_new (first);
  GError *fault;
  const char *part;
  va_list parts;

  va_start (parts, first);
  while ((part = va_arg (parts, const char *)) != NULL)
    g_string_append_printf (field, ".%s", part);
  va_end (parts);
  fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, "field", field->str, NULL);
  nb_error_set_field (fault, field->str);
  g_propagate_error (error, fault);
  return FALSE;
}

static int
find_channel (const NbPreferenceSheet *self, const char *name)
{
  for (guint i = 0; i < self->channels->len; i++)
    if (strcmp (((const NbChannelChoice *)self->channels->pdata[i])->name, name) == 0)
      return (int)i;
  return -1;
}

/* What JSON says of one kind: `{"mail":false}` */
static gboolean
take_kind (NbPreferenceSheet *self, const char *name, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char *channel;
  NbKind kind;

  if (!nb_kind_find (name, &kind))
    return refuse (error, N_ ("{field} is no kind of message"), "preferences", name, NULL);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, N_ ("{field} must be an object"), "preferences", name, NULL);
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &channel, &node))
    {
      const int place = find_channel (self, channel);

      if (place < 0)
        return refuse (error, N_ ("{field} names no channel that can be chosen here"), "preferences", name, channel,
                       NULL);
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return refuse (error, N_ ("{field} must be true or false"), "preferences", name, channel, NULL);
      self->wishes[kind][place] = json_node_get_boolean (node) ? WANTED : REFUSED;
    }
  return TRUE;
}

static gboolean
take_json_wishes (NbPreferenceSheet *self, JsonObject *body, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (!json_object_has_member (body, "preferences"))
    return TRUE;
  json_object_iter_init (&iter, json_object_get_object_member (body, "preferences"));
  while (json_object_iter_next (&iter, &name, &node))
    if (!take_kind (self, name, node, error))
      return FALSE;
  return TRUE;
}

/* The boxes of a form are `preferences.outbid.mail`; those of the channels that it shows and that are not ticked are
 * not there. */
static void
take_channel_of_form (NbPreferenceSheet *self, JsonObject *boxes, const char *channel)
{
  const int place = find_channel (self, channel);

  for (guint kind = 0; place >= 0 && kind < NB_N_KINDS; kind++)
    {
      g_autofree char *box = g_strconcat (nb_kind_name ((NbKind)kind), ".", channel, NULL);

      self->wishes[kind][place] = boxes != NULL && json_object_has_member (boxes, box) ? WANTED : REFUSED;
    }
}

static gboolean
check_boxes (const NbPreferenceSheet *self, JsonObject *boxes, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  NbKind kind;

  json_object_iter_init (&iter, boxes);
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_auto (GStrv) parts = g_strsplit (name, ".", 2);

      if (!nb_kind_find (parts[0], &kind))
        return refuse (error, N_ ("{field} is no kind of message"), "preferences", name, NULL);
      if (parts[1] == NULL || find_channel (self, parts[1]) < 0)
        return refuse (error, N_ ("{field} names no channel that can be chosen here"), "preferences", name, NULL);
      if (strcmp (json_node_get_string (value), "on") != 0)
        return refuse (error, N_ ("{field} must be true or false"), "preferences", name, NULL);
    }
  return TRUE;
}

static gboolean
take_form_wishes (NbPreferenceSheet *self, JsonObject *body, GError **error)
{
  JsonObject *boxes
      = json_object_has_member (body, "preferences") ? json_object_get_object_member (body, "preferences") : NULL;
  JsonArray *shown = json_object_has_member (body, "channels") ? json_object_get_array_member (body, "channels") : NULL;

  if (boxes != NULL && !check_boxes (self, boxes, error))
    return FALSE;
  for (guint i = 0; shown != NULL && i < json_array_get_length (shown); i++)
    take_channel_of_form (self, boxes, json_array_get_string_element (shown, i));
  return TRUE;
}

static gboolean
parse_minute (const char *text, guint *minute)
{
  guint hours, minutes;

  if (strlen (text) != strlen ("00:00") || text[2] != ':' || !g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1])
      || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]))
    return FALSE;
  hours = (guint)(text[0] - '0') * 10 + (guint)(text[1] - '0');
  minutes = (guint)(text[3] - '0') * 10 + (guint)(text[4] - '0');
  *minute = hours * MINUTES_OF_HOUR + minutes;
  return hours < 24 && minutes < MINUTES_OF_HOUR;
}

/* Takes the object's texts; its faults are told with the path to the field. */
static gboolean
take_times (NbPreferenceSheet *self, JsonObject *quiet, GError **error)
{
  static const NbField fields[] = {
    { "from", NB_FIELD_TEXT, FALSE, 0, TIME_CHARACTERS },
    { "to", NB_FIELD_TEXT, FALSE, 0, TIME_CHARACTERS },
  };
  g_autoptr (GError) fault = NULL;
  g_autoptr (JsonObject) times = nb_json_check_fields (quiet, fields, G_N_ELEMENTS (fields), &fault);

  if (times == NULL)
    return refuse (error, N_ ("{field} is none of from and to, or no text such as 22:00"), "quiet_hours",
                   nb_error_get_field (fault), NULL);
  self->typed_from = g_strdup (json_object_get_string_member_with_default (times, "from", ""));
  self->typed_to = g_strdup (json_object_get_string_member_with_default (times, "to", ""));
  return TRUE;
}

static gboolean
take_quiet (NbPreferenceSheet *self, JsonObject *quiet, GError **error)
{
  if (!take_times (self, quiet, error))
    return FALSE;
  if (!parse_minute (self->typed_from, &self->from_minute))
    return refuse (error, N_ ("quiet hours begin and end at a time of the day, such as 22:00"), "quiet_hours", "from",
                   NULL);
  if (!parse_minute (self->typed_to, &self->to_minute))
    return refuse (error, N_ ("quiet hours begin and end at a time of the day, such as 22:00"), "quiet_hours", "to",
                   NULL);
  if (self->from_minute == self->to_minute)
    return refuse (error, N_ ("quiet hours must end at another time than they begin"), "quiet_hours", "to", NULL);
  self->has_quiet = self->is_quiet = TRUE;
  return TRUE;
}

/* A form without times has no quiet hours; over the API that is said with null. */
static gboolean
take_quiet_hours (NbPreferenceSheet *self, JsonObject *body, gboolean is_form, GError **error)
{
  JsonNode *node = json_object_get_member (body, "quiet_hours");

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return take_quiet (self, json_node_get_object (node), error);
  self->has_quiet = node != NULL || is_form;
  return TRUE;
}

gboolean
nb_preference_sheet_take_body (NbPreferenceSheet *self, NbRequest *request, GError **error)
{
  /* The last two are what an answer had that is sent back with changes: they change nothing. */
  static const NbField fields[] = {
    { "preferences", NB_FIELD_OBJECT },
    { "quiet_hours", NB_FIELD_OBJECT_OR_NULL },
    { "channels", NB_FIELD_LIST },
    { "server_time", NB_FIELD_TEXT, FALSE, 0, TIME_CHARACTERS },
  };
  const gboolean is_form = nb_request_is_form (request);
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), error);

  if (body == NULL)
    return FALSE;
  if (is_form ? !take_form_wishes (self, body, error) : !take_json_wishes (self, body, error))
    return FALSE;
  return take_quiet_hours (self, body, is_form, error);
}

/* What holds. */

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
  const Wish wish = self->wishes[kind][channel];

  if (wish == AS_IT_IS || holds (self, kind, channel) == (wish == WANTED))
    return TRUE;
  return nb_preferences_set (transaction, self->person, kind, choice->name, wish == WANTED, error);
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
  const Wish wish = self->wishes[kind][channel];

  return wish == AS_IT_IS ? holds (self, kind, channel) : wish == WANTED;
}

static char *
print_minute (guint minute)
{
  return g_strdup_printf ("%02u:%02u", minute / MINUTES_OF_HOUR, minute % MINUTES_OF_HOUR);
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
