/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the sheet share. */
#pragma once

#include "nb-preference-sheet.h"

G_BEGIN_DECLS

#define NB_SHEET_CHANNELS_MAX 16
#define NB_SHEET_HOUR 60 /* minutes */

typedef enum
{
  NB_WISH_AS_IT_IS,
  NB_WISH_YES,
  NB_WISH_NO
} NbWish;

struct _NbPreferenceSheet
{
  gint64 person;
  GPtrArray *channels; /* of NbChannelChoice */

  NbWish wishes[NB_N_KINDS][NB_SHEET_CHANNELS_MAX]; /* what is to change */
  gboolean has_quiet;                               /* whether quiet hours are to change */
  gboolean is_quiet;
  guint from_minute;
  guint to_minute;
  char *typed_from; /* (nullable): as they were sent */
  char *typed_to;

  NbPreferences *preferences; /* what holds */
  gboolean has_email;
};

G_END_DECLS
