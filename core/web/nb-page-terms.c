/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns a schema of terms into fields, and what was typed into lines of a review. */
#include "core/web/nb-page-terms.h"

#include "core/web/nb-page-form.h"
#include <glib/gi18n.h>
#include <string.h>

#define MAX_TERMS 32

/* One property of the schema. */
typedef struct
{
  const char *name;
  JsonObject *schema;
  gboolean is_required;
} Term;

static const char *const durations[] = { "30", "60", "120", "180", "300", "600", "1800", "3600", "7200", "86400" };

static JsonObject *
parse_schema (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : NULL;
}

static gboolean
is_required (JsonObject *schema, const char *name)
{
  JsonArray *list
      = json_object_has_member (schema, "required") ? json_object_get_array_member (schema, "required") : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (g_strcmp0 (json_array_get_string_element (list, i), name) == 0)
      return TRUE;
  return FALSE;
}

/* Returns: (transfer full) (element-type Term): in the schema's order; borrowed from @schema */
static GArray *
list_terms (JsonObject *schema)
{
  GArray *terms = g_array_new (FALSE, FALSE, sizeof (Term));
  JsonObject *properties
      = json_object_has_member (schema, "properties") ? json_object_get_object_member (schema, "properties") : NULL;
  g_autoptr (GList) names = properties != NULL ? json_object_get_members (properties) : NULL;

  for (GList *at = names; at != NULL && terms->len < MAX_TERMS; at = at->next)
    {
      Term term = { at->data, json_object_get_object_member (properties, at->data), is_required (schema, at->data) };

      if (term.schema != NULL)
        g_array_append_val (terms, term);
    }
  return terms;
}

static gboolean
has_format (const Term *term, const char *format)
{
  return g_strcmp0 (json_object_get_string_member_with_default (term->schema, "format", NULL), format) == 0;
}

static gboolean
has_type (const Term *term, const char *type)
{
  return g_strcmp0 (json_object_get_string_member_with_default (term->schema, "type", NULL), type) == 0;
}

/* Returns: (transfer none) (nullable): `title-ko` for Korean readers, else `title` */
static const char *
localized (NbRequest *request, const Term *term, const char *key)
{
  g_autofree char *own = g_strconcat (key, "-", nb_request_get_language (request), NULL);
  const char *text = json_object_get_string_member_with_default (term->schema, own, NULL);

  return text != NULL ? text : json_object_get_string_member_with_default (term->schema, key, NULL);
}

static const char *
label_of (NbRequest *request, const Term *term)
{
  const char *title = localized (request, term, "title");

  return title != NULL ? title : term->name;
}

static NbInputKind
kind_of (const Term *term)
{
  if (has_format (term, "money"))
    return NB_INPUT_MONEY;
  if (has_format (term, "duration"))
    return NB_INPUT_CHOICE;
  if (has_type (term, "boolean"))
    return NB_INPUT_FLAG;
  return has_type (term, "integer") ? NB_INPUT_NUMBER : NB_INPUT_TEXT;
}

static char *
duration_label (NbRequest *request, gint64 seconds)
{
  gboolean is_hours = seconds >= 3600 && seconds % 3600 == 0;
  gint64 n = is_hours ? seconds / 3600 : seconds >= 60 ? seconds / 60 : seconds;
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, n);

  return nb_page_text (request,
                       is_hours        ? N_ ("{n} h")
                       : seconds >= 60 ? N_ ("{n} min")
                                       : N_ ("{n} s"),
                       "n", text, NULL);
}

static void
add_durations (NbRequest *request, const Term *term, JsonObject *field, const char *value)
{
  gint64 minimum = json_object_get_int_member_with_default (term->schema, "minimum", 0);
  gint64 maximum = json_object_get_int_member_with_default (term->schema, "maximum", G_MAXINT64);

  if (!term->is_required)
    nb_page_add_option (field, "", nb_request_gettext (request, N_ ("not set")), value == NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      gint64 seconds = g_ascii_strtoll (durations[i], NULL, 10);
      g_autofree char *label = duration_label (request, seconds);

      if (seconds >= minimum && seconds <= maximum)
        nb_page_add_option (field, durations[i], label, g_strcmp0 (durations[i], value) == 0);
    }
}

/* Returns: (transfer full) (nullable): what was typed, else the schema's default */
static char *
value_of (const Term *term, JsonObject *values)
{
  const char *typed = values != NULL ? nb_page_get_text (values, term->name) : NULL;
  gint64 fallback;

  if (typed != NULL || values != NULL || !json_object_has_member (term->schema, "default"))
    return g_strdup (typed);
  fallback = json_object_get_int_member_with_default (term->schema, "default", 0);
  return g_strdup_printf ("%" G_GINT64_FORMAT, fallback);
}

static gboolean
add_input (NbRequest *request, const Term *term, JsonObject *values, JsonArray *fields)
{
  g_autofree char *name = g_strconcat ("terms.", term->name, NULL);
  g_autofree char *value = value_of (term, values);
  NbInput input = {
    .name = name,
    .kind = kind_of (term),
    .label = label_of (request, term),
    .value = value,
    .hint = localized (request, term, "description"),
    .maximum = 200,
    .is_required = term->is_required,
  };
  JsonObject *field = nb_page_add_input (fields, &input);

  if (input.kind == NB_INPUT_CHOICE)
    add_durations (request, term, field, value);
  return value != NULL;
}

gboolean
nb_page_terms_add_inputs (NbRequest *request, const char *schema, JsonObject *values, JsonArray *required,
                          JsonArray *optional)
{
  g_autoptr (JsonObject) parsed = parse_schema (schema);
  g_autoptr (GArray) terms = parsed != NULL ? list_terms (parsed) : NULL;
  gboolean is_open = FALSE;

  for (guint i = 0; terms != NULL && i < terms->len; i++)
    {
      const Term *term = &g_array_index (terms, Term, i);
      gboolean has_value = add_input (request, term, values, term->is_required ? required : optional);

      is_open |= has_value && !term->is_required;
    }
  return is_open;
}

static char *
print_value (NbRequest *request, const Term *term, const char *text)
{
  NbMoney amount;

  if (has_format (term, "money") && nb_money_parse (text, &amount, NULL))
    return nb_money_format (amount);
  if (has_format (term, "duration"))
    return duration_label (request, g_ascii_strtoll (text, NULL, 10));
  if (has_type (term, "boolean"))
    return g_strdup (nb_request_gettext (request, N_ ("yes")));
  return g_strdup (text);
}

void
nb_page_terms_add_facts (NbRequest *request, const char *schema, JsonObject *values, JsonArray *facts)
{
  g_autoptr (JsonObject) parsed = parse_schema (schema);
  g_autoptr (GArray) terms = parsed != NULL ? list_terms (parsed) : NULL;

  for (guint i = 0; terms != NULL && i < terms->len; i++)
    {
      const Term *term = &g_array_index (terms, Term, i);
      const char *text = nb_page_get_text (values, term->name);
      g_autofree char *value = text != NULL ? print_value (request, term, text) : NULL;
      JsonObject *fact;

      if (value == NULL)
        continue;
      fact = json_object_new ();
      json_object_set_string_member (fact, "label", label_of (request, term));
      json_object_set_string_member (fact, "value", value);
      json_array_add_object_element (facts, fact);
    }
}
