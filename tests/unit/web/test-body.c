/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies: JSON as strict as promised, forms, and fields that are what they must be. */
#include "core/web/nb-body-json.h"
#include "core/web/nb-body.h"

#include <string.h>

static const char *const refused[] = {
  "",
  " ",
  "[]",
  "1",
  "\"a\"",
  "null",
  "{",
  "}",
  "{}x",
  "{} {}",
  "{\"a\"}",
  "{\"a\":}",
  "{\"a\":1,}",
  "{,}",
  "{a:1}",
  "{'a':1}",
  "{\"a\":1 \"b\":2}",
  "{\"a\":1,\"a\":1}",
  "{\"a\":1,\"\\u0061\":2}",
  "{\"o\":{\"a\":1,\"a\":2}}",
  "{\"a\":01}",
  "{\"a\":+1}",
  "{\"a\":.5}",
  "{\"a\":1.}",
  "{\"a\":1e}",
  "{\"a\":-}",
  "{\"a\":0x10}",
  "{\"a\":NaN}",
  "{\"a\":Infinity}",
  "{\"a\":True}",
  "{\"a\":nul}",
  "{\"a\":\"}",
  "{\"a\":\"\t\"}",
  "{\"a\":\"\\x\"}",
  "{\"a\":\"\\u12\"}",
  "{\"a\":\"\\u0000\"}",
  "{\"a\":\"\\ud800\"}",
  "{\"a\":\"\\ud800\\u0041\"}",
  "{\"a\":\"\\udc00\"}",
  "{\"a\":\"\xff\"}",
  "{\"a\":\"\xed\xa0\x80\"}",
  "{\"a\":\"\xc0\x80\"}",
  "\xef\xbb\xbf{}",
  "{\"a\":[1,]}",
  "{\"a\":[1 2]}",
  "{\"a\":[}",
  "{/* */}",
  "{\"a\":1}//",
};

static void
test_json_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = nb_json_read (refused[i], strlen (refused[i]), &error);

      if (object != NULL)
        g_error ("was taken: %s", refused[i]);
      g_assert_error (error, NB_ERROR, NB_ERROR_MALFORMED_JSON);
    }
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (nb_json_read ("{}\0", 3, &error));
    g_assert_error (error, NB_ERROR, NB_ERROR_MALFORMED_JSON);
  }
}

static char *
nest (guint depth)
{
  GString *text = g_string_new ("{\"a\":");

  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, ']');
  if (depth == 1)
    g_string_append_c (text, '1');
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
test_json_depth (void)
{
  for (guint depth = 1; depth <= 5000; depth += depth < 20 ? 1 : 997)
    {
      g_autofree char *text = nest (depth);
      g_autoptr (JsonObject) object = nb_json_read (text, strlen (text), NULL);

      g_assert_cmpint (object != NULL, ==, depth <= NB_JSON_MAX_DEPTH);
    }
}

static void
test_json_values (void)
{
  const char *text = " {\"i\":-9223372036854775808,\"j\":9223372036854775807,\"k\":9223372036854775808,\"e\":1e3,"
                     "\"s\":\"\\ud83d\\ude00\\n\\/\\\"\",\"t\":true,\"n\":null,\"l\":[ ],\"o\":{ }} ";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = nb_json_read (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (object, "i"), ==, G_MININT64);
  g_assert_cmpint (json_object_get_int_member (object, "j"), ==, G_MAXINT64);
  g_assert_true (json_node_get_value_type (json_object_get_member (object, "k")) == G_TYPE_DOUBLE);
  g_assert_true (json_node_get_value_type (json_object_get_member (object, "e")) == G_TYPE_DOUBLE);
  g_assert_cmpstr (json_object_get_string_member (object, "s"), ==, "\360\237\230\200\n/\"");
  g_assert_true (json_object_get_boolean_member (object, "t"));
  g_assert_true (json_object_get_null_member (object, "n"));
}

static JsonNode *make_node (guint depth);

