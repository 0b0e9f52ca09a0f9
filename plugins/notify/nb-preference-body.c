/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the changes that someone asks for, as JSON or by a form. */
#include "nb-preference-sheet-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* More than a time has, so that whatever was typed can be told about. */
#define TIME_CHARACTERS 40

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
      self->wishes[kind][place] = json_node_get_boolean (node) ? NB_WISH_YES : NB_WISH_NO;
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

      self->wishes[kind][place] = boxes != NULL && json_object_has_member (boxes, box) ? NB_WISH_YES : NB_WISH_NO;
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
  *minute = hours * NB_SHEET_HOUR + minutes;
  return hours < 24 && minutes < NB_SHEET_HOUR;
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
