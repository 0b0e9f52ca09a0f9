/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a listing must keep to before anything is asked of the database. */
#pragma once

#include "core/engine/nb-catalogue.h"

G_BEGIN_DECLS

/* Sets `validation_failed` with @field. Returns: FALSE, for the caller to pass on */
gboolean nb_listing_fault (GError **error, const char *field, const char *msgid);
/* Returns: (transfer full) (nullable): the running type that @listing names; NULL with the field `type` at fault */
NbAuctionType *nb_listing_find_type (NbRegistry *registry, const NbListing *listing, GError **error);
gboolean nb_listing_check (const NbListing *listing, const NbCatalogueOptions *options, NbAuctionType *type, gint64 now,
                           GError **error);

G_END_DECLS
