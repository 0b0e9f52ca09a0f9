/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of kinds and groups, and what people call them. */
#include "nb-kinds.h"

#include <glib/gi18n.h>
#include <string.h>

static const struct
{
  const char *name;
  NbGroup group;
  const char *title;
} kinds[NB_N_KINDS] = {
  [NB_KIND_OUTBID] = { "outbid", NB_GROUP_BIDS, N_ ("You were outbid") },
  [NB_KIND_LEADING_AGAIN] = { "leading_again", NB_GROUP_BIDS, N_ ("You are leading again") },
  [NB_KIND_ENDING_SOON] = { "ending_soon", NB_GROUP_BIDS, N_ ("Ends soon") },
  [NB_KIND_WON] = { "won", NB_GROUP_BIDS, N_ ("You won") },
  [NB_KIND_LOST] = { "lost", NB_GROUP_BIDS, N_ ("You did not win") },
  [NB_KIND_SOLD] = { "sold", NB_GROUP_SALES, N_ ("Sold") },
  [NB_KIND_UNSOLD] = { "unsold", NB_GROUP_SALES, N_ ("Not sold") },
  [NB_KIND_PAYOUT] = { "payout", NB_GROUP_DEALS, N_ ("You were paid") },
  [NB_KIND_REFUND] = { "refund", NB_GROUP_DEALS, N_ ("You got money back") },
  [NB_KIND_DEPOSIT] = { "deposit", NB_GROUP_SYSTEM, N_ ("Your wallet was charged") },
  [NB_KIND_WITHDRAWAL] = { "withdrawal", NB_GROUP_SYSTEM, N_ ("Money left your wallet") },
  [NB_KIND_ADJUSTMENT] = { "adjustment", NB_GROUP_SYSTEM, N_ ("Your wallet was corrected") },
  [NB_KIND_CANCELLED] = { "cancelled", NB_GROUP_SYSTEM, N_ ("Auction cancelled") },
  [NB_KIND_PAUSED] = { "paused", NB_GROUP_SYSTEM, N_ ("Auction paused") },
  [NB_KIND_RESUMED] = { "resumed", NB_GROUP_SYSTEM, N_ ("Auction goes on") },
};

static const struct
{
  const char *name;
  const char *title;
} groups[NB_N_GROUPS] = {
  [NB_GROUP_BIDS] = { "bids", N_ ("Bids") },
  [NB_GROUP_SALES] = { "sales", N_ ("Sales") },
  [NB_GROUP_DEALS] = { "deals", N_ ("Deals") },
  [NB_GROUP_SYSTEM] = { "system", N_ ("System") },
};

const char *
nb_kind_name (NbKind kind)
{
  g_return_val_if_fail ((guint)kind < NB_N_KINDS, NULL);

  return kinds[kind].name;
}

const char *
nb_group_name (NbGroup group)
{
  g_return_val_if_fail ((guint)group < NB_N_GROUPS, NULL);

  return groups[group].name;
}

NbGroup
nb_kind_group (NbKind kind)
{
  g_return_val_if_fail ((guint)kind < NB_N_KINDS, NB_GROUP_SYSTEM);

  return kinds[kind].group;
}

const char *
nb_kind_title (NbKind kind)
{
  g_return_val_if_fail ((guint)kind < NB_N_KINDS, NULL);

  return kinds[kind].title;
}

const char *
nb_group_title (NbGroup group)
{
  g_return_val_if_fail ((guint)group < NB_N_GROUPS, NULL);

  return groups[group].title;
}

gboolean
nb_kind_find (const char *name, NbKind *kind)
{
  for (guint i = 0; i < NB_N_KINDS; i++)
    if (strcmp (kinds[i].name, name) == 0)
      {
        *kind = (NbKind)i;
        return TRUE;
      }
  return FALSE;
}

gboolean
nb_group_find (const char *name, NbGroup *group)
{
  for (guint i = 0; i < NB_N_GROUPS; i++)
    if (strcmp (groups[i].name, name) == 0)
      {
        *group = (NbGroup)i;
        return TRUE;
      }
  return FALSE;
}
