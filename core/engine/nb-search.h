/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding auctions: a search as one statement with an index for each filter, inside a transaction. */
#pragma once

#include "core/engine/nb-catalogue.h"

G_BEGIN_DECLS

typedef struct
{
  NbStore *store;
  NbRegistry *registry;
  NbSearch search;
  char *texts[7];
  gboolean wants_total;

  NbSearchPage *page; /* the answer */
} NbSearchJob;

NbSearchJob *nb_search_job_new (NbStore *store, NbRegistry *registry, const NbSearch *search, gboolean wants_total);
void nb_search_job_free (NbSearchJob *self);
/* An NbTransactFunc; @job is an NbSearchJob. */
gboolean nb_search_job_run (NbTransaction *transaction, gpointer job, GError **error);

G_END_DECLS
