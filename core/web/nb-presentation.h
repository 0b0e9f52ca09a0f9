/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read: translations and templates, of the host and of each plugin. */
#pragma once

#include "core/plugin/nb-registry.h"
#include "core/web/nb-template.h"

G_BEGIN_DECLS

typedef struct _NbPresentation NbPresentation;

/* @web_dir: (nullable): its `templates` are compiled now; @locale_dir: (nullable). NULL when a template or a message
 * file of the host is broken */
NbPresentation *nb_presentation_new (NbRegistry *registry, const char *web_dir, const char *locale_dir, GError **error);
void nb_presentation_free (NbPresentation *self);
/* Plugins came or went: theirs are read again when they are needed. */
void nb_presentation_forget_plugins (NbPresentation *self);

NbCatalog *nb_presentation_get_catalog (NbPresentation *self);
/* The templates of @owner with the host's behind them; the host's for "core". */
NbTemplates *nb_presentation_get_templates (NbPresentation *self, const char *owner);

G_END_DECLS
