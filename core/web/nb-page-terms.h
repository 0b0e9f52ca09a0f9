/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terms of an auction type as form fields, made from its schema. */
#pragma once

#include "core/web/nb-request-private.h"

G_BEGIN_DECLS

/* Appends the fields of @schema's properties: what is required to @required, the rest to @optional. @values:
 * (nullable): the texts that were typed. Returns: whether any of the optional ones holds a text */
gboolean nb_page_terms_add_inputs (NbRequest *request, const char *schema, JsonObject *values, JsonArray *required,
                                   JsonArray *optional);
/* Appends what was chosen as lines of label and value to @facts. */
void nb_page_terms_add_facts (NbRequest *request, const char *schema, JsonObject *values, JsonArray *facts);

G_END_DECLS
