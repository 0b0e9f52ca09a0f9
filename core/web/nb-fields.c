/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields of a body: each is what its handler said it must be, or the error names it. */
#include "core/web/nb-body.h"

#include <glib/gi18n.h>
#include <neighborbid/nb-json.h>
#include <string.h>

#define TEXT_MAX_CHARACTERS 20000
#define LIST_MAX_ITEMS 100
#define ITEM_MAX_CHARACTERS 128
#define KOREA_OFFSET "+09:00"

typedef struct
{
  const NbField *field;
  gboolean is_form;
  JsonObject *target;
  GError **error;
} Check;

static gboolean
take_fault (Check *check, GError *fault)
{
  nb_error_set_field (fault, check->field->name);
  g_propagate_error (check->error, fault);
  return FALSE;
}

static gboolean
refuse (Check *check, const char *msgid)
{
  return take_fault (check, nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, "field", check->field->name, NULL));
}

static gboolean
refuse_range (Check *check, const char *msgid, gint64 minimum, gint64 maximum)
{
  g_autofree char *low = g_strdup_printf ("%" G_GINT64_FORMAT, minimum);
  g_autofree char *high = g_strdup_printf ("%" G_GINT64_FORMAT, maximum);

  return take_fault (check, nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, "field", check->field->name, "minimum",
                                          low, "maximum", high, NULL));
}

static gint64
maximum_or (const NbField *field, gint64 own)
{
  return field->minimum == 0 && field->maximum == 0 ? own : field->maximum;
}

static gboolean
is_plain_text (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || (c >= 0x7f && c < 0xa0))
        return FALSE;
    }
  return TRUE;
}

/* Browsers send line ends of text areas as CR LF. */
static char *
unify_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

  return g_strjoinv ("\n", lines);
}

static gboolean
check_text (Check *check, JsonNode *node)
{
  const gint64 maximum = maximum_or (check->field, TEXT_MAX_CHARACTERS);
  g_autofree char *text = NULL;
  gint64 length;

  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (check, N_ ("{field} must be a text"));
  text = unify_lines (json_node_get_string (node));
  length = g_utf8_strlen (text, -1);
  if (length < check->field->minimum || length > maximum)
    return refuse_range (check, N_ ("{field} must have {minimum} to {maximum} characters"), check->field->minimum,
                         maximum);
  if (!is_plain_text (text) || strchr (text, '\r') != NULL)
    return refuse (check, N_ ("{field} has control characters"));
  json_object_set_string_member (check->target, check->field->name, text);
  return TRUE;
}

/* A form's number may carry commas at the thousands. */
static gboolean
parse_form_integer (const char *text, gint64 *value)
{
  const char *digits = text[0] == '-' ? text + 1 : text;
  const gsize length = strlen (digits);
  g_autoptr (GString) plain = g_string_new (text[0] == '-' ? "-" : NULL);
  const gboolean has_commas = strchr (digits, ',') != NULL;

  /* The first group has one to three digits, and no number begins with a zero that says nothing. */
  if ((has_commas && length % 4 == 0) || (digits[0] == '0' && length > 1))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      const gboolean is_place = has_commas && i > 0 && (length - i) % 4 == 0;

      if (is_place ? digits[i] != ',' : !g_ascii_isdigit (digits[i]))
        return FALSE;
      if (digits[i] != ',')
        g_string_append_c (plain, digits[i]);
    }
  return g_ascii_string_to_signed (plain->str, 10, G_MININT64, G_MAXINT64, value, NULL);
}

static gboolean
get_integer (Check *check, JsonNode *node, gint64 *value)
{
  if (check->is_form)
    return parse_form_integer (json_node_get_string (node), value);
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return TRUE;
}

static gboolean
check_integer (Check *check, JsonNode *node, gint64 own_minimum, gint64 own_maximum)
{
  const gint64 maximum = maximum_or (check->field, own_maximum);
  const gint64 minimum = check->field->minimum == 0 && check->field->maximum == 0 ? own_minimum : check->field->minimum;
  gint64 value;

  if (!get_integer (check, node, &value))
    return refuse (check, N_ ("{field} must be a whole number"));
  if (value < minimum || value > maximum)
    return refuse_range (check, N_ ("{field} must be from {minimum} to {maximum}"), minimum, maximum);
  json_object_set_int_member (check->target, check->field->name, value);
  return TRUE;
}

static gboolean
check_bool (Check *check, JsonNode *node)
{
  const char *text = check->is_form ? json_node_get_string (node) : NULL;
  gboolean value;

  if (text == NULL)
    {
      if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return refuse (check, N_ ("{field} must be true or false"));
      value = json_node_get_boolean (node);
    }
  else
    {
      const char *const yes[] = { "1", "on", "true", NULL };
      const char *const no[] = { "0", "off", "false", NULL };

      value = g_strv_contains (yes, text);
      if (!value && !g_strv_contains (no, text))
        return refuse (check, N_ ("{field} must be true or false"));
    }
  json_object_set_boolean_member (check->target, check->field->name, value);
  return TRUE;
}

