/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of config sections: what each kind takes, and what is said of what it doesn't. */
#include "core/plugin/nb-settings-private.h"
#include "core/plugin/nb-wording.h"

#include <gio/gio.h>
#include <string.h>

static const NbSetting specs[] = {
  { .name = "motto", .kind = NB_SETTING_TEXT, .fallback = "", .maximum = 8 },
  { .name = "count", .kind = NB_SETTING_INT, .fallback = "1", .minimum = -5, .maximum = 5 },
  { .name = "any", .kind = NB_SETTING_INT, .fallback = "0" },
  { .name = "is-on", .kind = NB_SETTING_BOOL, .fallback = "false" },
  { .name = "wait", .kind = NB_SETTING_DURATION, .fallback = "90s" },
  { .name = "short", .kind = NB_SETTING_DURATION, .fallback = "5m", .minimum = 90, .maximum = 10800 },
  { .name = "blink", .kind = NB_SETTING_MILLISECONDS, .fallback = "20ms", .minimum = 0, .maximum = 5000 },
  { .name = "who", .kind = NB_SETTING_CHOICE, .fallback = "region", .choices = "region|anyone" },
  { .name = "fee", .kind = NB_SETTING_PERCENT, .fallback = "0" },
  { .name = "key", .kind = NB_SETTING_SECRET, .fallback = "", .maximum = 8, .needs_restart = TRUE },
  { NULL },
};

static NbSettings *
make (const char *key, const char *text, GPtrArray *faults)
{
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);

  if (key != NULL)
    g_hash_table_insert (values, (gpointer)key, (gpointer)text);
  return nb_settings_new ("shop", specs, values, faults);
}

static void
test_defaults (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (NbSettings) settings = make (NULL, NULL, faults);

  g_assert_cmpstr (nb_settings_get_text (settings, "motto"), ==, "");
  g_assert_cmpint (nb_settings_get_int (settings, "count"), ==, 1);
  g_assert_false (nb_settings_get_bool (settings, "is-on"));
  g_assert_cmpint (nb_settings_get_int (settings, "wait"), ==, 90);
  g_assert_cmpint (nb_settings_get_int (settings, "short"), ==, 300);
  g_assert_cmpstr (nb_settings_get_text (settings, "who"), ==, "region");
  g_assert_cmpint (nb_settings_get_int (settings, "fee"), ==, 0);
  g_assert_cmpstr (nb_settings_get_shown (settings, "key"), ==, "");
}

static const struct
{
  const char *key;
  const char *text;
  gint64 number;
} good[] = {
  { "count", "-5", -5 },
  { "count", "005", 5 },
  { "wait", "7", 7 },
  { "wait", "5m", 300 },
  { "wait", "3h", 10800 },
  { "wait", "3d", 259200 },
  { "wait", "0s", 0 },
  { "short", "3h", 10800 },
  { "blink", "0ms", 0 },
  { "blink", "1ms", 1 },
  { "blink", "5s", 5000 },
  { "fee", "100", 10000 },
  { "fee", "2.5", 250 },
  { "fee", "2.05", 205 },
  { "fee", "0.01", 1 },
  { "any", "-9223372036854775807", -G_MAXINT64 },
  { "any", "9223372036854775807", G_MAXINT64 },
};

static void
test_good_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
      g_autoptr (NbSettings) settings = make (good[i].key, good[i].text, faults);
      g_assert_cmpuint (faults->len, ==, 0);
      g_assert_cmpint (nb_settings_get_int (settings, good[i].key), ==, good[i].number);
    }
}

#define SHORT "a duration from 90s to 3h, in seconds or with a unit as in 90s, 5m, 3h, 3d"
#define WAIT "a duration in seconds, or with a unit as in 90s, 5m, 3h, 3d"
#define FEE "a percentage from 0 to 100 with up to two decimals"
#define BLINK "a short duration from 0ms to 5000ms, as in 20ms, 2s"
#define TEXT "UTF-8 text of at most 8 bytes without control characters"

