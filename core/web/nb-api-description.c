/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts core's part and the `openapi.json` of each plugin that runs together. */
#include "core/web/nb-api-description.h"

#include "core/web/nb-request-state.h"

#include <glib/gi18n.h>
#include <string.h>

/* Returns: (transfer full) (nullable): NULL with no error when there is no such file */
static JsonObject *
read_part (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  node = json_from_string (text, error);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_dup_object (node);
  if (error != NULL && *error == NULL)
    g_set_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA, "%s isn't a JSON object", path);
  return NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* What is there already stays: a plugin describes its own calls alone. */
static void
merge_members (JsonObject *whole, JsonObject *part, const char *owner)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, part);
  while (json_object_iter_next (&iter, &name, &node))
    if (json_object_has_member (whole, name))
      g_warning ("openapi.json of %s: '%s' is described already; this one is left out", owner, name);
    else
      json_object_set_member (whole, name, json_node_copy (node));
}

static void
merge_components (JsonObject *whole, JsonObject *part, const char *owner)
{
  JsonObjectIter iter;
  const char *kind;
  JsonNode *node;

  json_object_iter_init (&iter, part);
  while (json_object_iter_next (&iter, &kind, &node))
    {
      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      if (get_object (whole, kind) == NULL)
        json_object_set_object_member (whole, kind, json_object_new ());
      merge_members (get_object (whole, kind), json_node_get_object (node), owner);
    }
}

static void
merge_plugin (JsonObject *whole, NbRegistry *registry, const char *owner)
{
  g_autofree char *path = g_build_filename (nb_registry_get_data_dir (registry, owner), "openapi.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) part = read_part (path, &error);

  if (error != NULL)
    g_warning ("openapi.json of %s is left out: %s", owner, error->message);
  if (part == NULL)
    return;
  if (get_object (part, "paths") != NULL)
    merge_members (get_object (whole, "paths"), get_object (part, "paths"), owner);
  if (get_object (part, "components") != NULL)
    merge_components (get_object (whole, "components"), get_object (part, "components"), owner);
}

static GBytes *
make_description (NbServer *server, GError **error)
{
  NbRegistry *registry = server->site->registry;
  g_autoptr (JsonObject) whole = NULL;
  g_autoptr (GPtrArray) owners = nb_registry_list_data_owners (registry);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  char *text;

  if (server->api_file != NULL)
    whole = read_part (server->api_file, error);
  if (whole == NULL || get_object (whole, "paths") == NULL || get_object (whole, "components") == NULL)
    {
      if (*error == NULL)
        nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is nothing at this address"), NULL);
      return NULL;
    }
  for (guint i = 0; i < owners->len; i++)
    if (strcmp (g_ptr_array_index (owners, i), "core") != 0)
      merge_plugin (whole, registry, g_ptr_array_index (owners, i));
  json_node_set_object (node, whole);
  text = json_to_string (node, FALSE);
  return g_bytes_new_take (text, strlen (text));
}

static void
on_description (NbRequest *request, gpointer user_data)
{
  NbServer *server = request->server;
  g_autoptr (GError) error = NULL;

  if (server->api_description == NULL)
    server->api_description = make_description (server, &error);
  if (server->api_description == NULL)
    nb_request_respond_error (request, error);
  else
    nb_request_respond_bytes (request, 200, "application/json; charset=utf-8", server->api_description);
}

gboolean
nb_api_description_register (NbSite *site, GError **error)
{
  return nb_registry_add_route (site->registry, "core", "GET", "/api/v1/openapi.json", NB_ROUTE_NO_SESSION,
                                on_description, site, error);
}
