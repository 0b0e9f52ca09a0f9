/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The models that every page has in common: what the layout shows, and an error told to a person. */
#pragma once

#include "core/web/nb-site.h"

G_BEGIN_DECLS

/* The globals of a page, under the one name `site`: language and its switch, who is signed in, navigation (core's, then
 * the plugins' links), the CSRF token, a fresh idempotency key, the time, @flash (nullable), and the page itself to
 * come back to. data/web/README.md lists them for templates. */
JsonObject *nb_pages_make_globals (NbRegistry *registry, NbRequest *request, const char *flash);

/* Returns: (transfer full): the error in the reader's language, as a sentence begins */
char *nb_pages_tell_error (NbRequest *request, const GError *error);

/* The model of `error.mustache`: what happened, whether anything was changed, and what to do next. */
JsonObject *nb_pages_make_error (NbRequest *request, const GError *error);

/* Registers the routes of all pages, with the owner "core". */
gboolean nb_pages_register (NbSite *site, GError **error);
/* Parts of it, by page. */
gboolean nb_page_home_register (NbSite *site, GError **error);
gboolean nb_page_search_register (NbSite *site, GError **error);
gboolean nb_page_auction_register (NbSite *site, GError **error);
gboolean nb_page_sell_register (NbSite *site, GError **error);
gboolean nb_page_me_register (NbSite *site, GError **error);
gboolean nb_page_sign_register (NbSite *site, GError **error);

/* Answers with the sign-in page that keeps @values, texts and objects of texts, and afterwards goes on at @next with
 * them: nothing is sent by itself. Only `/sell` takes them up. */
void nb_page_sign_in_first (NbRequest *request, const char *next, JsonObject *values);
/* A route of core whose answers are for people. */
gboolean nb_pages_add_route (NbSite *site, const char *method, const char *pattern, NbRouteFlags flags,
                             NbHandler handler, GError **error);
/* Sets @member of @model, such as `panels`: what plugins show on the page @slot. Their templates see @model as `page`. */
void nb_pages_set_panels (NbSite *site, NbRequest *request, const char *slot, const char *member, JsonObject *model);

G_END_DECLS
