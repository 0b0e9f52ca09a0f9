/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the models of regions. */
#include "core/web/nb-page-regions.h"

#include <glib/gi18n.h>
#include <string.h>

const char *
nb_page_region_name (NbRequest *request, const NbRegion *region)
{
  gboolean is_english = strcmp (nb_request_get_language (request), "en") == 0;

  return is_english && region->name_en != NULL && *region->name_en != '\0' ? region->name_en : region->name;
}

char *
nb_page_region_full_name (NbSite *site, NbRequest *request, const char *code)
{
  const NbRegion *region = code != NULL && *code != '\0' ? nb_regions_find (site->regions, code) : NULL;
  GString *name;

  if (region == NULL)
    return NULL;
  if (strcmp (nb_request_get_language (request), "ko") == 0)
    return g_strdup (region->full_name);
  name = g_string_new (nb_page_region_name (request, region));
  while ((region = *region->parent != '\0' ? nb_regions_find (site->regions, region->parent) : NULL) != NULL)
    g_string_append_printf (name, ", %s", nb_page_region_name (request, region));
  return g_string_free (name, FALSE);
}

static void
add_region (JsonArray *list, const char *code, const char *name, gboolean is_selected)
{
  JsonObject *item = json_object_new ();

  json_object_set_string_member (item, "code", code);
  json_object_set_string_member (item, "name", name);
  json_object_set_boolean_member (item, "is_selected", is_selected);
  json_array_add_object_element (list, item);
}

static void
add_named (NbSite *site, NbRequest *request, JsonArray *list, const NbRegion *region, const char *selected)
{
  g_autofree char *name = nb_page_region_full_name (site, request, region->code);

  add_region (list, region->code, name, g_strcmp0 (region->code, selected) == 0);
}

JsonArray *
nb_page_region_options (NbSite *site, NbRequest *request, const char *selected, const char *none)
{
  JsonArray *list = json_array_new ();
  g_autoptr (GPtrArray) provinces = nb_regions_list (site->regions, NULL);

  add_region (list, "", none, selected == NULL || *selected == '\0');
  for (guint i = 0; i < provinces->len; i++)
    {
      const NbRegion *province = provinces->pdata[i];
      g_autoptr (GPtrArray) districts = nb_regions_list (site->regions, province->code);

      for (guint j = 0; j < districts->len; j++)
        {
          const NbRegion *district = districts->pdata[j];
          g_autoptr (GPtrArray) towns = NULL;

          add_named (site, request, list, district, selected);
          if (selected == NULL || strlen (selected) != 10 || strncmp (selected, district->code, 5) != 0)
            continue;
          towns = nb_regions_list (site->regions, district->code);
          for (guint k = 0; k < towns->len; k++)
            add_named (site, request, list, towns->pdata[k], selected);
        }
    }
  return list;
}

static void
set_path (NbSite *site, NbRequest *request, JsonObject *model, const NbRegion *region)
{
  JsonArray *path = json_array_new ();
  const NbRegion *way[3] = { NULL };
  guint n = 0;

  for (const NbRegion *at = region; at != NULL && n < G_N_ELEMENTS (way);
       at = *at->parent != '\0' ? nb_regions_find (site->regions, at->parent) : NULL)
    way[n++] = at;
  if (n > 0)
    add_region (path, "", nb_request_gettext (request, N_ ("Whole country")), FALSE);
  while (n-- > 0)
    add_region (path, way[n]->code, nb_page_region_name (request, way[n]), way[n] == region);
  json_object_set_boolean_member (model, "has_region_path", json_array_get_length (path) > 0);
  json_object_set_array_member (model, "region_path", path);
}

void
nb_page_set_region_picker (NbSite *site, NbRequest *request, JsonObject *model, const char *code)
{
  const NbRegion *region = code != NULL && *code != '\0' ? nb_regions_find (site->regions, code) : NULL;
  const char *parent = region == NULL ? NULL : region->level == 3 ? region->parent : region->code;
  g_autoptr (GPtrArray) below = nb_regions_list (site->regions, parent);
  JsonArray *list = json_array_new ();

  if (region == NULL)
    add_region (list, "", nb_request_gettext (request, N_ ("Whole country")), TRUE);
  else if (region->level < 3)
    add_region (list, region->code, nb_page_region_name (request, region), TRUE);
  for (guint i = 0; i < below->len; i++)
    {
      const NbRegion *item = below->pdata[i];

      add_region (list, item->code, nb_page_region_name (request, item), item == region);
    }
  json_object_set_array_member (model, "regions", list);
  set_path (site, request, model, region);
  if (region != NULL)
    json_object_set_string_member (model, "place", nb_page_region_name (request, region));
}