static char *
make_text (void)
{
  static const char *const parts[] = { "a", "가", "\"", "\\", "\n", "\x01", "😀", " ", "{", "é" };
  GString *text = g_string_new (NULL);

  for (int n = g_test_rand_int_range (0, 6); n > 0; n--)
    g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
  return g_string_free (text, FALSE);
}

static JsonNode *
make_object_node (guint depth)
{
  JsonNode *node = json_node_alloc ();
  g_autoptr (JsonObject) object = json_object_new ();

  for (int n = g_test_rand_int_range (0, 5); n > 0; n--)
    {
      g_autofree char *name = make_text ();

      json_object_set_member (object, name, make_node (depth + 1));
    }
  return json_node_init_object (node, object);
}

static JsonNode *
make_node (guint depth)
{
  JsonNode *node;
  g_autofree char *text = make_text ();

  switch (g_test_rand_int_range (0, depth < 6 ? 6 : 4))
    {
    case 0:
      return json_node_init_int (json_node_alloc (), g_test_rand_int_range (-9999, 9999));
    case 1:
      return json_node_init_string (json_node_alloc (), text);
    case 2:
      return json_node_init_boolean (json_node_alloc (), g_test_rand_bit ());
    case 3:
      return json_node_init_null (json_node_alloc ());
    case 4:
      return make_object_node (depth);
    default:
      {
        g_autoptr (JsonArray) array = json_array_new ();

        for (int n = g_test_rand_int_range (0, 4); n > 0; n--)
          json_array_add_element (array, make_node (depth + 1));
        node = json_node_alloc ();
        return json_node_init_array (node, array);
      }
    }
}

/* What the writer writes, the reader and json-glib read as the same. */
static void
test_json_round_trip (void)
{
  for (int i = 0; i < 2000; i++)
    {
      g_autoptr (JsonNode) node = make_object_node (0);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) again = NULL;
      g_autoptr (JsonNode) again_node = NULL;
      g_autoptr (JsonNode) other = NULL;

      nb_json_write_node (text, node);
      again = nb_json_read (text->str, text->len, &error);
      g_assert_no_error (error);
      again_node = json_node_init_object (json_node_alloc (), again);
      g_assert_true (json_node_equal (node, again_node));
      other = json_from_string (text->str, &error);
      g_assert_no_error (error);
      g_assert_true (json_node_equal (node, other));
    }
}

/* Whatever a damaged text is, it is read as json-glib reads it, or refused. (Small numbers: json-glib wraps large
 * ones.) */
static void
test_json_damaged (void)
{
  for (int i = 0; i < 5000; i++)
    {
      g_autoptr (JsonNode) node = make_object_node (0);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (JsonObject) object = NULL;

      nb_json_write_node (text, node);
      for (int n = g_test_rand_int_range (1, 4); n > 0; n--)
        text->str[g_test_rand_int_range (0, text->len)] = (char)g_test_rand_int_range (1, 256);
      object = nb_json_read (text->str, text->len, NULL);
      if (object != NULL)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (JsonNode) other = json_from_string (text->str, &error);
          g_autoptr (JsonNode) own = json_node_init_object (json_node_alloc (), object);

          g_assert_no_error (error);
          if (!json_node_equal (own, other))
            g_error ("read differently: %s", text->str);
        }
    }
}

static const NbField fields[] = {
  { .name = "amount", .kind = NB_FIELD_MONEY },
  { .name = "count", .kind = NB_FIELD_INT, .minimum = -5, .maximum = 5 },
  { .name = "title", .kind = NB_FIELD_TEXT, .minimum = 2, .maximum = 4 },
  { .name = "is_on", .kind = NB_FIELD_BOOL },
  { .name = "at", .kind = NB_FIELD_TIME },
  { .name = "terms", .kind = NB_FIELD_OBJECT },
  { .name = "kinds", .kind = NB_FIELD_LIST },
  { .name = "few", .kind = NB_FIELD_LIST, .minimum = 1, .maximum = 2 },
};

