/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding auctions: filters that are links, sorts, pages. */
#include "core/web/nb-page-card.h"
#include "core/web/nb-page-form.h"
#include "core/web/nb-page-regions.h"
#include "core/web/nb-pages.h"

#include "core/engine/nb-categories.h"
#include <glib/gi18n.h>
#include <string.h>

#define PAGE_SIZE 24

/* What the address may say; the order is that of links made from it. */
static const char *const names[]
    = { "q", "type", "status", "region", "category", "condition", "min_price", "max_price", "sort" };
#define N_NAMES G_N_ELEMENTS (names)

typedef struct
{
  NbSite *site;
  NbRequest *request;
  JsonObject *model;
} Page;

static void
page_free (Page *page)
{
  g_object_unref (page->request);
  g_clear_pointer (&page->model, json_object_unref);
  g_free (page);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Page, page_free)

/* Returns: (transfer full): the address of this search with @name set to @value (nullable), from its first page */
static char *
link_with (NbRequest *request, const char *name, const char *value)
{
  g_autofree char *link = g_strdup ("/search");

  for (gsize i = 0; i < N_NAMES; i++)
    {
      const char *kept = strcmp (names[i], name) == 0 ? value : nb_request_get_query (request, names[i]);
      char *longer = nb_page_link (link, names[i], kept, NULL);

      g_free (link);
      link = longer;
    }
  return g_steal_pointer (&link);
}

static void
add_option (NbRequest *request, JsonArray *options, const char *name, const char *value, const char *label)
{
  JsonObject *option = json_object_new ();
  const char *now = nb_request_get_query (request, name);
  g_autofree char *href = link_with (request, name, value);

  json_object_set_string_member (option, "label", label);
  json_object_set_string_member (option, "href", href);
  json_object_set_boolean_member (option, "is_current", g_strcmp0 (now != NULL ? now : "", value) == 0);
  json_array_add_object_element (options, option);
}

/* A group with a choice made is open, and the first one. */
static JsonArray *
add_bare_group (NbRequest *request, JsonArray *groups, const char *name, const char *label)
{
  JsonObject *group = json_object_new ();
  JsonArray *options = json_array_new ();
  const char *now = nb_request_get_query (request, name);

  json_object_set_string_member (group, "label", nb_request_gettext (request, label));
  json_object_set_boolean_member (group, "is_open", (now != NULL && *now != '\0') || strcmp (name, "category") == 0);
  json_object_set_array_member (group, "options", options);
  json_array_add_object_element (groups, group);
  return options;
}

/* Returns: (transfer none): the options of a new group, which begin with "all" */
static JsonArray *
add_group (NbRequest *request, JsonArray *groups, const char *name, const char *label)
{
  JsonArray *options = add_bare_group (request, groups, name, label);

  add_option (request, options, name, "", nb_request_gettext (request, N_ ("All")));
  return options;
}

static void
add_choices (NbRequest *request, JsonArray *groups, const char *name, const char *label, const NbChoice *choices)
{
  JsonArray *options = add_group (request, groups, name, label);

  for (const NbChoice *choice = choices; choice->id != NULL; choice++)
    add_option (request, options, name, choice->id, nb_choice_get_name (choice, nb_request_get_language (request)));
}

static void
add_types (NbSite *site, NbRequest *request, JsonArray *groups)
{
  g_autoptr (GPtrArray) types = nb_registry_list_auction_types (site->registry);
  JsonArray *options;

  if (types->len < 2)
    return;
  options = add_group (request, groups, "type", N_ ("Kind of auction"));
  for (guint i = 0; i < types->len; i++)
    {
      g_autoptr (NbAuctionType) type = nb_registry_ref_auction_type (site->registry, types->pdata[i]);
      NbTypeDescription *description = nb_auction_type_describe (type);

      add_option (request, options, "type", types->pdata[i],
                  nb_type_description_get_title (description, nb_request_get_language (request)));
      nb_type_description_free (description);
    }
}

/* The way down from the country to the region, and what lies below it. */
static void
add_regions (NbSite *site, NbRequest *request, JsonArray *groups)
{
  const char *code = nb_request_get_query (request, "region");
  const NbRegion *region = code != NULL ? nb_regions_find (site->regions, code) : NULL;
  g_autoptr (GPtrArray) below = nb_regions_list (site->regions, region != NULL ? region->code : NULL);
  JsonArray *options = add_group (request, groups, "region", N_ ("Neighbourhood"));
  const NbRegion *way[3] = { NULL };
  guint n = 0;

  for (const NbRegion *at = region; at != NULL && n < G_N_ELEMENTS (way);
       at = *at->parent != '\0' ? nb_regions_find (site->regions, at->parent) : NULL)
    way[n++] = at;
  while (n-- > 0)
    add_option (request, options, "region", way[n]->code, nb_page_region_name (request, way[n]));
  for (guint i = 0; i < below->len; i++)
    {
      const NbRegion *item = below->pdata[i];

      add_option (request, options, "region", item->code, nb_page_region_name (request, item));
    }
}

static void
add_sorts (NbRequest *request, JsonObject *model)
{
  static const struct
  {
    const char *value;
    const char *label;
  } sorts[] = { { "", N_ ("Newest") },
                { "end_soon", N_ ("Ending soon") },
                { "price_asc", N_ ("Lowest price") },
                { "price_desc", N_ ("Highest price") } };
  JsonArray *list = json_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    add_option (request, list, "sort", sorts[i].value, nb_request_gettext (request, sorts[i].label));
  json_object_set_array_member (model, "sorts", list);
}