/* `0` stands for a digit, anything else for itself. */
static gboolean
follows (const char *text, const char *pattern)
{
  for (; *pattern != '\0'; text++, pattern++)
    if (*pattern == '0' ? !g_ascii_isdigit (*text) : *text != *pattern)
      return FALSE;
  return TRUE;
}

static gboolean
is_rfc3339 (const char *text)
{
  const char *p = text + strlen ("0000-00-00T00:00:00");

  if (!follows (text, "0000-00-00T00:00:00"))
    return FALSE;
  if (*p == '.')
    {
      const gsize digits = strspn (p + 1, "0123456789");

      if (digits == 0 || digits > 9)
        return FALSE;
      p += digits + 1;
    }
  if (strcmp (p, "Z") == 0)
    return TRUE;
  return (*p == '+' || *p == '-') && follows (p + 1, "00:00") && p[6] == '\0';
}

gboolean
nb_time_parse (const char *text, gboolean is_form, gint64 *at)
{
  g_autofree char *full = NULL;
  g_autoptr (GDateTime) time = NULL;

  if (is_form && follows (text, "0000-00-00T00:00") && text[16] == '\0')
    full = g_strconcat (text, ":00" KOREA_OFFSET, NULL);
  else if (is_form && follows (text, "0000-00-00T00:00:00") && text[19] == '\0')
    full = g_strconcat (text, KOREA_OFFSET, NULL);
  else if (is_rfc3339 (text))
    full = g_strdup (text);
  time = full != NULL ? g_date_time_new_from_iso8601 (full, NULL) : NULL;
  if (time == NULL)
    return FALSE;
  *at = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return TRUE;
}

static gboolean
check_time (Check *check, JsonNode *node)
{
  gint64 at;

  if (json_node_get_value_type (node) != G_TYPE_STRING
      || !nb_time_parse (json_node_get_string (node), check->is_form, &at))
    return refuse (check, N_ ("{field} must be a time such as 2026-11-21T10:30:00+09:00"));
  json_object_set_int_member (check->target, check->field->name, at);
  return TRUE;
}

static gboolean
check_object (Check *check, JsonNode *node)
{
  if (check->field->kind == NB_FIELD_OBJECT_OR_NULL && JSON_NODE_HOLDS_NULL (node))
    {
      json_object_set_null_member (check->target, check->field->name);
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (check, N_ ("{field} must be an object"));
  json_object_set_object_member (check->target, check->field->name, json_node_dup_object (node));
  return TRUE;
}

static gboolean
is_item (JsonNode *node)
{
  const char *text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;

  return text != NULL && text[0] != '\0' && g_utf8_strlen (text, -1) <= ITEM_MAX_CHARACTERS && is_plain_text (text);
}

static gboolean
check_list (Check *check, JsonNode *node)
{
  const gint64 maximum = maximum_or (check->field, LIST_MAX_ITEMS);
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  const gint64 length = list != NULL ? json_array_get_length (list) : 0;

  if (list == NULL)
    return refuse (check, N_ ("{field} must be a list of texts"));
  if (length < check->field->minimum || length > maximum)
    return refuse_range (check, N_ ("{field} must have {minimum} to {maximum} entries"), check->field->minimum,
                         maximum);
  for (guint i = 0; i < length; i++)
    if (!is_item (json_array_get_element (list, i)))
      return refuse (check, N_ ("each entry of {field} must be a text of 1 to 128 characters"));
  json_object_set_array_member (check->target, check->field->name, json_array_ref (list));
  return TRUE;
}

static gboolean
is_object (NbFieldKind kind)
{
  return kind == NB_FIELD_OBJECT || kind == NB_FIELD_OBJECT_OR_NULL;
}

static gboolean
check_value (Check *check, JsonNode *node)
{
  const NbFieldKind kind = check->field->kind;

  if (!is_object (kind) && kind != NB_FIELD_LIST && !JSON_NODE_HOLDS_VALUE (node))
    return refuse (check, N_ ("{field} must be a single value"));
  switch (kind)
    {
    case NB_FIELD_TEXT:
      return check_text (check, node);
    case NB_FIELD_MONEY:
      return check_integer (check, node, 1, NB_MONEY_MAX_OPERATION);
    case NB_FIELD_INT:
      return check_integer (check, node, G_MININT64, G_MAXINT64);
    case NB_FIELD_BOOL:
      return check_bool (check, node);
    case NB_FIELD_TIME:
      return check_time (check, node);
    case NB_FIELD_LIST:
      return check_list (check, node);
    case NB_FIELD_OBJECT:
    case NB_FIELD_OBJECT_OR_NULL:
    default:
      return check_object (check, node);
    }
}

static const NbField *
find_field (const NbField *fields, gsize n_fields, const char *name)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].name, name) == 0)
      return &fields[i];
  return NULL;
}