static const struct
{
  const char *json;
  const char *field; /* NULL: taken */
} bodies[] = {
  { "{}", NULL },
  { "{\"amount\":1}", NULL },
  { "{\"amount\":1000000000000}", NULL },
  { "{\"amount\":1000000000001}", "amount" },
  { "{\"amount\":0}", "amount" },
  { "{\"amount\":-1}", "amount" },
  { "{\"amount\":1e3}", "amount" },
  { "{\"amount\":1.0}", "amount" },
  { "{\"amount\":\"10\"}", "amount" },
  { "{\"amount\":9007199254740992}", "amount" },
  { "{\"amount\":9223372036854775808}", "amount" },
  { "{\"amount\":true}", "amount" },
  { "{\"amount\":[1]}", "amount" },
  { "{\"amount\":{}}", "amount" },
  { "{\"amount\":null}", NULL },
  { "{\"count\":-5}", NULL },
  { "{\"count\":6}", "count" },
  { "{\"title\":\"가나다라\"}", NULL },
  { "{\"title\":\"가\"}", "title" },
  { "{\"title\":\"abcde\"}", "title" },
  { "{\"title\":\"a\\u0007b\"}", "title" },
  { "{\"title\":\"a\\u0085b\"}", "title" },
  { "{\"title\":\"a\\rb\"}", "title" },
  { "{\"title\":\"a\\nb\"}", NULL },
  { "{\"title\":5}", "title" },
  { "{\"is_on\":false}", NULL },
  { "{\"is_on\":1}", "is_on" },
  { "{\"is_on\":\"true\"}", "is_on" },
  { "{\"at\":\"2026-11-21T10:30:00Z\"}", NULL },
  { "{\"at\":\"2026-11-21T10:30:00.123+09:00\"}", NULL },
  { "{\"at\":\"2026-11-21T10:30\"}", "at" },
  { "{\"at\":\"2026-11-21T10:30:00\"}", "at" },
  { "{\"at\":\"20261121T103000Z\"}", "at" },
  { "{\"at\":\"2026-13-21T10:30:00Z\"}", "at" },
  { "{\"at\":\"2026-11-21T10:30:00z\"}", "at" },
  { "{\"at\":\"2026-11-21T10:30:00Z \"}", "at" },
  { "{\"at\":1763720000}", "at" },
  { "{\"terms\":{\"a\":1}}", NULL },
  { "{\"terms\":\"a\"}", "terms" },
  { "{\"terms\":[]}", "terms" },
  { "{\"kinds\":[]}", NULL },
  { "{\"kinds\":[\"outbid\",\"낙찰\"]}", NULL },
  { "{\"kinds\":\"outbid\"}", "kinds" },
  { "{\"kinds\":{}}", "kinds" },
  { "{\"kinds\":[1]}", "kinds" },
  { "{\"kinds\":[null]}", "kinds" },
  { "{\"kinds\":[[\"outbid\"]]}", "kinds" },
  { "{\"kinds\":[\"\"]}", "kinds" },
  { "{\"kinds\":[\"a\\u0007\"]}", "kinds" },
  { "{\"few\":[]}", "few" },
  { "{\"few\":[\"a\",\"b\"]}", NULL },
  { "{\"few\":[\"a\",\"b\",\"c\"]}", "few" },
  { "{\"role\":\"admin\"}", "role" },
};

static void
test_fields_json (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) body = nb_json_read (bodies[i].json, strlen (bodies[i].json), &error);
      g_autoptr (JsonObject) taken = NULL;

      g_assert_no_error (error);
      taken = nb_fields_check (body, FALSE, fields, G_N_ELEMENTS (fields), &error);
      if ((taken != NULL) != (bodies[i].field == NULL))
        g_error ("%s: %s", bodies[i].json, error != NULL ? error->message : "was taken");
      if (taken == NULL)
        {
          g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
          g_assert_cmpstr (nb_error_get_field (error), ==, bodies[i].field);
        }
    }
}

