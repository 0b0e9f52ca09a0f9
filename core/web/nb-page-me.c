/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A person's own page: bids and sales by how they stand, what plugins add, the neighbourhood. */
#include "core/web/nb-page-card.h"
#include "core/web/nb-page-form.h"
#include "core/web/nb-page-regions.h"
#include "core/web/nb-pages.h"

#include <glib/gi18n.h>

#define MAX_ROWS 100

typedef struct
{
  NbSite *site;
  NbRequest *request;
  JsonObject *model;
  guint n_waiting;
  GError *error;
} Page;

/* How a listing stands for its reader; the order is that of the groups. */
typedef enum
{
  GROUP_LEADING,
  GROUP_OUTBID,
  GROUP_WON,
  GROUP_LOST,
  GROUP_RUNNING,
  GROUP_SOLD,
  GROUP_UNSOLD,
  GROUP_OTHER,
  N_GROUPS
} Group;

static const struct
{
  const char *label;
  const char *note;
  const char *tone;
} groups[N_GROUPS] = {
  [GROUP_LEADING] = { N_ ("Leading or standing"), N_ ("leading"), "good" },
  [GROUP_OUTBID] = { N_ ("Outbid"), N_ ("outbid"), "bad" },
  [GROUP_WON] = { N_ ("Won"), N_ ("you won"), "good" },
  [GROUP_LOST] = { N_ ("Not won"), N_ ("not won"), "warn" },
  [GROUP_RUNNING] = { N_ ("Running"), NULL, "good" },
  [GROUP_SOLD] = { N_ ("Sold"), N_ ("sold"), "good" },
  [GROUP_UNSOLD] = { N_ ("Not sold"), NULL, "warn" },
  [GROUP_OTHER] = { N_ ("Paused or cancelled"), NULL, "warn" },
};

static void
page_free (Page *page)
{
  g_object_unref (page->request);
  g_clear_pointer (&page->model, json_object_unref);
  g_clear_error (&page->error);
  g_free (page);
}

static Group
group_of_bid (const NbAuctionView *view, NbAuctionStatus status, gint64 person)
{
  gboolean leads = !view->view.leader || nb_auction_get_leader (view->auction) == person;

  if (status == NB_AUCTION_OPEN || status == NB_AUCTION_CLOSING)
    return leads ? GROUP_LEADING : GROUP_OUTBID;
  if (status == NB_AUCTION_SOLD)
    return view->winner == person ? GROUP_WON : GROUP_LOST;
  return status == NB_AUCTION_UNSOLD ? GROUP_LOST : GROUP_OTHER;
}

static Group
group_of_sale (NbAuctionStatus status)
{
  switch (status)
    {
    case NB_AUCTION_SOLD:
      return GROUP_SOLD;
    case NB_AUCTION_UNSOLD:
      return GROUP_UNSOLD;
    case NB_AUCTION_CANCELLED:
    case NB_AUCTION_PAUSED:
      return GROUP_OTHER;
    default:
      return GROUP_RUNNING;
    }
}

static JsonObject *
make_row (Page *page, const NbAuctionView *view, Group group)
{
  JsonObject *row = nb_page_make_card (page->site, page->request, view);
  const char *label = json_object_get_string_member (row, "status_label");
  const char *note = groups[group].note != NULL ? nb_request_gettext (page->request, groups[group].note) : label;

  json_object_set_string_member (row, "note", note);
  json_object_set_string_member (row, "tone", groups[group].tone);
  return row;
}