static const struct
{
  const char *key;
  const char *text;
  const char *sentence;
} broken[] = {
  { "count", "6", "[shop] count: found '6', expected a whole number from -5 to 5" },
  { "count", "+1", "[shop] count: found '+1', expected a whole number from -5 to 5" },
  { "count", "1.0", "[shop] count: found '1.0', expected a whole number from -5 to 5" },
  { "count", "0x1", "[shop] count: found '0x1', expected a whole number from -5 to 5" },
  { "count", "", "[shop] count: found '', expected a whole number from -5 to 5" },
  { "count", "-", "[shop] count: found '-', expected a whole number from -5 to 5" },
  { "any", "9223372036854775808", "[shop] any: found '9223372036854775808', expected a whole number" },
  { "is-on", "yes", "[shop] is-on: found 'yes', expected true or false" },
  { "is-on", "TRUE", "[shop] is-on: found 'TRUE', expected true or false" },
  { "wait", "5 m", "[shop] wait: found '5 m', expected " WAIT },
  { "wait", "m", "[shop] wait: found 'm', expected " WAIT },
  { "wait", "-1s", "[shop] wait: found '-1s', expected " WAIT },
  { "wait", "5w", "[shop] wait: found '5w', expected " WAIT },
  { "wait", "9223372036854775807d", "[shop] wait: found '9223372036854775807d', expected " WAIT },
  { "short", "89", "[shop] short: found '89', expected " SHORT },
  { "blink", "20", "[shop] blink: found '20', expected " BLINK },
  { "blink", "ms", "[shop] blink: found 'ms', expected " BLINK },
  { "blink", "s", "[shop] blink: found 's', expected " BLINK },
  { "blink", "-1ms", "[shop] blink: found '-1ms', expected " BLINK },
  { "blink", "1m", "[shop] blink: found '1m', expected " BLINK },
  { "blink", "6s", "[shop] blink: found '6s', expected " BLINK },
  { "blink", "9223372036854775807s", "[shop] blink: found '9223372036854775807s', expected " BLINK },
  { "who", "anione", "[shop] who: found 'anione', expected one of: region, anyone, did you mean 'anyone'?" },
  { "who", "nobody-at-all", "[shop] who: found 'nobody-at-all', expected one of: region, anyone" },
  { "fee", "100.01", "[shop] fee: found '100.01', expected " FEE },
  { "fee", "1.005", "[shop] fee: found '1.005', expected " FEE },
  { "fee", "1.", "[shop] fee: found '1.', expected " FEE },
  { "fee", ".5", "[shop] fee: found '.5', expected " FEE },
  { "fee", "-1", "[shop] fee: found '-1', expected " FEE },
  { "fee", "5%", "[shop] fee: found '5%', expected " FEE },
  { "motto", "nine byte", "[shop] motto: found 'nine byte', expected " TEXT },
  { "motto", "a\nb", "[shop] motto: found 'a�b', expected " TEXT },
  { "motto", "a\xff", "[shop] motto: found 'a�', expected " TEXT },
  { "key", "hunter2hunter2", "[shop] key: found a secret that isn't shown, expected " TEXT },
  { "cuont", "1", "[shop] 'cuont': unknown key, did you mean 'count'?" },
  { "zzzzzzzz", "1", "[shop] 'zzzzzzzz': unknown key" },
};

static void
test_broken_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
      g_autoptr (NbSettings) settings = make (broken[i].key, broken[i].text, faults);
      g_assert_null (settings);
      g_assert_cmpuint (faults->len, ==, 1);
      const NbSettingFault *fault = g_ptr_array_index (faults, 0);
      g_assert_cmpstr (fault->sentence, ==, broken[i].sentence);
      g_assert_cmpstr (fault->key, ==, broken[i].key);
      g_assert_cmpstr (fault->section, ==, "shop");
    }
}

static void
test_must_be_set (void)
{
  static const NbSetting must[] = { { .name = "from", .kind = NB_SETTING_INT, .minimum = 1, .maximum = 2 }, { NULL } };
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);

  g_assert_null (nb_settings_new ("shop", must, NULL, faults));
  g_assert_cmpstr (((NbSettingFault *)g_ptr_array_index (faults, 0))->sentence, ==,
                   "[shop] from: isn't set, expected a whole number from 1 to 2");
}

