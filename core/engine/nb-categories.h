/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The categories and conditions that a listing may name. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *id;
  const char *name_ko;
  const char *name_en;
} NbChoice;

/* Ended by an entry without an id. */
extern const NbChoice nb_categories[];
extern const NbChoice nb_conditions[];

/* Returns: (transfer none) (nullable): the choice @id of @choices */
const NbChoice *nb_choice_find (const NbChoice *choices, const char *id);
/* Returns: (transfer none): its name in `ko` or else English */
const char *nb_choice_get_name (const NbChoice *choice, const char *language);

G_END_DECLS
