/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form that lists something, and its review. */
#pragma once

#include "core/web/nb-request-private.h"

G_BEGIN_DECLS

/* Answers with the form for the type @name (nullable: the first that runs). @values: (nullable): what was typed;
 * @error: (nullable): why it was not taken */
void nb_page_sell_show_form (NbSite *site, NbRequest *request, const char *name, JsonObject *values,
                             const GError *error);
/* Answers with the review of @values. */
void nb_page_sell_show_review (NbSite *site, NbRequest *request, NbTypeDescription *description, JsonObject *values,
                               gint64 ends_at);

G_END_DECLS
