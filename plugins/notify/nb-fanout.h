/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What everyone in an auction is to be told, as it waits in notify_fanouts. */
#pragma once

#include "nb-kinds.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 id;
  gint64 event;
  NbKind kind;
  gint64 auction;
  NbMoney price;
  char *detail;
  gint64 after; /* the last person who was told, or 0 */
} NbFanout;

NbFanout *nb_fanout_new (gint64 event, NbKind kind, gint64 auction, NbMoney price, const char *detail);
void nb_fanout_free (NbFanout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbFanout, nb_fanout_free)

/* @fanouts: (element-type NbFanout) */
gboolean nb_fanouts_write (GPtrArray *fanouts, NbTransaction *transaction, GError **error);
/* Returns: (transfer full) (nullable) (element-type NbFanout): the oldest, one for each auction, not many; NULL with
 * @error */
GPtrArray *nb_fanouts_list (NbTransaction *transaction, GError **error);
/* Locks it for the transaction. @is_mine: FALSE when someone else works on it, or did since it was read */
gboolean nb_fanout_take (const NbFanout *self, NbTransaction *transaction, gboolean *is_mine, GError **error);
/* Everyone up to @person was told. */
gboolean nb_fanout_advance (const NbFanout *self, NbTransaction *transaction, gint64 person, GError **error);
gboolean nb_fanout_finish (const NbFanout *self, NbTransaction *transaction, GError **error);

G_END_DECLS
