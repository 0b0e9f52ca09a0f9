/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Categories and conditions, in the order that pages show them. */
#include "core/engine/nb-categories.h"

const NbChoice nb_categories[] = {
  { "digital", "디지털기기", "Electronics" },
  { "appliances", "생활가전", "Appliances" },
  { "furniture", "가구·인테리어", "Furniture" },
  { "living", "생활·주방", "Home and kitchen" },
  { "kids", "유아동", "Children" },
  { "women", "여성의류·잡화", "Women's fashion" },
  { "men", "남성의류·잡화", "Men's fashion" },
  { "beauty", "뷰티·미용", "Beauty" },
  { "sports", "스포츠·레저", "Sports and outdoors" },
  { "hobby", "취미·게임·음반", "Hobbies, games, music" },
  { "books", "도서·티켓", "Books and tickets" },
  { "pets", "반려동물용품", "Pet supplies" },
  { "plants", "식물", "Plants" },
  { "food", "식품", "Food" },
  { "vehicles", "자동차·자전거", "Cars and bicycles" },
  { "collectibles", "수집품·골동품", "Collectibles and antiques" },
  { "other", "기타", "Other" },
  { NULL, NULL, NULL },
};

const NbChoice nb_conditions[] = {
  { "new", "새 상품", "New" },       { "like-new", "거의 새것", "Like new" }, { "good", "사용감 적음", "Good" },
  { "fair", "사용감 있음", "Fair" }, { "parts", "고장·부품용", "For parts" }, { NULL, NULL, NULL },
};

const NbChoice *
nb_choice_find (const NbChoice *choices, const char *id)
{
  for (const NbChoice *choice = choices; choice->id != NULL; choice++)
    if (g_str_equal (choice->id, id))
      return choice;
  return NULL;
}

const char *
nb_choice_get_name (const NbChoice *choice, const char *language)
{
  return g_strcmp0 (language, "ko") == 0 ? choice->name_ko : choice->name_en;
}