static void
test_fields_form (void)
{
  const char *text = "amount=1%2C234%2C567&count=-3&title=a%0D%0Ab&is_on=on&at=2026-11-21T10%3A30&terms.step=10&"
                     "terms.note=&terms.x=%EA%B0%80";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) form = nb_form_read (text, strlen (text), &error);
  g_autoptr (JsonObject) body = nb_fields_check (form, TRUE, fields, G_N_ELEMENTS (fields), &error);
  JsonObject *terms;

  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (body, "amount"), ==, 1234567);
  g_assert_cmpint (json_object_get_int_member (body, "count"), ==, -3);
  g_assert_cmpstr (json_object_get_string_member (body, "title"), ==, "a\nb");
  g_assert_true (json_object_get_boolean_member (body, "is_on"));
  /* 10:30 in Korea is 01:30 UTC. */
  g_assert_cmpint (json_object_get_int_member (body, "at"), ==, G_GINT64_CONSTANT (1795224600000000));
  terms = json_object_get_object_member (body, "terms");
  g_assert_cmpint (json_object_get_size (terms), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (terms, "step"), ==, "10");
}

static JsonArray *
read_list (const char *text, const char *name, GError **error)
{
  g_autoptr (JsonObject) form = nb_form_read (text, strlen (text), error);
  g_autoptr (JsonObject) body = nb_fields_check (form, TRUE, fields, G_N_ELEMENTS (fields), error);
  JsonNode *node = body != NULL ? json_object_get_member (body, name) : NULL;

  return node != NULL ? json_node_dup_array (node) : NULL;
}

static void
test_list_in_form (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) two = read_list ("kinds=&kinds=outbid&count=1&kinds=%EB%82%99%EC%B0%B0", "kinds", &error);
  g_autoptr (JsonArray) one = read_list ("kinds=outbid", "kinds", &error);
  g_autoptr (JsonArray) none = read_list ("kinds=", "kinds", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (two), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (two, 0), ==, "outbid");
  g_assert_cmpstr (json_array_get_string_element (two, 1), ==, "낙찰");
  g_assert_cmpuint (json_array_get_length (one), ==, 1);
  g_assert_cmpuint (json_array_get_length (none), ==, 0);
  g_assert_null (read_list ("count=1", "kinds", &error));
  g_assert_no_error (error);
}

static GString *
repeat_item (const char *item, guint n)
{
  GString *text = g_string_new ("{\"kinds\":[");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s\"%s\"", i > 0 ? "," : "", item);
  g_string_append (text, "]}");
  return text;
}

static void
assert_list (const char *item, guint n, gboolean is_taken)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = repeat_item (item, n);
  g_autoptr (JsonObject) body = nb_json_read (text->str, text->len, &error);
  g_autoptr (JsonObject) taken = nb_fields_check (body, FALSE, fields, G_N_ELEMENTS (fields), &error);

  g_assert_cmpint (taken != NULL, ==, is_taken);
  if (!is_taken)
    g_assert_cmpstr (nb_error_get_field (error), ==, "kinds");
}

static void
test_list_bounds (void)
{
  g_autofree char *longest = g_strnfill (128, 'a');
  g_autofree char *longer = g_strnfill (129, 'a');

  assert_list ("a", 100, TRUE);
  assert_list ("a", 101, FALSE);
  assert_list (longest, 1, TRUE);
  assert_list (longer, 1, FALSE);
}

