/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people can be told of. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* docs/notifications.md tells who hears which, and when. Names are stored, so they never change. */
typedef enum
{
  NB_KIND_OUTBID,
  NB_KIND_LEADING_AGAIN,
  NB_KIND_ENDING_SOON,
  NB_KIND_WON,
  NB_KIND_LOST,
  NB_KIND_SOLD,
  NB_KIND_UNSOLD,
  NB_KIND_PAYOUT,
  NB_KIND_REFUND,
  NB_KIND_DEPOSIT,
  NB_KIND_WITHDRAWAL,
  NB_KIND_ADJUSTMENT,
  NB_KIND_CANCELLED,
  NB_KIND_PAUSED,
  NB_KIND_RESUMED,
  NB_N_KINDS
} NbKind;

/* As the inbox divides them. */
typedef enum
{
  NB_GROUP_BIDS,
  NB_GROUP_SALES,
  NB_GROUP_DEALS,
  NB_GROUP_SYSTEM,
  NB_N_GROUPS
} NbGroup;

/* Returns: such as `leading_again`, `bids` */
const char *nb_kind_name (NbKind kind);
const char *nb_group_name (NbGroup group);
NbGroup nb_kind_group (NbKind kind);
/* Returns: a msgid, such as "You were outbid" */
const char *nb_kind_title (NbKind kind);
const char *nb_group_title (NbGroup group);
/* Returns: whether @name is one */
gboolean nb_kind_find (const char *name, NbKind *kind);
gboolean nb_group_find (const char *name, NbGroup *group);

G_END_DECLS