static void
add_states (NbRequest *request, JsonArray *groups)
{
  static const char *const states[] = { "scheduled", "sold" };
  JsonArray *options = add_bare_group (request, groups, "status", N_ ("State"));

  add_option (request, options, "status", "", nb_request_gettext (request, N_ ("Open")));
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      NbAuctionStatus status = NB_AUCTION_OPEN;

      nb_auction_status_from_name (states[i], &status);
      add_option (request, options, "status", states[i], nb_request_gettext (request, nb_page_status_label (status)));
    }
}

static void
set_filters (Page *page)
{
  NbRequest *request = page->request;
  JsonArray *groups = json_array_new ();
  JsonArray *kept = json_array_new ();
  gint64 count = 0;

  add_types (page->site, request, groups);
  add_choices (request, groups, "category", N_ ("Category"), nb_categories);
  add_regions (page->site, request, groups);
  add_choices (request, groups, "condition", N_ ("Condition"), nb_conditions);
  add_states (request, groups);
  json_object_set_array_member (page->model, "groups", groups);
  for (gsize i = 0; i < N_NAMES; i++)
    {
      const char *value = nb_request_get_query (request, names[i]);
      gboolean is_price = g_str_has_suffix (names[i], "_price");

      json_object_set_string_member (page->model, names[i], value != NULL ? value : "");
      if (!is_price)
        nb_page_keep (kept, names[i], value);
      if (value != NULL && *value != '\0' && strcmp (names[i], "q") != 0 && strcmp (names[i], "sort") != 0)
        count++;
    }
  json_object_set_array_member (page->model, "kept", kept);
  json_object_set_int_member (page->model, "filter_count", count);
  json_object_set_boolean_member (page->model, "filters_open", count > 0);
  add_sorts (request, page->model);
}

static const char *
query_text (NbRequest *request, const char *name)
{
  const char *text = nb_request_get_query (request, name);

  return text != NULL && *text != '\0' ? text : NULL;
}

static gboolean
read_price (NbRequest *request, const char *name, NbMoney *amount, GError **error)
{
  const char *text = query_text (request, name);

  return text == NULL || nb_money_parse (text, amount, error);
}

static NbSort
read_sort (NbRequest *request)
{
  const char *sort = query_text (request, "sort");

  if (g_strcmp0 (sort, "end_soon") == 0)
    return NB_SORT_END_SOON;
  if (g_strcmp0 (sort, "price_asc") == 0)
    return NB_SORT_PRICE_ASC;
  return g_strcmp0 (sort, "price_desc") == 0 ? NB_SORT_PRICE_DESC : NB_SORT_RECENT;
}

static gboolean
read_search (NbRequest *request, NbSearch *search, GError **error)
{
  const char *status = query_text (request, "status");

  *search = (NbSearch){
    .type = query_text (request, "type"),
    .status = status != NULL ? status : "open",
    .region = query_text (request, "region"),
    .category = query_text (request, "category"),
    .condition = query_text (request, "condition"),
    .text = query_text (request, "q"),
    .cursor = query_text (request, "cursor"),
    .sort = read_sort (request),
    .limit = PAGE_SIZE,
    .viewer = nb_request_get_person (request),
  };
  return read_price (request, "min_price", &search->min_price, error)
         && read_price (request, "max_price", &search->max_price, error);
}

static void
respond_fault (Page *page, const GError *error)
{
  NbErrorCode code = nb_error_get_code (error);

  if (nb_error_code_status (code) >= 500)
    {
      nb_request_respond_error (page->request, error);
      return;
    }
  nb_page_set_form_error (page->request, page->model, NULL, error);
  nb_request_respond_page (page->request, nb_error_code_status (code), "search.mustache",
                           g_steal_pointer (&page->model));
}

static void
search_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Page) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbSearchPage) found = nb_catalogue_search_finish (NB_CATALOGUE (source), result, &error);
  gboolean is_later = query_text (page->request, "cursor") != NULL;
  g_autofree char *first = link_with (page->request, "cursor", NULL);

  if (found == NULL)
    {
      respond_fault (page, error);
      return;
    }
  json_object_set_array_member (page->model, "items", nb_page_make_cards (page->site, page->request, found->items));
  json_object_set_boolean_member (page->model, "has_items", found->items->len > 0);
  json_object_set_boolean_member (page->model, "has_total", found->total >= 0);
  json_object_set_int_member (page->model, "total", found->total);
  json_object_set_boolean_member (page->model, "has_pages", is_later || found->next_cursor != NULL);
  if (is_later)
    json_object_set_string_member (page->model, "first_href", first);
  if (found->next_cursor != NULL)
    {
      g_autofree char *next = nb_page_link (first, "cursor", found->next_cursor, NULL);

      json_object_set_string_member (page->model, "next_href", next);
    }
  nb_request_respond_page (page->request, 200, "search.mustache", g_steal_pointer (&page->model));
}

static void
on_search (NbRequest *request, gpointer user_data)
{
  g_autoptr (Page) page = g_new0 (Page, 1);
  g_autoptr (GError) error = NULL;
  NbSearch search;

  page->site = user_data;
  page->request = g_object_ref (request);
  page->model = json_object_new ();
  set_filters (page);
  if (!read_search (request, &search, &error))
    {
      respond_fault (page, error);
      return;
    }
  nb_catalogue_search_async (page->site->catalogue, &search, TRUE, search_cb, page);
  g_steal_pointer (&page);
}

gboolean
nb_page_search_register (NbSite *site, GError **error)
{
  return nb_pages_add_route (site, "GET", "/search", NB_ROUTE_DEFAULT, on_search, error);
}
