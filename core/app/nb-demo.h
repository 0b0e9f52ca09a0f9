/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Demo data: people with money, their auctions and bids, made the way that real ones are. */
#pragma once

#include "core/app/nb-host.h"

G_BEGIN_DECLS

#define NB_DEMO_PASSWORD "demo-neighbor"

typedef struct
{
  guint people; /* at least 1 */
  guint auctions;
  const char *type; /* (nullable): the auction type; NULL: every running one in turn */
  NbMoney balance; /* 0: no money */
  const char *tokens_path; /* (nullable): gets a line `id username token` for each person, readable by its owner alone */
} NbDemoOptions;

typedef struct
{
  guint people;
  guint auctions;
  guint bids;
} NbDemoReport;

/* Fills the database of @host, which runs; refused when people are in it. The main context of the caller runs meanwhile. */
gboolean nb_demo_seed (NbHost *host, const NbDemoOptions *options, NbDemoReport *report, GError **error);
/* Whether the database has nobody in it yet. */
gboolean nb_demo_is_possible (NbHost *host, gboolean *is_possible, GError **error);

/* The steps of nb_demo_seed(). */
typedef struct
{
  gint64 id;
  char *username;
  char *token;
  char region[12]; /* empty where there are no regions */
} NbDemoPerson;

/* Returns: (transfer full) (nullable) (element-type NbDemoPerson) */
GPtrArray *nb_demo_add_people (NbHost *host, const NbDemoOptions *options, GError **error);
/* Returns: (transfer full) (nullable): the terms of one listing that @type asks for */
GVariant *nb_demo_make_terms (NbAuctionType *type, NbMoney start_price, NbMoney buy_now_price, GError **error);

G_END_DECLS