static void
test_null_objects (void)
{
  static const NbField either[] = { { "plain", NB_FIELD_OBJECT }, { "hours", NB_FIELD_OBJECT_OR_NULL } };
  static const char text[] = "{\"plain\":null,\"hours\":null}";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_json_read (text, strlen (text), &error);
  g_autoptr (JsonObject) form = nb_form_read ("hours.from=1", strlen ("hours.from=1"), &error);
  g_autoptr (JsonObject) nothing = json_object_new ();
  g_autoptr (JsonObject) from_json = nb_fields_check (body, FALSE, either, G_N_ELEMENTS (either), &error);
  g_autoptr (JsonObject) from_nothing = nb_fields_check (nothing, FALSE, either, G_N_ELEMENTS (either), &error);
  g_autoptr (JsonObject) from_form = nb_fields_check (form, TRUE, either, G_N_ELEMENTS (either), &error);

  g_assert_no_error (error);
  g_assert_false (json_object_has_member (from_json, "plain"));
  g_assert_true (json_object_get_null_member (from_json, "hours"));
  g_assert_cmpuint (json_object_get_size (from_nothing), ==, 0);
  g_assert_true (json_object_has_member (json_object_get_object_member (from_form, "hours"), "from"));
  json_object_set_int_member (body, "hours", 3);
  g_assert_null (nb_fields_check (body, FALSE, either, G_N_ELEMENTS (either), &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
}

static void
test_repeated_fields (void)
{
  static const char *const forms[]
      = { "count=1&count=1", "title=ab&kinds=a&title=ab", "terms.step=1&terms.step=2", "nobody=1&nobody=2" };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) form = nb_form_read (forms[i], strlen (forms[i]), &error);

      g_assert_no_error (error);
      g_assert_null (nb_fields_check (form, TRUE, fields, G_N_ELEMENTS (fields), &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_MALFORMED_REQUEST);
    }
}

static void
test_forms_refused (void)
{
  static const char *const values[]
      = { "1,23", ",123", "1,2345", "1234,567", "1e3", "1.5", " 1", "-1", "0", "+5", "１" };
  static const char *const forms[] = { "a=%ff", "a=%", "a=%4", "a=%zz", "a=%00", "%c0%80=1" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) form = json_object_new ();

      json_object_set_string_member (form, "amount", values[i]);
      g_assert_null (nb_fields_check (form, TRUE, fields, G_N_ELEMENTS (fields), &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nb_form_read (forms[i], strlen (forms[i]), &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_MALFORMED_REQUEST);
    }
}

static void
test_kinds (void)
{
  g_assert_cmpint (nb_body_kind (NULL), ==, NB_BODY_NONE);
  g_assert_cmpint (nb_body_kind ("application/json"), ==, NB_BODY_JSON);
  g_assert_cmpint (nb_body_kind ("Application/JSON; Charset=UTF-8"), ==, NB_BODY_JSON);
  g_assert_cmpint (nb_body_kind ("application/json;charset=\"utf-8\""), ==, NB_BODY_JSON);
  g_assert_cmpint (nb_body_kind ("application/json;charset=utf-16"), ==, NB_BODY_OTHER);
  g_assert_cmpint (nb_body_kind ("application/jsonx"), ==, NB_BODY_OTHER);
  g_assert_cmpint (nb_body_kind ("application/x-www-form-urlencoded"), ==, NB_BODY_FORM);
  g_assert_cmpint (nb_body_kind ("multipart/form-data; boundary=a"), ==, NB_BODY_OTHER);
  g_assert_cmpint (nb_body_kind (""), ==, NB_BODY_OTHER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/json/refused", test_json_refused);
  g_test_add_func ("/web/json/depth-is-bounded", test_json_depth);
  g_test_add_func ("/web/json/values", test_json_values);
  g_test_add_func ("/web/json/round-trip", test_json_round_trip);
  g_test_add_func ("/web/json/damaged-texts", test_json_damaged);
  g_test_add_func ("/web/fields/json", test_fields_json);
  g_test_add_func ("/web/fields/form", test_fields_form);
  g_test_add_func ("/web/fields/list-in-form", test_list_in_form);
  g_test_add_func ("/web/fields/list-bounds", test_list_bounds);
  g_test_add_func ("/web/fields/null-is-given-on", test_null_objects);
  g_test_add_func ("/web/fields/repeated-are-refused", test_repeated_fields);
  g_test_add_func ("/web/fields/forms-refused", test_forms_refused);
  g_test_add_func ("/web/body/kinds", test_kinds);
  return g_test_run ();
}
