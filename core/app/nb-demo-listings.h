/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What demo people are called, where they live and what they sell. */
#pragma once

#include <neighborbid/nb-money.h>

G_BEGIN_DECLS

typedef struct
{
  const char *title;
  const char *description;
  const char *category;
  const char *condition;
  NbMoney start_price;
  NbMoney buy_now_price; /* 0: none */
  guint minutes; /* until the end */
} NbDemoListing;

typedef struct
{
  const char *username;
  const char *nickname;
} NbDemoName;

extern const NbDemoListing nb_demo_listings[];
extern const gsize nb_demo_n_listings;
extern const NbDemoName nb_demo_names[];
extern const gsize nb_demo_n_names;

G_END_DECLS
