/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes models of form fields and links. */
#include "core/web/nb-page-form.h"

#include "core/web/nb-pages.h"
#include <string.h>

static void
set_kind (JsonObject *field, const NbInput *input)
{
  static const char *const flags[] = {
    [NB_INPUT_TEXT] = "is_text",   [NB_INPUT_PASSWORD] = "is_text", [NB_INPUT_LONG] = "is_long",
    [NB_INPUT_MONEY] = "is_money", [NB_INPUT_NUMBER] = "is_number", [NB_INPUT_CHOICE] = "is_choice",
    [NB_INPUT_FLAG] = "is_flag",
  };

  json_object_set_boolean_member (field, flags[input->kind], TRUE);
  json_object_set_string_member (field, "input_type", input->kind == NB_INPUT_PASSWORD ? "password" : "text");
}

JsonObject *
nb_page_add_input (JsonArray *fields, const NbInput *input)
{
  JsonObject *field = json_object_new ();

  set_kind (field, input);
  json_object_set_string_member (field, "id", input->name);
  json_object_set_string_member (field, "name", input->name);
  json_object_set_string_member (field, "label", input->label);
  json_object_set_string_member (field, "value", input->value != NULL ? input->value : "");
  json_object_set_string_member (field, "hint", input->hint != NULL ? input->hint : "");
  json_object_set_string_member (field, "autocomplete", input->autocomplete != NULL ? input->autocomplete : "");
  json_object_set_int_member (field, "maximum", input->maximum);
  json_object_set_boolean_member (field, "is_required", input->is_required);
  json_object_set_boolean_member (field, "is_wide", input->is_wide);
  json_object_set_boolean_member (field, "described", input->hint != NULL);
  json_array_add_object_element (fields, field);
  return field;
}

void
nb_page_add_option (JsonObject *field, const char *value, const char *label, gboolean is_selected)
{
  JsonObject *option = json_object_new ();

  if (!json_object_has_member (field, "options"))
    json_object_set_array_member (field, "options", json_array_new ());
  json_object_set_string_member (option, "value", value);
  json_object_set_string_member (option, "label", label);
  json_object_set_boolean_member (option, "is_selected", is_selected);
  json_array_add_object_element (json_object_get_array_member (field, "options"), option);
}

/* A term `start_price` is the field `terms.start_price`. */
static JsonObject *
find_field (JsonArray *fields, const char *name)
{
  const char *bare = g_str_has_prefix (name, "terms.") ? name + strlen ("terms.") : name;

  for (guint i = 0; i < json_array_get_length (fields); i++)
    {
      JsonObject *field = json_array_get_object_element (fields, i);
      const char *own = json_object_get_string_member (field, "name");

      if (strcmp (g_str_has_prefix (own, "terms.") ? own + strlen ("terms.") : own, bare) == 0)
        return field;
    }
  return NULL;
}

/* Programs know a field by its name, people by its label, which begins small inside a sentence. */
static void
replace_name (GString *text, const char *name, const char *label)
{
  g_autofree char *capital = g_strdup (name);
  g_autofree char *small = g_strdup (label);

  capital[0] = g_ascii_toupper (capital[0]);
  small[0] = g_ascii_tolower (small[0]);
  if (g_str_has_prefix (text->str, capital))
    {
      g_string_erase (text, 0, strlen (capital));
      g_string_prepend (text, label);
    }
  else
    g_string_replace (text, name, small, 1);
}

/* Far from its field a message has to say which one it is about. */
static char *
with_label (const char *text, const char *label)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *word = g_utf8_casefold (label, -1);

  return strstr (folded, word) != NULL ? g_strdup (text) : g_strdup_printf ("%s: %s", label, text);
}

void
nb_page_set_form_error (NbRequest *request, JsonObject *model, JsonArray *fields, const GError *error)
{
  const char *name = error->domain == NB_ERROR ? nb_error_get_field (error) : NULL;
  JsonObject *field = name != NULL && fields != NULL ? find_field (fields, name) : NULL;
  g_autofree char *told = nb_pages_tell_error (request, error);
  g_autoptr (GString) text = g_string_new (told);
  g_autofree char *href = NULL;
  g_autofree char *summary = NULL;

  if (field != NULL)
    {
      href = g_strconcat ("#", json_object_get_string_member (field, "id"), NULL);
      replace_name (text, name, json_object_get_string_member (field, "label"));
      json_object_set_string_member (field, "fault", text->str);
      json_object_set_boolean_member (field, "described", TRUE);
      json_object_set_string_member (model, "field_href", href);
      summary = with_label (text->str, json_object_get_string_member (field, "label"));
    }
  json_object_set_string_member (model, "error", summary != NULL ? summary : text->str);
}

void
nb_page_keep (JsonArray *kept, const char *name, const char *value)
{
  JsonObject *field;

  if (value == NULL || *value == '\0')
    return;
  field = json_object_new ();
  json_object_set_string_member (field, "name", name);
  json_object_set_string_member (field, "value", value);
  json_array_add_object_element (kept, field);
}

void
nb_page_keep_all (JsonArray *kept, JsonObject *values, const char *prefix)
{
  g_autoptr (GList) names = json_object_get_members (values);

  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (values, at->data);
      g_autofree char *name = g_strconcat (prefix, at->data, NULL);
      g_autofree char *inner = g_strconcat (name, ".", NULL);

      if (JSON_NODE_HOLDS_OBJECT (node))
        nb_page_keep_all (kept, json_node_get_object (node), inner);
      else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        nb_page_keep (kept, name, json_node_get_string (node));
    }
}

char *
nb_page_link (const char *path, ...)
{
  GString *link = g_string_new (path);
  char mark = strchr (path, '?') == NULL ? '?' : '&';
  va_list pairs;

  va_start (pairs, path);
  for (const char *name = va_arg (pairs, const char *); name != NULL; name = va_arg (pairs, const char *))
    {
      const char *value = va_arg (pairs, const char *);

      if (value == NULL || *value == '\0')
        continue;
      g_string_append_printf (link, "%c%s=", mark, name);
      g_string_append_uri_escaped (link, value, NULL, FALSE);
      mark = '&';
    }
  va_end (pairs);
  return g_string_free (link, FALSE);
}

gboolean
nb_page_is_own_path (const char *path)
{
  if (path == NULL || path[0] != '/' || path[1] == '/' || path[1] == '\\' || strlen (path) > 1024)
    return FALSE;
  for (; *path != '\0'; path++)
    if (!g_ascii_isgraph (*path) || *path == '\\')
      return FALSE;
  return TRUE;
}

char *
nb_page_text (NbRequest *request, const char *msgid, ...)
{
  GString *text = g_string_new (nb_request_gettext (request, msgid));
  va_list pairs;

  va_start (pairs, msgid);
  for (const char *name = va_arg (pairs, const char *); name != NULL; name = va_arg (pairs, const char *))
    {
      g_autofree char *placeholder = g_strconcat ("{", name, "}", NULL);

      g_string_replace (text, placeholder, va_arg (pairs, const char *), 0);
    }
  va_end (pairs);
  return g_string_free (text, FALSE);
}

const char *
nb_page_get_text (JsonObject *object, const char *name)
{
  const char *text = json_object_get_string_member_with_default (object, name, NULL);

  return text == NULL || *text == '\0' ? NULL : text;
}
