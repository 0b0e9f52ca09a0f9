/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as JSON text. */
#include "core/domain/nb-json-text.h"

#define SECONDS_PER_DAY (24 * 60 * 60)
/* A calendar that repeats itself: 400 years have so many days. */
#define DAYS_PER_ERA 146097
/* From 1 March of the year 0, where eras begin, to 1 January 1970. */
#define DAYS_TO_EPOCH 719468

void
nb_json_text_append_int (GString *out, gint64 value)
{
  char digits[20];
  gsize at = sizeof digits;
  guint64 rest = value < 0 ? -(guint64)value : (guint64)value;

  do
    digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    digits[--at] = '-';
  g_string_append_len (out, digits + at, (gssize)(sizeof digits - at));
}

void
nb_json_text_append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  while (*text != '\0')
    {
      gsize plain = 0;

      while ((guchar)text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\')
        plain++;
      g_string_append_len (out, text, (gssize)plain);
      text += plain;
      if (*text == '\0')
        break;
      if (*text == '"' || *text == '\\')
        g_string_append_printf (out, "\\%c", *text);
      else
        g_string_append_printf (out, "\\u%04x", (guint)(guchar)*text);
      text++;
    }
  g_string_append_c (out, '"');
}

static void
append_digits (GString *out, int value, int width)
{
  char digits[8];

  for (int i = width; i > 0; value /= 10)
    digits[--i] = (char)('0' + value % 10);
  g_string_append_len (out, digits, width);
}

/* Counts years from March on, so that a leap day is the last of its year. */
static void
append_date (GString *out, gint64 days)
{
  gint64 era = (days + DAYS_TO_EPOCH) / DAYS_PER_ERA;
  int day = (int)((days + DAYS_TO_EPOCH) % DAYS_PER_ERA);
  int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  int day_of_year = day - (365 * year + year / 4 - year / 100);
  int month = (5 * day_of_year + 2) / 153;

  append_digits (out, (int)era * 400 + year + (month >= 10), 4);
  g_string_append_c (out, '-');
  append_digits (out, month < 10 ? month + 3 : month - 9, 2);
  g_string_append_c (out, '-');
  append_digits (out, day_of_year - (153 * month + 2) / 5 + 1, 2);
}

void
nb_json_text_append_time (GString *out, gint64 at)
{
  gint64 seconds = MAX (at, 0) / G_USEC_PER_SEC;
  int second = (int)(seconds % SECONDS_PER_DAY);

  if (at == 0)
    {
      g_string_append (out, "null");
      return;
    }
  g_string_append_c (out, '"');
  append_date (out, seconds / SECONDS_PER_DAY);
  g_string_append_c (out, 'T');
  append_digits (out, second / 3600, 2);
  g_string_append_c (out, ':');
  append_digits (out, second / 60 % 60, 2);
  g_string_append_c (out, ':');
  append_digits (out, second % 60, 2);
  g_string_append_c (out, '.');
  append_digits (out, (int)(MAX (at, 0) % G_USEC_PER_SEC / 1000), 3);
  g_string_append (out, "Z\"");
}

void
nb_json_text_append_id (GString *out, gint64 id)
{
  g_string_append_c (out, '"');
  nb_json_text_append_int (out, id);
  g_string_append_c (out, '"');
}
