/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ascending (English) auction with maxima, reserve, buy now and soft close, to derive from. */
#pragma once

#include <neighborbid/nb-auction-type.h>

G_BEGIN_DECLS

#define NB_TYPE_ENGLISH_TYPE (nb_english_type_get_type ())
NB_PUBLIC G_DECLARE_DERIVABLE_TYPE (NbEnglishType, nb_english_type, NB, ENGLISH_TYPE, NbAuctionType)

/**
 * NbEnglishTypeClass:
 *
 * Implements every hook of [class@Nb.AuctionType] but `describe`. A subclass overrides `describe`, and `on_bid` where it
 * adds a condition before chaining up. Terms: `start_price`, and optionally `step`, `reserve_price`, `buy_now_price`,
 * `extend_window_s`, `extend_max_s`. With a fixed `step` a bid must be the start price plus whole steps; without one the
 * ladder of nb_english_ladder_step() holds and any amount from the minimum up is allowed.
 *
 * Since: 1.0
 */
struct _NbEnglishTypeClass
{
  NbAuctionTypeClass parent_class;

  /*< private >*/
  gpointer reserved[4];
};

/** nb_english_terms_schema: Returns: (transfer none): the JSON schema of the terms above */
NB_PUBLIC const char *nb_english_terms_schema (void);
/** nb_english_ladder_step: Returns: the step above @price in won: below 10,000: 500; 100,000: 1,000; 500,000: 5,000; 1,000,000: 10,000; 5,000,000: 50,000; above: 100,000 */
NB_PUBLIC NbMoney nb_english_ladder_step (NbMoney price);

G_END_DECLS
