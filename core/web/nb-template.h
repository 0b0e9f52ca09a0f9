/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Templates of a folder, compiled once each, rendered from JSON with translations and a few helpers. */
#pragma once

#include "core/web/nb-catalog.h"
#include "core/web/nb-mustache.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The `*.mustache` files of one folder; what is not there is looked for in the parent's. A plugin has its own set with
 * the host's as its parent. Not thread-safe: used on the main loop.
 *
 * The language is Mustache with template inheritance, and three additions (data/web/README.md shows them):
 * `{{_ Text}}` and `{{_n counter: One | Several}}` translate, with `{name}` and `{helper name}` filled in;
 * `{{helper argument}}` prints a value in one of the ways of nb-template-format.c.
 * False are: what is missing, null, false, 0, an empty text and an empty list. */
typedef struct _NbTemplates NbTemplates;

/* @domain: of the set's translations; @parent: (nullable): outlives the set */
NbTemplates *nb_templates_new (const char *dir, const char *domain, NbTemplates *parent);
void nb_templates_free (NbTemplates *self);
/* Compiles everything in the folder, so that a faulty template is found at start. A missing folder is an empty one. */
gboolean nb_templates_check (NbTemplates *self, GError **error);
/* Forgets what was compiled: the next use reads the files again. */
void nb_templates_clear (NbTemplates *self);
/* Adds a template that has no file, for tests. */
void nb_templates_add (NbTemplates *self, const char *name, const char *source);

/* Returns: (transfer none): the address of the static file @path, such as `/static/ab12cd34/css/site.css` */
typedef const char *(*NbStaticUrlFunc) (const char *path, gpointer user_data);

/* What a rendering depends on besides its model. */
typedef struct
{
  const char *language;       /* `ko` or `en` */
  NbCatalog *catalog;         /* (nullable) */
  gint64 now;                 /* microseconds since the epoch, for `left` and `ago` */
  NbStaticUrlFunc static_url; /* (nullable) */
  gpointer static_data;
  gboolean is_plain; /* the text is no HTML: nothing is escaped */
} NbTemplateScope;

#define NB_TEMPLATE_MAX_OUTPUT (4 * 1024 * 1024)

/* Appends @name (with or without `.mustache`) to @out. Names are looked up in @model, then in @globals (nullable).
 * FALSE with an error of NB_MUSTACHE_ERROR leaves @out as it was. */
gboolean nb_templates_render (NbTemplates *self, const char *name, JsonObject *globals, JsonObject *model,
                              const NbTemplateScope *scope, GString *out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbTemplates, nb_templates_free)

G_END_DECLS
