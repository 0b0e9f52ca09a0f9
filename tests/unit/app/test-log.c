/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log messages as people and programs read them. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "core/app/nb-log.h"

#define AT (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

static const GLogField fields[] = {
  { "MESSAGE", "first \"line\"\nsecond\tline \\ end", -1 },
  { "GLIB_DOMAIN", "neighborbid", -1 },
  { "PRIORITY", "4", -1 },
  { "CODE_LINE", "12", -1 },
  { "NB_REQUEST_ID", "abc", -1 },
  { "OTHER", "xyzzy", 3 },
};

static void
test_text (void)
{
  g_autofree char *line = nb_log_format_text (G_LOG_LEVEL_WARNING, fields, G_N_ELEMENTS (fields), AT);

  g_assert_cmpstr (line, ==,
                   "2023-11-14T22:13:20.000Z warning first \"line\"\n    secondline \\ end request_id=abc other=xyz\n");
}

static void
test_json (void)
{
  g_autofree char *line = nb_log_format_json (G_LOG_LEVEL_INFO, fields, G_N_ELEMENTS (fields), AT);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (line, &error);
  JsonObject *object;

  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (line, "}\n"));
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  object = json_node_get_object (node);
  g_assert_cmpuint (json_object_get_size (object), ==, 6);
  g_assert_cmpstr (json_object_get_string_member (object, "time"), ==, "2023-11-14T22:13:20.000Z");
  g_assert_cmpstr (json_object_get_string_member (object, "level"), ==, "info");
  g_assert_cmpstr (json_object_get_string_member (object, "message"), ==, fields[0].value);
  g_assert_cmpstr (json_object_get_string_member (object, "request_id"), ==, "abc");
  g_assert_cmpstr (json_object_get_string_member (object, "other"), ==, "xyz");
}

/* Whatever bytes come in, one valid line goes out. */
static void
test_json_of_any_bytes (void)
{
  for (int round = 0; round < 2000; round++)
    {
      char bytes[24];
      GLogField field = { "MESSAGE", bytes, sizeof bytes };
      g_autofree char *line = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)g_test_rand_int ();
      line = nb_log_format_json (G_LOG_LEVEL_INFO, &field, 1, AT);
      node = json_from_string (line, &error);
      g_assert_no_error (error);
      g_assert_true (g_utf8_validate (line, -1, NULL));
      g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/log/text", test_text);
  g_test_add_func ("/app/log/json", test_json);
  g_test_add_func ("/app/log/json-of-any-bytes", test_json_of_any_bytes);
  return g_test_run ();
}
