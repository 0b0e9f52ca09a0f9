/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts for people who are not on the site just now: translations, templates and addresses outside of a request. */
#pragma once

#include <glib-object.h>
#include <json-glib/json-glib.h>
#include <neighborbid/nb-visibility.h>

G_BEGIN_DECLS

/**
 * NbComposer:
 *
 * The host's texts for plugins: a service that nb_context_find_service() finds under %NB_TYPE_COMPOSER where a site is
 * served. Used on the main loop.
 *
 * Since: 1.0
 */
#define NB_TYPE_COMPOSER (nb_composer_get_type ())
NB_PUBLIC
G_DECLARE_FINAL_TYPE (NbComposer, nb_composer, NB, COMPOSER, GObject)

/** nb_composer_gettext: Returns: (transfer none): @msgid of the plugin @owner (or of the host) in @language, `ko` or
 * `en`; good until plugins come or go */
NB_PUBLIC const char *nb_composer_gettext (NbComposer *self, const char *owner, const char *language,
                                           const char *msgid);
/**
 * nb_composer_render:
 * @owner: the plugin's id, whose templates and translations are used
 * @template_name: such as `mail.html.mustache`
 * @language: `ko` or `en`
 * @model: what the template shows
 *
 * Renders a template of a plugin, escaped as on a page; one whose name ends in `.txt.mustache` is plain text, in which
 * nothing is escaped. No reader is known: `site` is not there, and what `{{static}}` gives is a path, not a whole
 * address.
 *
 * Returns: (transfer full) (nullable): the text, or %NULL with @error set
 * Since: 1.0
 */
NB_PUBLIC char *nb_composer_render (NbComposer *self, const char *owner, const char *template_name,
                                    const char *language, JsonObject *model, GError **error);
/** nb_composer_dup_url: Returns: (transfer full): the whole address of @path, a path on this site with its `/` */
NB_PUBLIC char *nb_composer_dup_url (NbComposer *self, const char *path);

G_END_DECLS
