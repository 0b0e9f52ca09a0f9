/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Terms from JSON or a form to the values that an auction type reads. */
#include "core/web/nb-api-json.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TERMS 32
#define MAX_NAME 64
#define MAX_TEXT 1000

static gboolean
fault (GError **error, const char *name, const char *msgid)
{
  g_autofree char *field = g_strconcat ("terms.", name, NULL);
  GError *wrong = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (wrong, field);
  g_propagate_error (error, wrong);
  return FALSE;
}

static JsonObject *
find_properties (JsonNode *schema)
{
  JsonObject *root = schema != NULL && JSON_NODE_HOLDS_OBJECT (schema) ? json_node_get_object (schema) : NULL;
  JsonNode *properties = root != NULL ? json_object_get_member (root, "properties") : NULL;

  return properties != NULL && JSON_NODE_HOLDS_OBJECT (properties) ? json_node_get_object (properties) : NULL;
}

static const char *
find_kind (JsonObject *properties, const char *name)
{
  JsonNode *property = properties != NULL ? json_object_get_member (properties, name) : NULL;

  if (property == NULL || !JSON_NODE_HOLDS_OBJECT (property))
    return "string";
  return json_object_get_string_member_with_default (json_node_get_object (property), "type", "string");
}

/* Digits, with commas at the thousands or without, and zero. */
static gboolean
parse_int (const char *text, gint64 *value)
{
  NbMoney amount;

  if (g_str_equal (text, "0"))
    {
      *value = 0;
      return TRUE;
    }
  if (!nb_money_parse (text, &amount, NULL))
    return FALSE;
  *value = amount;
  return TRUE;
}

static gboolean
add_form_text (GVariantDict *terms, const char *name, const char *text, const char *kind, GError **error)
{
  gint64 number;

  if (*text == '\0')
    return TRUE;
  if (g_str_equal (kind, "integer"))
    {
      if (!parse_int (text, &number))
        return fault (error, name, N_ ("this must be a whole number"));
      g_variant_dict_insert (terms, name, "x", number);
    }
  else if (g_str_equal (kind, "boolean"))
    g_variant_dict_insert (terms, name, "b",
                           g_str_equal (text, "1") || g_str_equal (text, "on") || g_str_equal (text, "true"));
  else
    g_variant_dict_insert (terms, name, "s", text);
  return TRUE;
}

static gboolean
add_value (GVariantDict *terms, const char *name, JsonNode *node, GError **error)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64)
    g_variant_dict_insert (terms, name, "x", json_node_get_int (node));
  else if (type == G_TYPE_BOOLEAN)
    g_variant_dict_insert (terms, name, "b", json_node_get_boolean (node));
  else if (type == G_TYPE_STRING)
    g_variant_dict_insert (terms, name, "s", json_node_get_string (node));
  else
    return fault (error, name, N_ ("this must be a whole number, a text, or true or false"));
  return TRUE;
}

static gboolean
add_member (GVariantDict *terms, const char *name, JsonNode *node, const char *form_kind, GError **error)
{
  gboolean is_text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;

  if (strlen (name) > MAX_NAME || *name == '\0' || !g_utf8_validate (name, -1, NULL))
    return fault (error, "", N_ ("a term has a name that is too long"));
  if (is_text && strlen (json_node_get_string (node)) > MAX_TEXT)
    return fault (error, name, N_ ("this text is too long"));
  if (form_kind != NULL && is_text)
    return add_form_text (terms, name, json_node_get_string (node), form_kind, error);
  return add_value (terms, name, node, error);
}

GVariant *
nb_terms_from_json (JsonObject *object, NbAuctionType *type, gboolean is_form, GError **error)
{
  g_auto (GVariantDict) terms = G_VARIANT_DICT_INIT (NULL);
  NbTypeDescription *description = nb_auction_type_describe (type);
  g_autoptr (JsonNode) schema = json_from_string (nb_type_description_get_terms_schema (description), NULL);
  JsonObject *properties = find_properties (schema);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  nb_type_description_free (description);
  if (json_object_get_size (object) > MAX_TERMS)
    {
      fault (error, "", N_ ("there are too many terms"));
      return NULL;
    }
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    if (!add_member (&terms, name, node, is_form ? find_kind (properties, name) : NULL, error))
      return NULL;
  return g_variant_dict_end (&terms);
}
