/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Amounts: what is read, refused and printed, and sums at their bounds. */
#include <neighborbid/neighborbid.h>

static void
test_parse_accepts (void)
{
  static const struct
  {
    const char *text;
    NbMoney amount;
  } cases[] = {
    { "1", 1 },
    { "999", 999 },
    { "10000", 10000 },
    { "10,000", 10000 },
    { "1,234,567", 1234567 },
    { "1000000000000", NB_MONEY_MAX_OPERATION },
    { "1,000,000,000,000", NB_MONEY_MAX_OPERATION },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      NbMoney amount = 0;

      g_assert_true (nb_money_parse (cases[i].text, &amount, &error));
      g_assert_no_error (error);
      g_assert_cmpint (amount, ==, cases[i].amount);
    }
}

static void
test_parse_refuses (void)
{
  static const char *const texts[] = {
    "",
    "0",
    "00",
    "01",
    "-1",
    "+1",
    "1e3",
    "1.5",
    " 1",
    "1 ",
    "1,00",
    "10,00",
    ",100",
    "100,",
    "1,,000",
    "1000,000",
    "1,0000",
    "10,000원",
    "0x10",
    "１０",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551617",
    "1000000000001",
    "1,000,000,000,001",
    "99999999999999999999999999999999999",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      NbMoney amount = -7;

      g_assert_false (nb_money_parse (texts[i], &amount, &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
      g_assert_cmpint (amount, ==, -7);
    }
}

static void
test_format (void)
{
  static const struct
  {
    NbMoney amount;
    const char *text;
  } cases[] = {
    { 0, "0원" },
    { 999, "999원" },
    { 10000, "10,000원" },
    { -1234567, "-1,234,567원" },
    { NB_MONEY_MAX_BALANCE, "1,000,000,000,000,000원" },
    { G_MININT64, "-9,223,372,036,854,775,808원" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = nb_money_format (cases[i].amount);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_add_at_the_bounds (void)
{
  NbMoney sum = 5;

  g_assert_true (nb_money_add (NB_MONEY_MAX_BALANCE - 1, 1, &sum));
  g_assert_cmpint (sum, ==, NB_MONEY_MAX_BALANCE);
  g_assert_false (nb_money_add (NB_MONEY_MAX_BALANCE, 1, &sum));
  g_assert_false (nb_money_add (G_MAXINT64, 1, &sum));
  g_assert_false (nb_money_add (G_MININT64, -1, &sum));
  g_assert_cmpint (sum, ==, NB_MONEY_MAX_BALANCE);
}

static void
test_parse_undoes_format (void)
{
  for (guint i = 0; i < 2000; i++)
    {
      NbMoney amount = ((gint64)g_test_rand_int_range (0, 1000000) << 20 | g_test_rand_int_range (0, 1 << 20)) + 1;
      g_autofree char *text = NULL;
      NbMoney again = 0;

      amount = MIN (amount, NB_MONEY_MAX_OPERATION);
      text = nb_money_format (amount);
      text[strlen (text) - strlen ("원")] = '\0';
      g_assert_true (nb_money_parse (text, &again, NULL));
      g_assert_cmpint (again, ==, amount);
    }
}

static const char *
to_korean (const char *msgid, gpointer user_data)
{
  return "최소 {minimum}부터 입찰할 수 있어요";
}

static void
test_error_in_another_language (void)
{
  g_autoptr (GError) error = nb_error_new (NB_ERROR_BID_TOO_LOW, "at least {minimum}", "minimum", "{x}", NULL);
  g_autoptr (GError) copy = g_error_copy (error);
  g_autofree char *text = NULL;

  nb_error_set_prices (error, 11000, 10000);
  text = nb_error_localize (copy, to_korean, NULL);
  g_assert_cmpstr (error->message, ==, "at least {x}");
  g_assert_cmpstr (text, ==, "최소 {x}부터 입찰할 수 있어요");
  g_assert_cmpint (nb_error_get_min_next (error), ==, 11000);
  g_assert_cmpint (nb_error_get_min_next (copy), ==, 0);
}

static void
test_error_of_the_inside_is_not_told (void)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_IO, "/secret/path");
  g_autofree char *text = nb_error_localize (error, NULL, NULL);

  g_assert_null (strstr (text, "secret"));
  g_assert_cmpint (nb_error_get_code (error), ==, NB_ERROR_INTERNAL);
}

static void
test_codes_have_names (void)
{
  for (guint i = 0; i < NB_N_ERRORS; i++)
    {
      NbErrorCode code;

      g_assert_true (nb_error_code_from_name (nb_error_code_name ((NbErrorCode)i), &code));
      g_assert_cmpint (code, ==, i);
      g_assert_cmpint (nb_error_code_status (code), >=, 400);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/money/parse-accepts", test_parse_accepts);
  g_test_add_func ("/domain/money/parse-refuses", test_parse_refuses);
  g_test_add_func ("/domain/money/format", test_format);
  g_test_add_func ("/domain/money/add-at-the-bounds", test_add_at_the_bounds);
  g_test_add_func ("/domain/money/parse-undoes-format", test_parse_undoes_format);
  g_test_add_func ("/domain/error/in-another-language", test_error_in_another_language);
  g_test_add_func ("/domain/error/inside-is-not-told", test_error_of_the_inside_is_not_told);
  g_test_add_func ("/domain/error/codes-have-names", test_codes_have_names);
  return g_test_run ();
}
