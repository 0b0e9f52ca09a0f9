/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Terms for a demo auction of any type: what its schema requires, from the listing, its defaults or its bounds. */
#include "core/app/nb-demo.h"

#include <json-glib/json-glib.h>

/* A number that @schema allows for a term which the listing says nothing about. */
static gint64
allowed_number (JsonObject *schema)
{
  if (json_object_has_member (schema, "default"))
    return json_object_get_int_member (schema, "default");
  return json_object_get_int_member_with_default (schema, "minimum", 1);
}

static GVariant *
make_term (JsonObject *schema)
{
  const char *type = json_object_get_string_member_with_default (schema, "type", "integer");

  if (g_str_equal (type, "string"))
    return g_variant_new_string (json_object_get_string_member_with_default (schema, "default", ""));
  if (g_str_equal (type, "boolean"))
    return g_variant_new_boolean (json_object_get_boolean_member_with_default (schema, "default", FALSE));
  return g_variant_new_int64 (allowed_number (schema));
}

static gboolean
is_required (JsonObject *schema, const char *name)
{
  JsonArray *required
      = json_object_has_member (schema, "required") ? json_object_get_array_member (schema, "required") : NULL;

  for (guint i = 0; required && i < json_array_get_length (required); i++)
    if (g_strcmp0 (json_array_get_string_element (required, i), name) == 0)
      return TRUE;
  return FALSE;
}

static void
add_property (GVariantDict *terms, JsonObject *schema, const char *name, JsonObject *property, NbMoney start_price,
              NbMoney buy_now_price)
{
  if (g_str_equal (name, "start_price"))
    g_variant_dict_insert (terms, name, "x", start_price);
  else if (g_str_equal (name, "buy_now_price") && buy_now_price > 0)
    g_variant_dict_insert (terms, name, "x", buy_now_price);
  else if (is_required (schema, name))
    g_variant_dict_insert_value (terms, name, make_term (property));
}

GVariant *
nb_demo_make_terms (NbAuctionType *type, NbMoney start_price, NbMoney buy_now_price, GError **error)
{
  NbTypeDescription *description = nb_auction_type_describe (type);
  g_autoptr (JsonNode) node = json_from_string (nb_type_description_get_terms_schema (description), error);
  g_auto (GVariantDict) terms = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GList) names = NULL;
  JsonObject *schema;
  JsonObject *properties;

  nb_type_description_free (description);
  if (!node)
    return NULL;
  schema = json_node_get_object (node);
  properties = schema ? json_object_get_object_member (schema, "properties") : NULL;
  names = properties ? json_object_get_members (properties) : NULL;
  for (GList *l = names; l; l = l->next)
    add_property (&terms, schema, l->data, json_object_get_object_member (properties, l->data), start_price,
                  buy_now_price);
  return g_variant_ref_sink (g_variant_dict_end (&terms));
}