static gboolean
check_even (const char *text, GError **error)
{
  if (strlen (text) % 2 == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "found '%s', expected pairs", text);
  return FALSE;
}

/* A text's own check comes after the one of its kind, and says what it wants to. */
static void
test_own_check (void)
{
  static const NbSetting own[]
      = { { .name = "pairs", .kind = NB_SETTING_TEXT, .fallback = "aabb", .maximum = 4, .check = check_even },
          { NULL } };
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (NbSettings) fine = nb_settings_new ("shop", own, values, faults);

  g_assert_nonnull (fine);
  g_hash_table_insert (values, (gpointer) "pairs", (gpointer) "abc");
  g_assert_null (nb_settings_new ("shop", own, values, faults));
  g_hash_table_insert (values, (gpointer) "pairs", (gpointer) "abcde");
  g_assert_null (nb_settings_new ("shop", own, values, faults));
  g_assert_cmpuint (faults->len, ==, 2);
  g_assert_cmpstr (((NbSettingFault *)faults->pdata[0])->sentence, ==, "[shop] pairs: found 'abc', expected pairs");
  g_assert_cmpstr (((NbSettingFault *)faults->pdata[1])->sentence, ==,
                   "[shop] pairs: found 'abcde', expected UTF-8 text of at most 4 bytes without control characters");
}

static void
test_no_keys (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (NbSettings) settings = nb_settings_new ("shop", NULL, NULL, faults);

  g_assert_nonnull (settings);
  g_assert_null (nb_settings_get_specs (settings));
}

static void
test_changes (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (NbSettings) before = make ("key", "old", faults);
  g_autoptr (NbSettings) after = make ("count", "2", faults);
  g_autoptr (GPtrArray) all = nb_settings_list_changes (before, after, FALSE);
  g_autoptr (GPtrArray) at_restart = nb_settings_list_changes (before, after, TRUE);

  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (all, 0), ==, "count");
  g_assert_cmpuint (at_restart->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (at_restart, 0), ==, "key");
  g_assert_cmpstr (nb_settings_get_shown (before, "key"), ==, "***");
  g_assert_cmpstr (nb_settings_get_text (before, "key"), ==, "old");
}

static void
ask_wrongly (gpointer ask)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (NbSettings) settings = make (NULL, NULL, faults);

  g_test_expect_message ("neighborbid", G_LOG_LEVEL_CRITICAL, "*assertion*failed*");
  if (ask == NULL)
    g_assert_cmpint (nb_settings_get_int (settings, "undeclared"), ==, 0);
  else
    g_assert_cmpint (nb_settings_get_int (settings, ask), ==, 0);
  g_test_assert_expected_messages ();
}

static void
test_wrong_question (void)
{
  ask_wrongly (NULL);
  ask_wrongly ((gpointer) "motto");
}

static void
test_quotes (void)
{
  g_autofree char *many = g_strnfill (500, 'a');
  g_autofree char *cut = nb_wording_quote (many);
  g_autofree char *korean = g_strdup_printf ("%.*s한글", 79, many);
  g_autofree char *between = nb_wording_quote (korean);

  g_assert_cmpuint (g_utf8_strlen (cut, -1), ==, 83);
  g_assert_true (g_str_has_suffix (cut, "a…'"));
  g_assert_true (g_str_has_suffix (between, "a…'"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/settings/defaults", test_defaults);
  g_test_add_func ("/plugin/settings/good-values", test_good_values);
  g_test_add_func ("/plugin/settings/broken-values", test_broken_values);
  g_test_add_func ("/plugin/settings/must-be-set", test_must_be_set);
  g_test_add_func ("/plugin/settings/own-check", test_own_check);
  g_test_add_func ("/plugin/settings/no-keys", test_no_keys);
  g_test_add_func ("/plugin/settings/changes", test_changes);
  g_test_add_func ("/plugin/settings/wrong-question", test_wrong_question);
  g_test_add_func ("/plugin/settings/quotes", test_quotes);
  return g_test_run ();
}
