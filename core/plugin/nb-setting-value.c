/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads numbers, durations, percentages, words and texts, strictly. */
#include "core/plugin/nb-setting-value.h"

#include <string.h>

#define DIGITS "0123456789"
#define NUMBER_MAX_DIGITS 19
#define MILLISECONDS_PER_SECOND 1000

static gboolean
has_bounds (const NbSetting *spec)
{
  return spec->minimum != 0 || spec->maximum != 0;
}

static gboolean
is_within (const NbSetting *spec, gint64 number)
{
  return !has_bounds (spec) || (number >= spec->minimum && number <= spec->maximum);
}

/* Decimal digits and nothing else: no sign, no space, no other base. */
static gboolean
parse_digits (const char *text, gsize length, gint64 *number)
{
  g_autofree char *digits = g_strndup (text, MIN (length, NUMBER_MAX_DIGITS + 1));
  guint64 parsed;

  if (length == 0 || length > NUMBER_MAX_DIGITS || strspn (digits, DIGITS) != length
      || !g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT64, &parsed, NULL))
    return FALSE;
  *number = (gint64)parsed;
  return TRUE;
}

static gboolean
parse_int (const NbSetting *spec, const char *text, gint64 *number)
{
  gboolean is_negative = text[0] == '-';
  const char *digits = is_negative ? text + 1 : text;

  if (!parse_digits (digits, strlen (digits), number))
    return FALSE;
  if (is_negative)
    *number = -*number;
  return is_within (spec, *number);
}

static gint64
unit_seconds (char unit)
{
  switch (unit)
    {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 60 * 60;
    case 'd':
      return 24 * 60 * 60;
    default:
      return 0;
    }
}

static gboolean
parse_duration (const NbSetting *spec, const char *text, gint64 *number)
{
  gsize length = strlen (text);
  gint64 unit = length > 0 ? unit_seconds (text[length - 1]) : 0;

  if (!parse_digits (text, unit > 0 ? length - 1 : length, number))
    return FALSE;
  if (unit > 1 && *number > G_MAXINT64 / unit)
    return FALSE;
  *number *= MAX (unit, 1);
  return is_within (spec, *number);
}

/* `20ms`, `2s`: a bare number would be taken for seconds by some and for milliseconds by others. */
static gboolean
parse_milliseconds (const NbSetting *spec, const char *text, gint64 *number)
{
  gsize length = strlen (text);
  gboolean is_fine = g_str_has_suffix (text, "ms");
  gint64 unit = is_fine ? 1 : MILLISECONDS_PER_SECOND;

  if (!g_str_has_suffix (text, "s") || !parse_digits (text, length - (is_fine ? 2 : 1), number))
    return FALSE;
  if (*number > G_MAXINT64 / unit)
    return FALSE;
  *number *= unit;
  return is_within (spec, *number);
}

static gboolean
parse_percent (const char *text, gint64 *number)
{
  const char *point = strchr (text, '.');
  gsize length = point != NULL ? (gsize)(point - text) : strlen (text);
  gsize decimals = point != NULL ? strlen (point + 1) : 0;
  gint64 fraction = 0;

  if (length > 3 || !parse_digits (text, length, number))
    return FALSE;
  if (point != NULL && (decimals > 2 || !parse_digits (point + 1, decimals, &fraction)))
    return FALSE;
  *number = *number * 100 + (decimals == 1 ? fraction * 10 : fraction);
  return *number <= 100 * 100;
}

static gboolean
parse_choice (const NbSetting *spec, const char *text)
{
  g_auto (GStrv) choices = g_strsplit (spec->choices, "|", -1);

  return g_strv_contains ((const char *const *)choices, text);
}

static gboolean
parse_text (const NbSetting *spec, const char *text)
{
  gsize max = spec->maximum > 0 ? (gsize)spec->maximum : NB_SETTING_TEXT_MAX;

  if (strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

gboolean
nb_setting_value_parse (const NbSetting *spec, const char *text, gint64 *number)
{
  *number = 0;
  switch (spec->kind)
    {
    case NB_SETTING_INT:
      return parse_int (spec, text, number);
    case NB_SETTING_BOOL:
      *number = strcmp (text, "true") == 0;
      return *number || strcmp (text, "false") == 0;
    case NB_SETTING_DURATION:
      return parse_duration (spec, text, number);
    case NB_SETTING_MILLISECONDS:
      return parse_milliseconds (spec, text, number);
    case NB_SETTING_CHOICE:
      return parse_choice (spec, text);
    case NB_SETTING_PERCENT:
      return parse_percent (text, number);
    case NB_SETTING_TEXT:
    case NB_SETTING_SECRET:
      return parse_text (spec, text);
    default:
      return FALSE;
    }
}

/* In the largest unit that divides it. */
static char *
print_duration (gint64 seconds)
{
  for (const char *unit = "dhm"; *unit != '\0'; unit++)
    if (seconds > 0 && seconds % unit_seconds (*unit) == 0)
      return g_strdup_printf ("%" G_GINT64_FORMAT "%c", seconds / unit_seconds (*unit), *unit);
  return g_strdup_printf ("%" G_GINT64_FORMAT "s", seconds);
}

static char *
expected_duration (const NbSetting *spec)
{
  g_autofree char *least = print_duration (spec->minimum);
  g_autofree char *most = print_duration (spec->maximum);

  if (!has_bounds (spec))
    return g_strdup ("a duration in seconds, or with a unit as in 90s, 5m, 3h, 3d");
  return g_strdup_printf ("a duration from %s to %s, in seconds or with a unit as in 90s, 5m, 3h, 3d", least, most);
}

static char *
expected_milliseconds (const NbSetting *spec)
{
  if (!has_bounds (spec))
    return g_strdup ("a short duration as in 20ms, 2s");
  return g_strdup_printf ("a short duration from %" G_GINT64_FORMAT "ms to %" G_GINT64_FORMAT "ms, as in 20ms, 2s",
                          spec->minimum, spec->maximum);
}

static char *
expected_choice (const NbSetting *spec)
{
  g_auto (GStrv) choices = g_strsplit (spec->choices, "|", -1);
  g_autofree char *listed = g_strjoinv (", ", choices);

  return g_strdup_printf ("one of: %s", listed);
}

char *
nb_setting_value_expected (const NbSetting *spec)
{
  switch (spec->kind)
    {
    case NB_SETTING_INT:
      if (!has_bounds (spec))
        return g_strdup ("a whole number");
      return g_strdup_printf ("a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, spec->minimum,
                              spec->maximum);
    case NB_SETTING_BOOL:
      return g_strdup ("true or false");
    case NB_SETTING_DURATION:
      return expected_duration (spec);
    case NB_SETTING_MILLISECONDS:
      return expected_milliseconds (spec);
    case NB_SETTING_CHOICE:
      return expected_choice (spec);
    case NB_SETTING_PERCENT:
      return g_strdup ("a percentage from 0 to 100 with up to two decimals");
    case NB_SETTING_TEXT:
    case NB_SETTING_SECRET:
    default:
      return g_strdup_printf ("UTF-8 text of at most %" G_GINT64_FORMAT " bytes without control characters",
                              spec->maximum > 0 ? spec->maximum : NB_SETTING_TEXT_MAX);
    }
}