static JsonArray *
make_groups (Page *page, GPtrArray *views, gboolean are_bids)
{
  JsonArray *list = json_array_new ();
  JsonArray *rows[N_GROUPS] = { NULL };
  gint64 now = nb_store_now (page->site->store);

  for (guint i = 0; i < views->len; i++)
    {
      const NbAuctionView *view = views->pdata[i];
      NbAuctionStatus status = nb_auction_view_get_status (view, now);
      Group group
          = are_bids ? group_of_bid (view, status, nb_request_get_person (page->request)) : group_of_sale (status);

      if (rows[group] == NULL)
        rows[group] = json_array_new ();
      json_array_add_object_element (rows[group], make_row (page, view, group));
    }
  for (guint i = 0; i < N_GROUPS; i++)
    {
      JsonObject *item;

      if (rows[i] == NULL)
        continue;
      item = json_object_new ();
      json_object_set_string_member (item, "label", nb_request_gettext (page->request, groups[i].label));
      json_object_set_int_member (item, "count", json_array_get_length (rows[i]));
      json_object_set_array_member (item, "items", rows[i]);
      json_array_add_object_element (list, item);
    }
  return list;
}

static void
finish_one (Page *page)
{
  if (--page->n_waiting > 0)
    return;
  if (page->error != NULL)
    nb_request_respond_error (page->request, page->error);
  else
    nb_request_respond_page (page->request, 200, "me.mustache", g_steal_pointer (&page->model));
  page_free (page);
}

static void
take_list (Page *page, GObject *source, GAsyncResult *result, gboolean are_bids)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbSearchPage) found = nb_catalogue_search_finish (NB_CATALOGUE (source), result, &error);

  if (found != NULL)
    {
      json_object_set_boolean_member (page->model, are_bids ? "has_bids" : "has_sales", found->items->len > 0);
      json_object_set_array_member (page->model, are_bids ? "bid_groups" : "sale_groups",
                                    make_groups (page, found->items, are_bids));
    }
  else if (page->error == NULL)
    page->error = g_steal_pointer (&error);
  finish_one (page);
}

static void
bids_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  take_list (user_data, source, result, TRUE);
}

static void
sales_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  take_list (user_data, source, result, FALSE);
}

static void
on_me (NbRequest *request, gpointer user_data)
{
  Page *page = g_new0 (Page, 1);
  gint64 person = nb_request_get_person (request);
  NbSite *site = user_data;
  NbSearch bids = { .bidder = person, .viewer = person, .limit = MAX_ROWS };
  NbSearch sales = { .seller = person, .viewer = person, .limit = MAX_ROWS };
  const char *region = nb_request_get_region (request);
  g_autofree char *region_name = nb_page_region_full_name (site, request, region);

  page->site = site;
  page->request = g_object_ref (request);
  page->model = json_object_new ();
  page->n_waiting = 2;
  json_object_set_string_member (page->model, "nickname", nb_request_get_nickname (request));
  json_object_set_string_member (page->model, "region_name", region_name != NULL ? region_name : "");
  json_object_set_array_member (
      page->model, "regions",
      nb_page_region_options (site, request, region, nb_request_gettext (request, N_ ("Please choose"))));
  nb_pages_set_panels (site, request, "me", "panels", page->model);
  nb_catalogue_search_async (site->catalogue, &bids, FALSE, bids_cb, page);
  nb_catalogue_search_async (site->catalogue, &sales, FALSE, sales_cb, page);
}

static void
region_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) request = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_accounts_set_region_finish (NB_ACCOUNTS (source), result, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  nb_request_flash (request, nb_request_gettext (request, N_ ("Your neighbourhood is saved.")));
  nb_request_redirect (request, "/me");
}

static void
on_region (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "region", NB_FIELD_TEXT, TRUE, 0, 16 } };
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);

  if (body == NULL)
    nb_request_respond_error (request, error);
  else
    nb_accounts_set_region_async (site->accounts, nb_request_get_person (request),
                                  json_object_get_string_member (body, "region"), region_cb, g_object_ref (request));
}

gboolean
nb_page_me_register (NbSite *site, GError **error)
{
  return nb_pages_add_route (site, "GET", "/me", NB_ROUTE_SIGNED_IN, on_me, error)
         && nb_pages_add_route (site, "POST", "/me/region", NB_ROUTE_SIGNED_IN, on_region, error);
}
