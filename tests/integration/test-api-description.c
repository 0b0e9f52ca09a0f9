/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /api/v1/openapi.json names the routes that there are, and what they answer is what it says. */
#include "tests/integration/bad-input-routes.h"

#include <string.h>

static JsonObject *
ask (BadSite *site, const char *method, const char *target, const char *token, const char *body, guint status)
{
  g_autofree char *key = g_strconcat ("describe:", target, NULL);
  const BadRequest request = { .method = method,
                               .target = target,
                               .token = token,
                               .key = body != NULL ? key : NULL,
                               .type = body != NULL ? "application/json" : NULL,
                               .body = body };

  return bad_site_expect (site, &request, status);
}

static JsonObject *
get_description (BadSite *site)
{
  return ask (site, "GET", "/api/v1/openapi.json", NULL, NULL, 200);
}

static JsonNode *
get_at (JsonObject *object, const char *const *names)
{
  JsonNode *node = NULL;

  for (; *names != NULL; names++)
    {
      node = json_object_get_member (object, *names);
      if (node == NULL || names[1] == NULL)
        return node;
      object = json_node_get_object (node);
    }
  return node;
}

#define AT(object, ...) get_at (object, (const char *const[]){ __VA_ARGS__, NULL })

/* As the document writes it: without the kinds of parameters. */
static char *
make_path (const char *pattern)
{
  g_auto (GStrv) parts = g_strsplit (pattern, ":id}", -1);

  return g_strjoinv ("}", parts);
}

static void
test_routes (BadSite *site)
{
  g_autoptr (JsonObject) description = get_description (site);
  JsonObject *paths = json_object_get_object_member (description, "paths");
  g_autoptr (GPtrArray) patterns = bad_site_list_routes (site);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_operations = 0;

  g_assert_cmpstr (json_object_get_string_member (description, "openapi"), ==, "3.1.0");
  for (guint i = 0; i < patterns->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (patterns, i), "/api/v1/")
        || g_str_has_prefix (g_ptr_array_index (patterns, i), "/ws/"))
      {
        char *path = make_path (g_ptr_array_index (patterns, i));
        if (!json_object_has_member (paths, path))
          g_error ("%s is not described", path);
        g_hash_table_add (known, path);
      }
  g_assert_cmpuint (g_hash_table_size (known), ==, json_object_get_size (paths));
  g_hash_table_remove_all (known);
  for (const BadRoute *route = bad_routes; route->name != NULL; route++)
    {
      g_autofree char *path = make_path (route->pattern);
      g_autofree char *method = g_ascii_strdown (route->method, -1);
      if (AT (paths, path, method) == NULL)
        g_error ("%s %s is not described", method, path);
      g_hash_table_add (known, g_strconcat (method, path, NULL));
    }
  for (GList *list = json_object_get_members (paths), *l = list; l != NULL || (g_list_free (list), FALSE); l = l->next)
    if (!g_str_has_prefix (l->data, "/ws/"))
      n_operations += json_object_get_size (json_object_get_object_member (paths, l->data));
  g_assert_cmpuint (g_hash_table_size (known), ==, n_operations);
}

static void
test_problem_codes (BadSite *site)
{
  g_autoptr (JsonObject) description = get_description (site);
  JsonArray *codes
      = json_node_get_array (AT (description, "components", "schemas", "Problem", "properties", "code", "enum"));
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < json_array_get_length (codes); i++)
    g_hash_table_add (told, (gpointer)json_array_get_string_element (codes, i));
  for (int code = 0; code < NB_N_ERRORS; code++)
    if (!g_hash_table_contains (told, nb_error_code_name (code)))
      g_error ("the code %s is not described", nb_error_code_name (code));
  g_assert_cmpuint (g_hash_table_size (told), ==, NB_N_ERRORS);
}

typedef struct
{
  JsonObject *description;
  const char *what;
} Check;

static void check_value (const Check *check, JsonObject *schema, JsonNode *value, const char *path);

