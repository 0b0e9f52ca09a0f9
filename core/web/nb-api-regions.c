/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions as JSON: what lies directly below one, in order of code. */
#include "core/web/nb-api-regions.h"

#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>
#include <string.h>

#define LIMIT_MAX 100

static void
refuse (NbRequest *request, GError *refusal, const char *field)
{
  g_autoptr (GError) error = refusal;

  nb_error_set_field (error, field);
  nb_request_respond_error (request, error);
}

/* Returns: 1 to 100, or 0 for what is no such number */
static guint
read_limit (const char *text)
{
  gint64 limit = 0;

  if (text == NULL)
    return LIMIT_MAX;
  return nb_id_parse (text, &limit) && limit >= 1 && limit <= LIMIT_MAX ? (guint)limit : 0;
}

static JsonObject *
region_to_json (const NbRegion *region)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "code", region->code);
  json_object_set_string_member (object, "name", region->name);
  json_object_set_string_member (object, "name_en", region->name_en);
  json_object_set_int_member (object, "level", region->level);
  return object;
}

static void
respond_page (NbRequest *request, GPtrArray *regions, guint limit, const char *cursor)
{
  JsonObject *answer = json_object_new ();
  JsonArray *items = json_array_new ();
  const char *last = NULL;
  gboolean has_more = FALSE;

  for (guint i = 0; i < regions->len && !has_more; i++)
    {
      const NbRegion *region = regions->pdata[i];

      if (cursor != NULL && strcmp (region->code, cursor) <= 0)
        continue;
      has_more = json_array_get_length (items) == limit;
      if (has_more)
        continue;
      json_array_add_object_element (items, region_to_json (region));
      last = region->code;
    }
  json_object_set_array_member (answer, "items", items);
  if (has_more)
    json_object_set_string_member (answer, "next_cursor", last);
  else
    json_object_set_null_member (answer, "next_cursor");
  nb_request_respond_json (request, 200, answer);
}

static void
on_list (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  const char *parent = nb_request_get_query (request, "parent");
  const char *cursor = nb_request_get_query (request, "cursor");
  guint limit = read_limit (nb_request_get_query (request, "limit"));
  g_autoptr (GPtrArray) regions = NULL;

  if (limit == 0)
    {
      refuse (request, nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("a limit lies between 1 and 100"), NULL), "limit");
      return;
    }
  if (parent != NULL && parent[0] != '\0' && nb_regions_find (site->regions, parent) == NULL)
    {
      refuse (request,
              nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("there is no region with the code {code}"), "code", parent,
                            NULL),
              "parent");
      return;
    }
  if (cursor != NULL && nb_regions_find (site->regions, cursor) == NULL)
    {
      refuse (request, nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("this cursor does not belong to this list"), NULL),
              "cursor");
      return;
    }
  regions = nb_regions_list (site->regions, parent);
  respond_page (request, regions, limit, cursor);
}

gboolean
nb_api_regions_register (NbSite *site, GError **error)
{
  return nb_registry_add_route (site->registry, "core", "GET", "/api/v1/regions", NB_ROUTE_DEFAULT, on_list, site,
                                error);
}