/* In a form, `terms.step` is the member `step` of the object `terms`. */
static gboolean
is_member_of_object (const NbField *fields, gsize n_fields, const char *name)
{
  const char *dot = strchr (name, '.');
  g_autofree char *object = dot != NULL ? g_strndup (name, dot - name) : NULL;
  const NbField *field = object != NULL ? find_field (fields, n_fields, object) : NULL;

  return field != NULL && is_object (field->kind) && dot[1] != '\0';
}

static gboolean
refuse_unknown (JsonObject *body, gboolean is_form, const NbField *fields, gsize n_fields, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (body);

  for (GList *l = names; l != NULL; l = l->next)
    {
      const char *name = l->data;
      GError *fault;

      if (find_field (fields, n_fields, name) != NULL || (is_form && is_member_of_object (fields, n_fields, name)))
        continue;
      fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("a field that is not known here was given"), NULL);
      nb_error_set_field (fault, name);
      g_propagate_error (error, fault);
      return FALSE;
    }
  return TRUE;
}

/* In a form only a list has more than one value under one name. */
static gboolean
refuse_repeated (JsonObject *body, const NbField *fields, gsize n_fields, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (body);

  for (GList *l = names; l != NULL; l = l->next)
    {
      const NbField *field = find_field (fields, n_fields, l->data);

      if (!JSON_NODE_HOLDS_VALUE (json_object_get_member (body, l->data))
          && (field == NULL || field->kind != NB_FIELD_LIST))
        return nb_form_refuse_twice (error);
    }
  return TRUE;
}

static void
add_item (JsonArray *list, const char *text)
{
  if (text[0] != '\0')
    json_array_add_string_element (list, text);
}

/* Returns: (transfer full) (nullable): the values of a form's field that may be repeated, as an array */
static JsonNode *
gather_list (JsonObject *body, const char *field)
{
  JsonNode *node = json_object_get_member (body, field);
  g_autoptr (JsonArray) list = json_array_new ();

  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (node))
    add_item (list, json_node_get_string (node));
  else
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      add_item (list, json_array_get_string_element (json_node_get_array (node), i));
  return json_node_init_array (json_node_alloc (), list);
}

static JsonNode *
gather_object (JsonObject *body, const char *field)
{
  g_autofree char *prefix = g_strconcat (field, ".", NULL);
  g_autoptr (GList) names = json_object_get_members (body);
  g_autoptr (JsonObject) object = json_object_new ();

  for (GList *l = names; l != NULL; l = l->next)
    {
      const char *name = l->data;
      const char *value = g_str_has_prefix (name, prefix) ? json_object_get_string_member (body, name) : "";

      if (value[0] != '\0')
        json_object_set_string_member (object, name + strlen (prefix), value);
    }
  return json_object_get_size (object) > 0 ? json_node_init_object (json_node_alloc (), object) : NULL;
}

/* Returns: (transfer full) (nullable): NULL when the field is not there; an empty field of a form is not there either
 */
static JsonNode *
get_value (JsonObject *body, gboolean is_form, const NbField *field)
{
  JsonNode *node;

  if (is_form && is_object (field->kind))
    return gather_object (body, field->name);
  if (is_form && field->kind == NB_FIELD_LIST)
    return gather_list (body, field->name);
  node = json_object_get_member (body, field->name);
  if (node == NULL || (JSON_NODE_HOLDS_NULL (node) && field->kind != NB_FIELD_OBJECT_OR_NULL))
    return NULL;
  if (is_form && json_node_get_string (node)[0] == '\0')
    return NULL;
  return json_node_copy (node);
}

JsonObject *
nb_fields_check (JsonObject *body, gboolean is_form, const NbField *fields, gsize n_fields, GError **error)
{
  g_autoptr (JsonObject) target = json_object_new ();

  if (is_form && !refuse_repeated (body, fields, n_fields, error))
    return NULL;
  if (!refuse_unknown (body, is_form, fields, n_fields, error))
    return NULL;
  for (gsize i = 0; i < n_fields; i++)
    {
      Check check = { .field = &fields[i], .is_form = is_form, .target = target, .error = error };
      g_autoptr (JsonNode) node = get_value (body, is_form, &fields[i]);

      if (node != NULL ? !check_value (&check, node)
                       : fields[i].is_required && !refuse (&check, N_ ("{field} is missing")))
        return NULL;
    }
  return g_steal_pointer (&target);
}

JsonObject *
nb_json_check_fields (JsonObject *object, const NbField *fields, gsize n_fields, GError **error)
{
  return nb_fields_check (object, FALSE, fields, n_fields, error);
}