static JsonObject *
resolve (const Check *check, JsonObject *schema)
{
  const char *ref = json_object_get_string_member_with_default (schema, "$ref", NULL);
  g_auto (GStrv) names = ref != NULL ? g_strsplit (ref, "/", -1) : NULL;
  JsonNode *node;

  if (ref == NULL)
    return schema;
  node = get_at (check->description, (const char *const *)names + 1);
  if (node == NULL)
    g_error ("%s leads nowhere", ref);
  return resolve (check, json_node_get_object (node));
}

static const char *
type_of (JsonNode *value)
{
  if (JSON_NODE_HOLDS_OBJECT (value))
    return "object";
  if (JSON_NODE_HOLDS_ARRAY (value))
    return "array";
  if (JSON_NODE_HOLDS_NULL (value))
    return "null";
  if (json_node_get_value_type (value) == G_TYPE_BOOLEAN)
    return "boolean";
  return json_node_get_value_type (value) == G_TYPE_STRING ? "string" : "integer";
}

static gboolean
is_of_type (JsonObject *schema, JsonNode *value)
{
  JsonNode *type = json_object_get_member (schema, "type");

  if (JSON_NODE_HOLDS_VALUE (type))
    return strcmp (json_node_get_string (type), type_of (value)) == 0;
  for (guint i = 0; i < json_array_get_length (json_node_get_array (type)); i++)
    if (strcmp (json_array_get_string_element (json_node_get_array (type), i), type_of (value)) == 0)
      return TRUE;
  return FALSE;
}

/* What is required is there, and what is there is described. */
static void
check_object (const Check *check, JsonObject *schema, JsonObject *object, const char *path)
{
  JsonObject *properties
      = json_object_has_member (schema, "properties") ? json_object_get_object_member (schema, "properties") : NULL;
  JsonArray *required = properties != NULL ? json_object_get_array_member (schema, "required") : NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (properties == NULL)
    return;
  for (guint i = 0; i < json_array_get_length (required); i++)
    if (!json_object_has_member (object, json_array_get_string_element (required, i)))
      g_error ("%s: %s lacks %s", check->what, path, json_array_get_string_element (required, i));
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_autofree char *below = g_strdup_printf ("%s.%s", path, name);
      if (!json_object_has_member (properties, name))
        g_error ("%s: %s is not described", check->what, below);
      check_value (check, json_object_get_object_member (properties, name), value, below);
    }
}

static void
check_value (const Check *check, JsonObject *schema, JsonNode *value, const char *path)
{
  JsonNode *choice = json_object_get_member (schema, "oneOf");

  if (choice != NULL && JSON_NODE_HOLDS_NULL (value))
    return;
  if (choice != NULL)
    schema = json_array_get_object_element (json_node_get_array (choice), 0);
  schema = resolve (check, schema);
  if (!is_of_type (schema, value))
    g_error ("%s: %s is %s, which is not described", check->what, path, type_of (value));
  if (JSON_NODE_HOLDS_OBJECT (value))
    check_object (check, schema, json_node_get_object (value), path);
  else if (JSON_NODE_HOLDS_ARRAY (value) && json_object_has_member (schema, "items"))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (value)); i++)
      check_value (check, json_object_get_object_member (schema, "items"),
                   json_array_get_element (json_node_get_array (value), i), path);
}

/* Asks and compares the answer with what the document says of it. @path: the document's, when it isn't @target */
static void
compare (BadSite *site, JsonObject *description, const char *method, const char *target, const char *path,
         const char *token, const char *body, guint status)
{
  g_autofree char *code = g_strdup_printf ("%u", status);
  g_autofree char *lower = g_ascii_strdown (method, -1);
  g_autofree char *what = g_strdup_printf ("%s %s", method, target);
  g_autoptr (JsonObject) answer = ask (site, method, target, token, body, status);
  JsonNode *operation = AT (description, "paths", path != NULL ? path : target, lower, "responses");
  const Check check = { description, what };
  g_autoptr (JsonNode) value = json_node_init_object (json_node_alloc (), answer);
  JsonNode *response;

  g_assert_nonnull (operation);
  response = json_object_get_member (json_node_get_object (operation), status >= 400 ? "default" : code);
  g_assert_nonnull (response);
  check_value (&check,
               json_node_get_object (AT (resolve (&check, json_node_get_object (response)), "content",
                                         status >= 400 ? "application/problem+json" : "application/json", "schema")),
               value, "answer");
}

