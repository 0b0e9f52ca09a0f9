/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who hears what everyone in an auction is told. */
#pragma once

#include "nb-kinds.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* People that are read together. */
#define NB_AUDIENCE_MAX 20000

typedef struct
{
  gint64 person;
  NbMoney amount; /* what a winner pays; else 0 */
} NbHearer;

/* Returns: (transfer full) (nullable) (element-type NbHearer): those with an id above @after, in order, at most
 * NB_AUDIENCE_MAX; NULL with @error */
GArray *nb_audience_load (NbTransaction *transaction, NbKind kind, gint64 auction, gint64 after, GError **error);

G_END_DECLS
