/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Amounts of money: bounds, sums that can't overflow, what people write and read. */
#include <neighborbid/nb-error.h>
#include <neighborbid/nb-money.h>

#include <glib/gi18n.h>
#include <string.h>

gboolean
nb_money_is_operation (NbMoney amount)
{
  return amount >= 1 && amount <= NB_MONEY_MAX_OPERATION;
}

gboolean
nb_money_add (NbMoney a, NbMoney b, NbMoney *sum)
{
  NbMoney result;

  if (__builtin_add_overflow (a, b, &result))
    return FALSE;
  if (result > NB_MONEY_MAX_BALANCE || result < -NB_MONEY_MAX_BALANCE)
    return FALSE;
  *sum = result;
  return TRUE;
}

/* Digits with commas at every third place from the right, or without any. */
static gboolean
is_grouped (const char *text, gsize length)
{
  gboolean has_comma = strchr (text, ',') != NULL;

  for (gsize i = 0; i < length; i++)
    {
      gboolean is_place = (length - i) % 4 == 0;

      if (text[i] == ',' ? !is_place || i == 0 : !g_ascii_isdigit (text[i]) || (has_comma && is_place))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_digits (const char *text, gsize length, NbMoney *amount)
{
  NbMoney value = 0;

  if (length == 0 || length > 20 || text[0] == '0' || !is_grouped (text, length))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (text[i] != ',' && (value = value * 10 + (text[i] - '0')) > NB_MONEY_MAX_OPERATION)
      return FALSE;
  *amount = value;
  return TRUE;
}

gboolean
nb_money_parse (const char *text, NbMoney *amount, GError **error)
{
  NbMoney value;

  g_return_val_if_fail (text != NULL && amount != NULL, FALSE);

  if (!read_digits (text, strlen (text), &value))
    {
      nb_set_error (error, NB_ERROR_VALIDATION_FAILED, N_ ("an amount is a whole number from 1 to 1,000,000,000,000"),
                    NULL);
      return FALSE;
    }
  *amount = value;
  return TRUE;
}

char *
nb_money_format (NbMoney amount)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, amount < 0 ? -(guint64)amount : (guint64)amount);
  g_autoptr (GString) text = g_string_new (amount < 0 ? "-" : "");
  gsize length = strlen (digits);

  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  g_string_append (text, "원");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
