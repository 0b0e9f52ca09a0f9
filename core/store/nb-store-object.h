/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a store, for the files that implement it. */
#pragma once

#include "core/store/nb-worker.h"

G_BEGIN_DECLS

struct _NbStore
{
  GObject parent_instance;

  NbStoreOptions options;
  NbWorkerShared shared;
  GMainContext *context; /* where events are handed out */
  NbQueue *writes;
  NbQueue *reads;
  GPtrArray *workers; /* of NbWorker */
  GMutex intern_mutex;
  GHashTable *interned; /* (nullable) text → NbSql */
};

G_END_DECLS
