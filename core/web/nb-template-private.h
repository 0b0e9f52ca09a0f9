/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the renderer asks of a set of templates. */
#pragma once

#include "core/web/nb-template.h"

G_BEGIN_DECLS

/* A compiled template and the domain that its messages are in. */
typedef struct
{
  NbNode *root;
  const char *name;
  const char *domain;
} NbTemplate;

/* Looks @name up in @self and its parents, compiling it on first use; @indent: (nullable): before each line.
 * Returns: (transfer none) (nullable) */
const NbTemplate *nb_templates_find (NbTemplates *self, const char *name, const char *indent, GError **error);

gboolean nb_template_render (NbTemplates *templates, const NbTemplate *template, JsonObject *globals, JsonObject *model,
                             const NbTemplateScope *scope, GString *out, GError **error);

G_END_DECLS
