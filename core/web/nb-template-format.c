/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints money, numbers, times and addresses of static files. */
#include "core/web/nb-template-format.h"

#include <glib/gi18n.h>
#include <string.h>

#include <neighborbid/nb-money.h>

typedef char *(*HelperFunc) (const NbTemplateScope *scope, const char *argument, gint64 number);

static const char *
translate (const NbTemplateScope *scope, const char *msgid)
{
  return nb_catalog_lookup (scope->catalog, scope->language, NB_CATALOG_DOMAIN, msgid);
}

static char *
print_money (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  return nb_money_format (number);
}

/* Digits with commas, for fields and counts. */
static char *
print_number (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  GString *out = g_string_new (NULL);
  gsize sign = number < 0 ? 1 : 0;
  gsize length = strlen (digits);

  for (gsize i = 0; i < length; i++)
    {
      if (i > sign && (length - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
  return g_string_free (out, FALSE);
}

/* Korea has one time zone and no summer time. */
static GDateTime *
korean_time (gint64 at)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (9 * 60 * 60);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at / G_USEC_PER_SEC);

  return utc == NULL ? NULL : g_date_time_to_timezone (utc, zone);
}

static char *
print_time (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  static const char *const days[]
      = { N_ ("Mon"), N_ ("Tue"), N_ ("Wed"), N_ ("Thu"), N_ ("Fri"), N_ ("Sat"), N_ ("Sun") };
  static const char *const months[]
      = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = korean_time (number);
  const char *day;
  int month, date;

  if (time == NULL)
    return NULL;
  day = translate (scope, days[g_date_time_get_day_of_week (time) - 1]);
  month = g_date_time_get_month (time);
  date = g_date_time_get_day_of_month (time);
  if (strcmp (scope->language, "ko") == 0)
    return g_strdup_printf ("%d월 %d일(%s) %02d:%02d", month, date, day, g_date_time_get_hour (time),
                            g_date_time_get_minute (time));
  return g_strdup_printf ("%s %d %s, %02d:%02d", day, date, months[month - 1], g_date_time_get_hour (time),
                          g_date_time_get_minute (time));
}

/* For `datetime` attributes and scripts. */
static char *
print_iso (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (number / G_USEC_PER_SEC);
  g_autofree char *text = utc == NULL ? NULL : g_date_time_format (utc, "%Y-%m-%dT%H:%M:%S");

  return text == NULL ? NULL : g_strdup_printf ("%s.%03dZ", text, (int)(number / 1000 % 1000));
}

/* For the value of an `<input type="datetime-local">`, which is in KST. */
static char *
print_local (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  g_autoptr (GDateTime) time = korean_time (number);

  return time == NULL ? NULL : g_date_time_format (time, "%Y-%m-%dT%H:%M");
}

static char *
fill (const NbTemplateScope *scope, const char *msgid, const char *plural, gint64 n)
{
  const char *text = nb_catalog_lookup_plural (scope->catalog, scope->language, NB_CATALOG_DOMAIN, msgid, plural, n);
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, n);
  GString *out = g_string_new (text);

  g_string_replace (out, "{n}", digits, 0);
  return g_string_free (out, FALSE);
}

static char *
fill_short (const NbTemplateScope *scope, const char *msgid, gint64 n)
{
  return fill (scope, msgid, msgid, n);
}

#define NP_(one, several) one, several

static char *
print_span (const NbTemplateScope *scope, gint64 microseconds)
{
  gint64 minutes = microseconds / (60 * G_USEC_PER_SEC);
  g_autofree char *large = NULL;
  g_autofree char *small = NULL;

  if (minutes < 1)
    return g_strdup (translate (scope, N_ ("under a minute")));
  if (minutes < 60)
    return fill (scope, NP_ ("{n} minute", "{n} minutes"), minutes);
  if (minutes % 60 == 0 && minutes < 24 * 60)
    return fill (scope, NP_ ("{n} hour", "{n} hours"), minutes / 60);
  if (minutes / 60 % 24 == 0 && minutes >= 24 * 60)
    return fill (scope, NP_ ("{n} day", "{n} days"), minutes / (24 * 60));
  if (minutes < 24 * 60)
    {
      large = fill_short (scope, N_ ("{n} h"), minutes / 60);
      small = fill_short (scope, N_ ("{n} min"), minutes % 60);
    }
  else
    {
      large = fill_short (scope, N_ ("{n} d"), minutes / (24 * 60));
      small = fill_short (scope, N_ ("{n} h"), minutes / 60 % 24);
    }
  return g_strconcat (large, " ", small, NULL);
}

/* How long until a time: `2 h 13 min`; nothing once it is past. */
static char *
print_left (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  return number <= scope->now ? NULL : print_span (scope, number - scope->now);
}

static char *
print_ago (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  gint64 span = scope->now - number;
  g_autofree char *text = NULL;
  GString *out;

  if (span < 60 * G_USEC_PER_SEC)
    return g_strdup (translate (scope, N_ ("just now")));
  text = print_span (scope, span);
  out = g_string_new (translate (scope, N_ ("{span} ago")));
  g_string_replace (out, "{span}", text, 0);
  return g_string_free (out, FALSE);
}

static char *
print_static (const NbTemplateScope *scope, const char *argument, gint64 number)
{
  if (scope->static_url == NULL)
    return g_strconcat ("/static/", argument, NULL);
  return g_strdup (scope->static_url (argument, scope->static_data));
}

static const struct
{
  const char *name;
  HelperFunc print;
  gboolean is_literal;
} helpers[] = {
  { "money", print_money, FALSE }, { "number", print_number, FALSE }, { "time", print_time, FALSE },
  { "iso", print_iso, FALSE },     { "local", print_local, FALSE },   { "left", print_left, FALSE },
  { "ago", print_ago, FALSE },     { "static", print_static, TRUE },
};

int
nb_template_format_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (helpers); i++)
    if (strcmp (helpers[i].name, name) == 0)
      return (int)i;
  return -1;
}

gboolean
nb_template_format_is_literal (int helper)
{
  return helpers[helper].is_literal;
}

char *
nb_template_format_print (int helper, const NbTemplateScope *scope, const char *argument, JsonNode *value)
{
  if (helpers[helper].is_literal)
    return helpers[helper].print (scope, argument, 0);
  if (value == NULL || !JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_INT64)
    return NULL;
  return helpers[helper].print (scope, argument, json_node_get_int (value));
}
