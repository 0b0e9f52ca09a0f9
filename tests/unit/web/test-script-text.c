/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comments are left out of scripts where that is certain to change nothing else. */
#include "core/web/nb-script-text.h"

#include <string.h>

static const struct
{
  const char *before;
  const char *after; /* (nullable): the same */
} scripts[] = {
  { "", NULL },
  { "// SPDX-License-Identifier: X\n// What it is for.\nlet a = 1;\n",
    "// SPDX-License-Identifier: X\n\nlet a = 1;\n" },
  { "a();\n  // don't\n\t/** `x`: it */ \nb();", "a();\n\n\nb();" },
  { "a(); // stays: `\n// goes\n", "a(); // stays: `\n\n" },
  { "a = \"// 'no'\";\nb = '/* no */';\n// goes\n", "a = \"// 'no'\";\nb = '/* no */';\n\n" },
  { "a = `https://x/${b(`${c}`, { d: 1 })}`;\n// goes", "a = `https://x/${b(`${c}`, { d: 1 })}`;\n" },
  { "a = b.replace(/\\//g, '');\n// goes", "a = b.replace(/\\//g, '');\n" },
  { "a = '\\'';\n// goes", "a = '\\'';\n" },
  { "if (a) {\n// goes\n}\n", "if (a) {\n\n}\n" },
  /* What goes on in the next line may hold what only looks like a comment. */
  { "a = `\n// stays\n`;\n", NULL },
  { "a = `${\n// stays\n1}`;\n", NULL },
  { "a = `b ${c(`d\n// stays\n`)}`;\n", NULL },
  { "a = 'b\\\n// stays';\n", NULL },
  { "/*\n// stays\n*/\n", NULL },
  { "a(); /* b\n// stays */\n", NULL },
  { "a = /`/;\n// stays\n", NULL },
};

static void
test_comments (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      const char *expected = scripts[i].after != NULL ? scripts[i].after : scripts[i].before;
      g_autoptr (GBytes) before = g_bytes_new_static (scripts[i].before, strlen (scripts[i].before));
      g_autoptr (GBytes) after = nb_script_text_shorten (before);

      g_assert_cmpmem (g_bytes_get_data (after, NULL), g_bytes_get_size (after), expected, strlen (expected));
    }
}

static void
test_odd_bytes (void)
{
  static const char text[] = "a\0b\n// c\n";
  g_autoptr (GBytes) before = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (GBytes) after = nb_script_text_shorten (before);

  g_assert_true (g_bytes_equal (before, after));
}

static void
test_depth (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "`${");
  g_string_append (text, "\n// c\n");
  before = g_bytes_new (text->str, text->len);
  after = nb_script_text_shorten (before);
  g_assert_true (g_bytes_equal (before, after));
}

/* The scripts of the pages are written so that their comments cost nothing. */
static void
test_shipped (void)
{
  static const char *const paths[] = { "data/web/static/js/clock.js", "data/web/static/js/forms.js" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *path = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), paths[i], NULL);
      g_autofree char *data = NULL;
      gsize length;
      g_autoptr (GBytes) before = NULL;
      g_autoptr (GBytes) after = NULL;

      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      before = g_bytes_new_static (data, length);
      after = nb_script_text_shorten (before);
      g_assert_cmpuint (g_bytes_get_size (after), <, length);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/script-text/comments", test_comments);
  g_test_add_func ("/web/script-text/odd-bytes", test_odd_bytes);
  g_test_add_func ("/web/script-text/depth-is-bounded", test_depth);
  g_test_add_func ("/web/script-text/shipped-scripts", test_shipped);
  return g_test_run ();
}
