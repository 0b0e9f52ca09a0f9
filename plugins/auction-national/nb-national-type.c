/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ascending auction that is open to everyone and has a live room; its rules are those of every ascending auction.
 */
#include "nb-national-type.h"

struct _NbNationalType
{
  NbEnglishType parent_instance;
};

G_DEFINE_FINAL_TYPE (NbNationalType, nb_national_type, NB_TYPE_ENGLISH_TYPE)

static NbTypeDescription *
describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_LIVE);

  nb_type_description_add_language (description, "en", "Nationwide live auction",
                                    "Everyone bids upwards, live; the highest bid at the end wins.");
  nb_type_description_add_language (description, "ko", "전국 실시간 경매",
                                    "전국 누구나 실시간으로 값을 올려 가며, 끝날 때 가장 높은 입찰이 이겨요.");
  return description;
}

static void
nb_national_type_class_init (NbNationalTypeClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = describe;
}

static void
nb_national_type_init (NbNationalType *self)
{
}
