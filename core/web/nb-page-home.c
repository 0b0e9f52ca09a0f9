/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The start page: what ends soon, what is new nearby and everywhere, and where to look. */
#include "core/web/nb-page-card.h"
#include "core/web/nb-page-form.h"
#include "core/web/nb-page-regions.h"
#include "core/web/nb-pages.h"

#include "core/engine/nb-categories.h"
#include <string.h>

#define N_CARDS 8

/* A page on its way: several searches that run side by side. */
typedef struct
{
  NbSite *site;
  NbRequest *request;
  JsonObject *model;
  guint n_waiting;
  GError *error;
} Home;

/* One of the searches and the member of the model that its cards go to. */
typedef struct
{
  Home *home;
  const char *member;
} Shelf;

static void
home_free (Home *home)
{
  g_object_unref (home->request);
  g_clear_pointer (&home->model, json_object_unref);
  g_clear_error (&home->error);
  g_free (home);
}

static void
finish_one (Home *home)
{
  if (--home->n_waiting > 0)
    return;
  if (home->error != NULL)
    nb_request_respond_error (home->request, home->error);
  else
    nb_request_respond_page (home->request, 200, "home.mustache", g_steal_pointer (&home->model));
  home_free (home);
}

static int
compare_ends (gconstpointer a, gconstpointer b)
{
  gint64 first = json_object_get_int_member (json_node_get_object (*(JsonNode *const *)a), "ends_at");
  gint64 second = json_object_get_int_member (json_node_get_object (*(JsonNode *const *)b), "ends_at");

  return first < second ? -1 : first > second;
}

/* Several kinds of auctions on one shelf: what ends soonest of all. Takes @cards. */
static JsonArray *
merge_cards (JsonObject *model, const char *member, JsonArray *cards)
{
  JsonArray *others = json_object_has_member (model, member) ? json_object_get_array_member (model, member) : NULL;
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  JsonArray *merged;

  if (others == NULL)
    return cards;
  for (guint i = 0; i < json_array_get_length (others); i++)
    g_ptr_array_add (nodes, json_array_get_element (others, i));
  for (guint i = 0; i < json_array_get_length (cards); i++)
    g_ptr_array_add (nodes, json_array_get_element (cards, i));
  g_ptr_array_sort (nodes, compare_ends);
  merged = json_array_new ();
  for (guint i = 0; i < MIN (nodes->len, N_CARDS); i++)
    json_array_add_element (merged, json_node_copy (nodes->pdata[i]));
  json_array_unref (cards);
  return merged;
}

static void
put_on_shelf (Home *home, const char *member, GPtrArray *views)
{
  JsonArray *cards = merge_cards (home->model, member, nb_page_make_cards (home->site, home->request, views));
  g_autofree char *flag = g_strconcat ("has_", member, NULL);

  json_object_set_boolean_member (home->model, flag, json_array_get_length (cards) > 0);
  json_object_set_array_member (home->model, member, cards);
}

static void
shelf_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Shelf *shelf = user_data;
  Home *home = shelf->home;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbSearchPage) page = nb_catalogue_search_finish (NB_CATALOGUE (source), result, &error);

  if (page != NULL)
    put_on_shelf (home, shelf->member, page->items);
  else if (home->error == NULL)
    home->error = g_steal_pointer (&error);
  finish_one (home);
}

static void
fill_shelf (Home *home, const char *member, const char *region, const char *type, NbSort sort)
{
  NbSearch search = {
    .status = "open",
    .region = region,
    .type = type,
    .sort = sort,
    .limit = N_CARDS,
    .viewer = nb_request_get_person (home->request),
  };
  Shelf *shelf = g_new0 (Shelf, 1);

  shelf->home = home;
  shelf->member = member;
  home->n_waiting++;
  nb_catalogue_search_async (home->site->catalogue, &search, FALSE, shelf_cb, shelf);
}

static void
set_categories (Home *home)
{
  JsonArray *list = json_array_new ();

  for (const NbChoice *choice = nb_categories; choice->id != NULL; choice++)
    {
      JsonObject *item = json_object_new ();

      json_object_set_string_member (item, "id", choice->id);
      json_object_set_string_member (item, "name",
                                     nb_choice_get_name (choice, nb_request_get_language (home->request)));
      json_array_add_object_element (list, item);
    }
  json_object_set_array_member (home->model, "categories", list);
}

/* One search for each running type with live rooms. */
static void
fill_live_shelf (Home *home)
{
  NbSite *site = home->site;
  g_autoptr (GPtrArray) names = nb_registry_list_auction_types (site->registry);

  for (guint i = 0; i < names->len; i++)
    if (nb_page_find_live (site, names->pdata[i]) != NULL)
      fill_shelf (home, "live", NULL, names->pdata[i], NB_SORT_END_SOON);
}

/* The region that was asked for, else the 시/군/구 of who asks. Returns: (transfer full) (nullable) */
static char *
choose_region (NbSite *site, NbRequest *request)
{
  const char *asked = nb_request_get_query (request, "region");
  const char *own = nb_request_get_region (request);

  if (asked != NULL)
    return *asked != '\0' && nb_regions_find (site->regions, asked) != NULL ? g_strdup (asked) : NULL;
  if (own != NULL && strlen (own) == 10)
    {
      g_autofree char *district = g_strdup_printf ("%.5s00000", own);

      if (nb_regions_find (site->regions, district) != NULL)
        return g_steal_pointer (&district);
    }
  return NULL;
}

static void
on_home (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  Home *home = g_new0 (Home, 1);
  g_autofree char *region = choose_region (site, request);
  g_autofree char *query = region != NULL ? g_strconcat ("&region=", region, NULL) : g_strdup ("");

  home->site = site;
  home->request = g_object_ref (request);
  home->model = json_object_new ();
  home->n_waiting = 1;
  json_object_set_string_member (home->model, "region_query", query);
  set_categories (home);
  nb_page_set_region_picker (site, request, home->model, region);
  nb_pages_set_panels (site, request, "home", "panels", home->model);
  fill_shelf (home, "ending", region, NULL, NB_SORT_END_SOON);
  if (region != NULL)
    fill_shelf (home, "nearby", region, NULL, NB_SORT_RECENT);
  fill_shelf (home, "nationwide", NULL, NULL, NB_SORT_RECENT);
  fill_live_shelf (home);
  finish_one (home);
}

gboolean
nb_page_home_register (NbSite *site, GError **error)
{
  return nb_pages_add_route (site, "GET", "/", NB_ROUTE_DEFAULT, on_home, error);
}
