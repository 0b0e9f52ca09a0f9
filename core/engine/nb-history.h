/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bid history of an auction as one viewer may see it, inside a transaction. */
#pragma once

#include "core/engine/nb-catalogue.h"

G_BEGIN_DECLS

typedef struct
{
  NbRegistry *registry;
  gint64 auction;
  gint64 viewer;
  guint limit;
  char *cursor;

  NbHistoryPage *page; /* the answer */
} NbHistoryJob;

NbHistoryJob *nb_history_job_new (NbRegistry *registry, gint64 auction, gint64 viewer, guint limit, const char *cursor);
void nb_history_job_free (NbHistoryJob *self);
/* An NbTransactFunc; @job is an NbHistoryJob. */
gboolean nb_history_job_run (NbTransaction *transaction, gpointer job, GError **error);

G_END_DECLS
