/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a new auction into the database, inside a transaction. */
#pragma once

#include "core/engine/nb-catalogue.h"

G_BEGIN_DECLS

/* An owned copy of what a seller lists. */
typedef struct
{
  NbListing listing;
  char *texts[7];
  NbCatalogueOptions options;
  NbRegistry *registry;

  /* The answer: set anew each time the transaction runs. */
  NbAuctionView *view;
  gboolean is_replay;
} NbListingJob;

NbListingJob *nb_listing_job_new (NbRegistry *registry, const NbCatalogueOptions *options, const NbListing *listing);
void nb_listing_job_free (NbListingJob *self);
/* An NbTransactFunc; @job is an NbListingJob. */
gboolean nb_listing_job_run (NbTransaction *transaction, gpointer job, GError **error);

G_END_DECLS
