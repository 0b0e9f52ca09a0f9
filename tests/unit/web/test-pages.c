/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every page renders from a model, in both languages, within its budget and without what the CSP forbids. With
 * NB_PREVIEW_DIR the pages are written there, to be looked at. */
#include "core/web/nb-template.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_PAGE (14 * 1024)
#define MAX_STYLES (20 * 1024)
#define MAX_SCRIPTS (15 * 1024)

static char *
source_path (const char *path)
{
  return g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), path, NULL);
}

static JsonObject *
read_model (const char *name)
{
  g_autofree char *base = g_strconcat ("tests/unit/web/models/", name, ".json", NULL);
  g_autofree char *path = source_path (base);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static gsize
compressed_size (const char *data, gsize length)
{
  g_autoptr (GZlibCompressor) zlib = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autofree char *out = g_malloc (length + 1024);
  gsize read, written;

  g_assert_cmpint (g_converter_convert (G_CONVERTER (zlib), data, length, out, length + 1024, G_CONVERTER_INPUT_AT_END,
                                        &read, &written, NULL),
                   ==, G_CONVERTER_FINISHED);
  return written;
}

static void
set_language (JsonObject *globals, const char *language, gboolean is_signed_out)
{
  JsonObject *site = json_object_get_object_member (globals, "site");

  json_object_set_string_member (site, "language", language);
  json_object_set_boolean_member (site, "is_ko", strcmp (language, "ko") == 0);
  if (is_signed_out)
    {
      json_object_remove_member (site, "person");
      json_object_remove_member (site, "flash");
    }
}

static void
write_preview (const char *name, const char *language, const char *html)
{
  const char *dir = g_getenv ("NB_PREVIEW_DIR");
  g_autofree char *base = g_strdup_printf ("%s-%s.html", name, language);
  g_autofree char *path = dir == NULL ? NULL : g_build_filename (dir, base, NULL);

  if (path != NULL)
    g_assert_true (g_file_set_contents (path, html, -1, NULL));
}

static char *
render (const char *name, const char *language)
{
  g_autofree char *dir = source_path ("data/web/templates");
  g_autofree char *locale = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "po", NULL);
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autoptr (NbTemplates) templates = nb_templates_new (dir, NB_CATALOG_DOMAIN, NULL);
  g_autoptr (JsonObject) globals = read_model ("site");
  g_autoptr (JsonObject) model = read_model (name);
  NbTemplateScope scope = { language, catalog, G_GINT64_CONSTANT (1795266900000000), NULL, NULL };
  GString *out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  nb_catalog_load (catalog, locale, NB_CATALOG_DOMAIN, &error);
  g_assert_no_error (error);
  set_language (globals, language, json_object_has_member (model, "_signed_out"));
  nb_templates_render (templates, json_object_get_string_member_with_default (model, "_template", name), globals, model,
                       &scope, out, &error);
  g_assert_no_error (error);
  write_preview (name, language, out->str);
  return g_string_free (out, FALSE);
}

static void
assert_has_not (const char *html, const char *pattern)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (g_regex_match (regex, html, 0, &match))
    g_error ("the page has “%s”", g_match_info_fetch (match, 0));
}

static void
test_page (gconstpointer data)
{
  static const char *const languages[] = { "ko", "en" };

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autofree char *html = render (data, languages[i]);

      g_assert_true (g_utf8_validate (html, -1, NULL));
      g_assert_cmpuint (compressed_size (html, strlen (html)), <=, MAX_PAGE);
      g_assert_nonnull (strstr (html, "<main id=\"main\""));
      g_assert_nonnull (strstr (html, "<h1>"));
      g_assert_true (g_str_has_suffix (html, "</html>\n"));
      assert_has_not (html, "\\sstyle=|<style|\\son[a-z]+=|javascript:|<script(?![^>]*\\ssrc=)");
      assert_has_not (html, "<button>\\s*</button>|href=\"\"|\\{\\{|\\}\\}");
    }
}

static gsize
total_size (const char *const *paths)
{
  gsize total = 0;

  for (; *paths != NULL; paths++)
    {
      g_autofree char *path = source_path (*paths);
      g_autofree char *data = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      total += compressed_size (data, length);
    }
  return total;
}

static void
test_budget (void)
{
  static const char *const styles[] = { "data/web/static/css/site.css", NULL };
  static const char *const scripts[] = { "data/web/static/js/clock.js", "data/web/static/js/forms.js", NULL };

  g_assert_cmpuint (total_size (styles), <=, MAX_STYLES);
  g_assert_cmpuint (total_size (scripts), <=, MAX_SCRIPTS);
}

static void
test_compiles (void)
{
  g_autofree char *dir = source_path ("data/web/templates");
  g_autoptr (NbTemplates) templates = nb_templates_new (dir, NB_CATALOG_DOMAIN, NULL);
  g_autoptr (GError) error = NULL;

  nb_templates_check (templates, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  static const char *const pages[] = { "home", "home-empty",  "search", "search-empty", "auction", "auction-signed-out",
                                       "sell", "sell-review", "me",     "sign-in",      "sign-up", "error" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/pages/compile", test_compiles);
  g_test_add_func ("/web/pages/budget-of-styles-and-scripts", test_budget);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *path = g_strconcat ("/web/pages/render/", pages[i], NULL);

      g_test_add_data_func (path, pages[i], test_page);
    }
  return g_test_run ();
}
