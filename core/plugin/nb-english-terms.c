/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terms of the ascending auction: their schema, their checks, the ladder of steps. */
#include "core/plugin/nb-english-terms.h"

#include <neighborbid/nb-english-type.h>
#include <neighborbid/nb-error.h>

#include <glib/gi18n.h>
#include <string.h>

#define MAX_WINDOW_S 3600
#define MAX_EXTENSION_S 86400

static const struct
{
  const char *name;
  gint64 minimum;
  gint64 maximum;
} terms_known[] = {
  { "start_price", 1, NB_MONEY_MAX_OPERATION },   { "step", 1, NB_MONEY_MAX_OPERATION },
  { "reserve_price", 1, NB_MONEY_MAX_OPERATION }, { "buy_now_price", 1, NB_MONEY_MAX_OPERATION },
  { "extend_window_s", 0, MAX_WINDOW_S },         { "extend_max_s", 0, MAX_EXTENSION_S },
};

const char *
nb_english_terms_schema (void)
{
  return "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"start_price\"],\"properties\":{"
         "\"start_price\":{\"type\":\"integer\",\"format\":\"money\",\"minimum\":1,\"maximum\":1000000000000,"
         "\"title\":\"Start price\",\"title-ko\":\"시작가\"},"
         "\"step\":{\"type\":\"integer\",\"format\":\"money\",\"minimum\":1,\"maximum\":1000000000000,"
         "\"title\":\"Bid step\",\"title-ko\":\"입찰 단위\","
         "\"description\":\"Left empty, the step grows with the price.\","
         "\"description-ko\":\"비워 두면 가격에 따라 자동으로 정해져요.\"},"
         "\"reserve_price\":{\"type\":\"integer\",\"format\":\"money\",\"minimum\":1,\"maximum\":1000000000000,"
         "\"title\":\"Reserve price\",\"title-ko\":\"최저 낙찰가\","
         "\"description\":\"Hidden from bidders; below it nothing is sold.\","
         "\"description-ko\":\"입찰자에게 보이지 않아요. 이보다 낮으면 팔리지 않아요.\"},"
         "\"buy_now_price\":{\"type\":\"integer\",\"format\":\"money\",\"minimum\":1,\"maximum\":1000000000000,"
         "\"title\":\"Buy now price\",\"title-ko\":\"즉시 구매가\"},"
         "\"extend_window_s\":{\"type\":\"integer\",\"format\":\"duration\",\"minimum\":0,\"maximum\":3600,"
         "\"title\":\"Extend when a bid comes this close to the end\",\"title-ko\":\"마감 직전 입찰 시 연장\"},"
         "\"extend_max_s\":{\"type\":\"integer\",\"format\":\"duration\",\"minimum\":0,\"maximum\":86400,"
         "\"title\":\"Extend at most, in total\",\"title-ko\":\"최대 연장 시간\"}}}";
}

NbMoney
nb_english_ladder_step (NbMoney price)
{
  static const struct
  {
    NbMoney below;
    NbMoney step;
  } ladder[] = {
    { 10000, 500 }, { 100000, 1000 }, { 500000, 5000 }, { 1000000, 10000 }, { 5000000, 50000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ladder); i++)
    if (price < ladder[i].below)
      return ladder[i].step;
  return 100000;
}

static gboolean
refuse (GError **error, const char *field, const char *msgid)
{
  g_autoptr (GError) fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, "name", field, NULL);

  nb_error_set_field (fault, field);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static gboolean
refuse_range (GError **error, const char *field, gint64 minimum, gint64 maximum)
{
  g_autofree char *low = g_strdup_printf ("%" G_GINT64_FORMAT, minimum);
  g_autofree char *high = g_strdup_printf ("%" G_GINT64_FORMAT, maximum);
  g_autoptr (GError) fault
      = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("{name} must be a whole number from {minimum} to {maximum}"),
                      "name", field, "minimum", low, "maximum", high, NULL);

  nb_error_set_field (fault, field);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static gboolean
check_term (const char *name, GVariant *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (terms_known); i++)
    {
      gint64 minimum = terms_known[i].minimum, maximum = terms_known[i].maximum;

      if (strcmp (terms_known[i].name, name) != 0)
        continue;
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) || g_variant_get_int64 (value) < minimum
          || g_variant_get_int64 (value) > maximum)
        return refuse_range (error, name, minimum, maximum);
      return TRUE;
    }
  return refuse (error, name, N_ ("{name} is not a term of this kind of auction"));
}

static gboolean
check_each (GVariant *terms, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *child;

  g_variant_iter_init (&iter, terms);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &child))
    {
      g_autoptr (GVariant) value = child;

      if (!check_term (name, value, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
nb_english_terms_check (GVariant *terms, GError **error)
{
  gint64 start = 0, reserve = 0, buy_now = 0, window = 0, most = 0;
  gboolean has_most;

  if (!check_each (terms, error))
    return FALSE;
  if (!g_variant_lookup (terms, "start_price", "x", &start))
    return refuse (error, "start_price", N_ ("{name} is required"));
  if (g_variant_lookup (terms, "reserve_price", "x", &reserve) && reserve < start)
    return refuse (error, "reserve_price", N_ ("{name} must not be below the start price"));
  if (g_variant_lookup (terms, "buy_now_price", "x", &buy_now) && (buy_now <= start || buy_now < reserve))
    return refuse (error, "buy_now_price", N_ ("{name} must be above the start price and not below the reserve"));
  has_most = g_variant_lookup (terms, "extend_max_s", "x", &most);
  if (has_most && most > 0 && (!g_variant_lookup (terms, "extend_window_s", "x", &window) || window == 0))
    return refuse (error, "extend_max_s", N_ ("{name} needs extend_window_s"));
  return TRUE;
}