static void
test_answers (BadSite *site)
{
  g_autoptr (JsonObject) description = get_description (site);
  g_autofree char *auction = g_strconcat ("/api/v1/auctions/", site->auction, NULL);
  g_autofree char *bids = g_strconcat (auction, "/bids", NULL);
  g_autofree char *buy_now = g_strconcat (auction, "/buy-now", NULL);
  g_autofree char *cancel = g_strconcat (auction, "/cancel", NULL);
  const char *bidder = site->bidder_token;

  compare (site, description, "POST", bids, "/api/v1/auctions/{id}/bids", bidder, "{\"amount\":10000}", 201);
  compare (site, description, "POST", bids, "/api/v1/auctions/{id}/bids", NULL, "{\"amount\":10000}", 401);
  compare (site, description, "POST", buy_now, "/api/v1/auctions/{id}/buy-now", bidder, "{\"price\":10000}", 409);
  compare (site, description, "POST", cancel, "/api/v1/auctions/{id}/cancel", site->seller_token, "{}", 409);
  compare (site, description, "GET", bids, "/api/v1/auctions/{id}/bids", bidder, NULL, 200);
  compare (site, description, "GET", auction, "/api/v1/auctions/{id}", site->seller_token, NULL, 200);
  compare (site, description, "GET", "/api/v1/auctions", NULL, NULL, NULL, 200);
  compare (site, description, "GET", "/api/v1/auction-types", NULL, NULL, NULL, 200);
  compare (site, description, "GET", "/api/v1/regions", NULL, NULL, NULL, 200);
  compare (site, description, "GET", "/api/v1/sessions", NULL, bidder, NULL, 200);
  compare (site, description, "GET", "/api/v1/me", NULL, bidder, NULL, 200);
  compare (site, description, "GET", "/api/v1/wallet", NULL, bidder, NULL, 200);
  compare (site, description, "GET", "/api/v1/wallet/entries", NULL, bidder, NULL, 200);
  compare (site, description, "POST", "/api/v1/wallet/deposits", NULL, bidder, "{\"amount\":7}", 201);
  compare (site, description, "POST", "/api/v1/sessions", NULL, NULL,
           "{\"username\":\"bidder\",\"password\":\"tangerine-orchard\"}", 200);
  compare (site, description, "POST", "/api/v1/accounts", NULL, NULL,
           "{\"username\":\"third\",\"password\":\"tangerine-orchard\",\"nickname\":\"third\"}", 201);
}

static void
test_webhooks (BadSite *site)
{
  g_autoptr (JsonObject) description = get_description (site);
  g_autoptr (JsonObject) hook = ask (site, "POST", "/api/v1/webhooks", site->bidder_token,
                                     "{\"url\":\"https://example.com/\",\"kinds\":[\"won\"]}", 201);
  g_autofree char *one = g_strconcat ("/api/v1/webhooks/", json_object_get_string_member (hook, "id"), NULL);
  g_autofree char *secret = g_strconcat (one, "/secret", NULL);
  const char *bidder = site->bidder_token;

  compare (site, description, "POST", "/api/v1/webhooks", NULL, bidder, "{\"url\":\"https://example.com/\"}", 201);
  compare (site, description, "POST", "/api/v1/webhooks", NULL, bidder, "{\"url\":\"x\"}", 422);
  compare (site, description, "GET", "/api/v1/webhooks", NULL, bidder, NULL, 200);
  compare (site, description, "GET", one, "/api/v1/webhooks/{id}", bidder, NULL, 200);
  compare (site, description, "PATCH", one, "/api/v1/webhooks/{id}", bidder, "{\"is_enabled\":false}", 200);
  compare (site, description, "POST", secret, "/api/v1/webhooks/{id}/secret", bidder, NULL, 200);
}

int
main (int argc, char **argv)
{
  static const BadTest tests[] = {
    { "every-route-and-no-other", test_routes, FALSE },
    { "every-problem-code", test_problem_codes, FALSE },
    { "answers-are-as-described", test_answers, TRUE },
    { "webhooks-are-as-described", test_webhooks, TRUE },
    { NULL },
  };

  g_test_init (&argc, &argv, NULL);
  return bad_site_run_tests ("api-description", tests);
}
