/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ascending auction that the whole country watches live. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_TYPE_NATIONAL_TYPE (nb_national_type_get_type ())
G_DECLARE_FINAL_TYPE (NbNationalType, nb_national_type, NB, NATIONAL_TYPE, NbEnglishType)

G_END_DECLS
