/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the models that every page has in common. */
#include "core/web/nb-pages.h"

#include "core/web/nb-request-private.h"
#include <glib/gi18n.h>
#include <string.h>

#define BADGE_MAX 99

static JsonObject *
add_nav_item (JsonArray *nav, NbRequest *request, const char *path, const char *label)
{
  JsonObject *item = json_object_new ();
  const char *here = nb_request_get_path (request);
  gsize length = strlen (path);
  gboolean is_current = g_str_has_prefix (here, path) && (here[length] == '\0' || here[length] == '/');

  json_object_set_string_member (item, "path", path);
  json_object_set_string_member (item, "label", nb_request_gettext (request, label));
  json_object_set_boolean_member (item, "is_current", is_current);
  json_array_add_object_element (nav, item);
  return item;
}

static gboolean
has_badge (NbRegistry *registry, const char *path)
{
  const GPtrArray *badges = nb_registry_get_badges (registry);

  for (guint i = 0; i < badges->len; i++)
    if (strcmp (((const NbBadge *)badges->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}

/* It is there with nothing to show as well, so that a script can fill it. */
static void
set_badge (JsonObject *item, NbRequest *request, const char *path)
{
  JsonObject *badges = nb_request_get_badges (request);
  const gint64 count = badges != NULL ? json_object_get_int_member_with_default (badges, path, 0) : 0;
  g_autofree char *text
      = count > BADGE_MAX ? g_strdup_printf ("%d+", BADGE_MAX) : g_strdup_printf ("%" G_GINT64_FORMAT, count);

  json_object_set_boolean_member (item, "has_badge", TRUE);
  json_object_set_int_member (item, "badge", count);
  json_object_set_string_member (item, "badge_text", text);
}

static NbRouteFlags
get_page_flags (NbRegistry *registry, const char *path)
{
  const GPtrArray *routes = nb_registry_get_routes (registry);

  for (guint i = 0; i < routes->len; i++)
    {
      const NbRoute *route = routes->pdata[i];

      if (strcmp (route->pattern, path) == 0 && strcmp (route->method, "GET") == 0)
        return route->flags;
    }
  return NB_ROUTE_DEFAULT;
}

/* Nobody is shown a way to where only others may go. */
static gboolean
is_for_reader (NbRegistry *registry, const NbLink *link, NbRequest *request)
{
  if (link->signed_in_only && nb_request_get_person (request) == 0)
    return FALSE;
  return (get_page_flags (registry, link->path) & NB_ROUTE_ADMIN) == 0 || nb_request_has_role (request, "admin");
}

static void
add_link (JsonArray *nav, NbRegistry *registry, NbRequest *request, const NbLink *link)
{
  JsonObject *item;

  if (!is_for_reader (registry, link, request))
    return;
  item = add_nav_item (nav, request, link->path, link->label);
  if (nb_request_get_person (request) != 0 && has_badge (registry, link->path))
    set_badge (item, request, link->path);
}

/* Core's own pages, and what the running plugins bring; so no link is dead when one is switched off. */
static JsonArray *
make_nav (NbRegistry *registry, NbRequest *request, gboolean can_sell)
{
  JsonArray *nav = json_array_new ();
  GPtrArray *links = nb_registry_get_links (registry);
  gboolean is_signed_in = nb_request_get_person (request) != 0;

  add_nav_item (nav, request, "/search", N_ ("Browse"));
  if (can_sell)
    add_nav_item (nav, request, "/sell", N_ ("Sell"));
  for (guint i = 0; i < links->len; i++)
    add_link (nav, registry, request, links->pdata[i]);
  if (is_signed_in)
    add_nav_item (nav, request, "/me", N_ ("My page"));
  return nav;
}

static void
add_person (JsonObject *site, NbRequest *request)
{
  gint64 id = nb_request_get_person (request);
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  JsonObject *person;

  if (id == 0)
    return;
  person = json_object_new ();
  json_object_set_string_member (person, "id", text);
  json_object_set_string_member (person, "nickname", nb_request_get_nickname (request));
  json_object_set_string_member (person, "region", nb_request_get_region (request));
  json_object_set_object_member (site, "person", person);
}

/* The plugins' scripts for people who are signed in. */
static JsonArray *
make_scripts (NbRegistry *registry, NbRequest *request)
{
  const GPtrArray *scripts = nb_registry_get_scripts (registry);
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < scripts->len && nb_request_get_person (request) != 0; i++)
    {
      const NbScript *script = scripts->pdata[i];
      g_autofree char *path = g_strconcat (script->owner, "/", script->path, NULL);

      json_array_add_string_element (list, nb_request_get_static_url (request, path));
    }
  return list;
}

/* A page that was made by a form's POST is no address to come back to, and nobody wants back to signing in. */
static char *
come_back_path (NbRequest *request)
{
  if (strcmp (nb_request_get_method (request), "GET") != 0
      || g_str_has_prefix (nb_request_get_path (request), "/sign-"))
    return g_strdup ("/");
  return nb_request_get_target (request);
}

JsonObject *
nb_pages_make_globals (NbRegistry *registry, NbRequest *request, const char *flash)
{
  JsonObject *globals = json_object_new ();
  JsonObject *site = json_object_new ();
  const char *language = nb_request_get_language (request);
  gboolean is_korean = strcmp (language, "ko") == 0;
  g_autoptr (GPtrArray) types = nb_registry_list_auction_types (registry);
  g_autofree char *key = g_uuid_string_random ();
  g_autofree char *path = come_back_path (request);
  g_autofree char *escaped = g_uri_escape_string (path, NULL, FALSE);

  json_object_set_string_member (site, "language", language);
  json_object_set_boolean_member (site, "is_ko", is_korean);
  json_object_set_string_member (site, "other_language", is_korean ? "en" : "ko");
  json_object_set_string_member (site, "path", path);
  json_object_set_string_member (site, "path_escaped", escaped);
  json_object_set_string_member (site, "csrf_token", nb_request_get_csrf_token (request));
  json_object_set_string_member (site, "key", key);
  json_object_set_int_member (site, "now", g_get_real_time ());
  json_object_set_int_member (site, "now_ms", g_get_real_time () / 1000);
  json_object_set_boolean_member (site, "can_sell", types->len > 0);
  json_object_set_array_member (site, "nav", make_nav (registry, request, types->len > 0));
  json_object_set_array_member (site, "scripts", make_scripts (registry, request));
  add_person (site, request);
  if (flash != NULL)
    json_object_set_string_member (site, "flash", flash);
  json_object_set_object_member (globals, "site", site);
  return globals;
}

static const char *
translate (const char *msgid, gpointer request)
{
  return nb_request_gettext (request, msgid);
}

/* What the reader can do about it. Money never moves with an error; an answer that is lost is another matter. */
static const char *
advice_for (NbErrorCode code)
{
  switch (code)
    {
    case NB_ERROR_NOT_FOUND:
      return N_ ("The address may be mistyped, or what was here is gone.");
    case NB_ERROR_CSRF_FAILED:
      return N_ ("This page was open for too long. Go back, load it again and send the form once more.");
    case NB_ERROR_RATE_LIMITED:
    case NB_ERROR_BUSY:
      return N_ ("Many people are here right now. Wait a moment, then try again.");
    case NB_ERROR_SHUTTING_DOWN:
      return N_ ("The site is being restarted. It is back in a minute.");
    case NB_ERROR_INTERNAL:
      return N_ ("We have been told of it. If you sent a bid or money, look at your page before you try again.");
    default:
      return N_ ("Go back and change what is named above, then send it again.");
    }
}

static const char *
title_for (NbErrorCode code)
{
  switch (code)
    {
    case NB_ERROR_NOT_FOUND:
      return N_ ("There is nothing here");
    case NB_ERROR_RATE_LIMITED:
    case NB_ERROR_BUSY:
    case NB_ERROR_SHUTTING_DOWN:
      return N_ ("Just a moment");
    case NB_ERROR_INTERNAL:
      return N_ ("That did not work");
    case NB_ERROR_FEATURE_DISABLED:
      return N_ ("This is switched off at the moment");
    default:
      return N_ ("That was not possible");
    }
}

char *
nb_pages_tell_error (NbRequest *request, const GError *error)
{
  g_autofree char *text = nb_error_localize (error, translate, request);
  GString *out = g_string_new (NULL);

  g_string_append_unichar (out, g_unichar_toupper (g_utf8_get_char (text)));
  g_string_append (out, *text == '\0' ? "" : g_utf8_next_char (text));
  return g_string_free (out, FALSE);
}

JsonObject *
nb_pages_make_error (NbRequest *request, const GError *error)
{
  JsonObject *model = json_object_new ();
  NbErrorCode code = nb_error_get_code (error);
  g_autofree char *detail = nb_pages_tell_error (request, error);

  json_object_set_int_member (model, "status", nb_error_code_status (code));
  json_object_set_string_member (model, "code", nb_error_code_name (code));
  json_object_set_string_member (model, "title", nb_request_gettext (request, title_for (code)));
  json_object_set_string_member (model, "detail", detail);
  json_object_set_string_member (model, "advice", nb_request_gettext (request, advice_for (code)));
  json_object_set_boolean_member (model, "is_safe", code != NB_ERROR_INTERNAL);
  json_object_set_boolean_member (model, "is_not_found", code == NB_ERROR_NOT_FOUND);
  return model;
}

gboolean
nb_pages_add_route (NbSite *site, const char *method, const char *pattern, NbRouteFlags flags, NbHandler handler,
                    GError **error)
{
  return nb_registry_add_route (site->registry, "core", method, pattern, flags | NB_ROUTE_PAGE, handler, site, error);
}

gboolean
nb_pages_register (NbSite *site, GError **error)
{
  return nb_page_home_register (site, error) && nb_page_search_register (site, error)
         && nb_page_auction_register (site, error) && nb_page_sell_register (site, error)
         && nb_page_me_register (site, error) && nb_page_sign_register (site, error);
}

/* Returns: (transfer full) (nullable): what @panel shows on the page of @model, NULL if that is nothing */
static char *
render_panel (const NbPanel *panel, NbRequest *request, JsonObject *model)
{
  g_autoptr (JsonObject) part = panel->function (request, panel->user_data);
  g_autofree char *html = NULL;

  if (part == NULL)
    return NULL;
  json_object_set_object_member (part, "page", json_object_ref (model));
  html = nb_request_render_part (request, panel->owner, panel->template_name, part);
  return html != NULL && *g_strstrip (html) != '\0' ? g_steal_pointer (&html) : NULL;
}

void
nb_pages_set_panels (NbSite *site, NbRequest *request, const char *slot, const char *member, JsonObject *model)
{
  GPtrArray *panels = nb_registry_get_panels (site->registry);
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < panels->len; i++)
    {
      const NbPanel *panel = panels->pdata[i];
      g_autofree char *html = strcmp (panel->slot, slot) == 0 ? render_panel (panel, request, model) : NULL;
      JsonObject *item;

      if (html == NULL)
        continue;
      item = json_object_new ();
      json_object_set_string_member (item, "html", html);
      json_array_add_object_element (list, item);
    }
  json_object_set_array_member (model, member, list);
}
