/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translations are found by language, and a broken message file harms nobody. */
#include "core/web/nb-catalog.h"
#include "core/web/nb-template.h"

#include <string.h>

typedef struct
{
  const char *id;
  gsize id_length;
  const char *text;
  gsize text_length;
} Message;

#define M(id, text)                                                                                                    \
  {                                                                                                                    \
    id, sizeof id - 1, text, sizeof text - 1                                                                           \
  }

static void
append_number (GByteArray *bytes, guint32 number, gboolean is_swapped)
{
  if (is_swapped)
    number = GUINT32_SWAP_LE_BE (number);
  g_byte_array_append (bytes, (const guint8 *)&number, sizeof number);
}

/* Writes a message file as msgfmt does: header, both tables, texts. */
static GByteArray *
make_file (const Message *messages, guint32 n, gboolean is_swapped)
{
  GByteArray *bytes = g_byte_array_new ();
  guint32 offset = 28 + n * 16;

  append_number (bytes, 0x950412de, is_swapped);
  append_number (bytes, 0, is_swapped);
  append_number (bytes, n, is_swapped);
  append_number (bytes, 28, is_swapped);
  append_number (bytes, 28 + n * 8, is_swapped);
  append_number (bytes, 0, is_swapped);
  append_number (bytes, 0, is_swapped);
  for (int part = 0; part < 2; part++)
    for (guint32 i = 0; i < n; i++)
      {
        gsize length = part == 0 ? messages[i].id_length : messages[i].text_length;

        append_number (bytes, (guint32)length, is_swapped);
        append_number (bytes, offset, is_swapped);
        offset += (guint32)length + 1;
      }
  for (int part = 0; part < 2; part++)
    for (guint32 i = 0; i < n; i++)
      if (part == 0)
        g_byte_array_append (bytes, (const guint8 *)messages[i].id, (guint)messages[i].id_length + 1);
      else
        g_byte_array_append (bytes, (const guint8 *)messages[i].text, (guint)messages[i].text_length + 1);
  return bytes;
}

static const Message korean[] = {
  M ("", "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n"),
  M ("Bid", "입찰"),
  M ("Empty", ""),
  M ("{n} bid\0{n} bids", "입찰 {n}건"),
};
static const Message german[] = {
  M ("", "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"),
  M ("{n} bid\0{n} bids", "{n} Gebot\0{n} Gebote"),
};

static gboolean
add (NbCatalog *catalog, const char *language, GByteArray *file, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (file->data, file->len);

  return nb_catalog_add_bytes (catalog, "shop", language, bytes, "shop.mo", error);
}

static void
test_lookup (gconstpointer data)
{
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autoptr (GByteArray) file = make_file (korean, G_N_ELEMENTS (korean), GPOINTER_TO_INT (data));
  g_autoptr (GError) error = NULL;

  add (catalog, "ko", file, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", "shop", "Bid"), ==, "입찰");
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", NULL, "Bid"), ==, "입찰");
  g_assert_cmpstr (nb_catalog_lookup (catalog, "en", "shop", "Bid"), ==, "Bid");
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", "other", "Bid"), ==, "Bid");
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", "shop", "Unknown"), ==, "Unknown");
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", "shop", "Empty"), ==, "Empty");
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", "shop", ""), ==, "");
  g_assert_cmpstr (nb_catalog_lookup (NULL, "ko", "shop", "Bid"), ==, "Bid");
  nb_catalog_unload (catalog, "shop");
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", "shop", "Bid"), ==, "Bid");
}

static const char *
bids (NbCatalog *catalog, const char *language, gint64 n)
{
  return nb_catalog_lookup_plural (catalog, language, "shop", "{n} bid", "{n} bids", n);
}

static void
test_plural (void)
{
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autoptr (GByteArray) one = make_file (korean, G_N_ELEMENTS (korean), FALSE);
  g_autoptr (GByteArray) two = make_file (german, G_N_ELEMENTS (german), FALSE);
  g_autoptr (GError) error = NULL;

  add (catalog, "ko", one, &error);
  g_assert_no_error (error);
  add (catalog, "de", two, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bids (catalog, "ko", 1), ==, "입찰 {n}건");
  g_assert_cmpstr (bids (catalog, "ko", 7), ==, "입찰 {n}건");
  g_assert_cmpstr (bids (catalog, "de", 1), ==, "{n} Gebot");
  g_assert_cmpstr (bids (catalog, "de", 0), ==, "{n} Gebote");
  g_assert_cmpstr (bids (catalog, "en", 1), ==, "{n} bid");
  g_assert_cmpstr (bids (catalog, "en", 2), ==, "{n} bids");
}

static void
test_unknown_plural (void)
{
  static const Message polish[] = { M ("", "Plural-Forms: nplurals=3; plural=n==1 ? 0 : 2;\n") };
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autoptr (GByteArray) file = make_file (polish, 1, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_false (add (catalog, "pl", file, &error));
  g_assert_error (error, NB_CATALOG_ERROR, NB_CATALOG_ERROR_BROKEN);
  g_assert_nonnull (strstr (error->message, "unknown rule of plurals"));
}

/* Every prefix of a file, and the file with each byte of its numbers spoilt, is refused or read, never followed
 * outside. */
static void
test_broken (void)
{
  g_autoptr (GByteArray) file = make_file (korean, G_N_ELEMENTS (korean), FALSE);
  guint tables_end = 28 + G_N_ELEMENTS (korean) * 16;

  for (guint length = 0; length < file->len; length++)
    {
      g_autoptr (NbCatalog) catalog = nb_catalog_new ();
      g_autofree guint8 *exact = g_memdup2 (file->data, length);
      g_autoptr (GBytes) bytes = g_bytes_new_static (exact, length);
      g_autoptr (GError) error = NULL;

      g_assert_false (nb_catalog_add_bytes (catalog, "shop", "ko", bytes, "shop.mo", &error));
      g_assert_error (error, NB_CATALOG_ERROR, NB_CATALOG_ERROR_BROKEN);
    }
  for (guint i = 0; i < tables_end; i++)
    for (guint flip = 1; flip < 256; flip *= 2)
      {
        g_autoptr (NbCatalog) catalog = nb_catalog_new ();

        file->data[i] ^= (guint8)flip;
        if (add (catalog, "ko", file, NULL))
          g_assert_true (g_utf8_validate (nb_catalog_lookup (catalog, "ko", "shop", "Bid"), -1, NULL));
        file->data[i] ^= (guint8)flip;
      }
}

static void
test_broken_keeps_old (void)
{
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autoptr (GByteArray) file = make_file (korean, G_N_ELEMENTS (korean), FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (add (catalog, "ko", file, NULL));
  g_byte_array_set_size (file, 30);
  g_assert_false (add (catalog, "ko", file, &error));
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", "shop", "Bid"), ==, "입찰");
}

/* What the build made from po/ko.po. */
static void
test_shipped (void)
{
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autofree char *dir = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "po", NULL);
  g_autoptr (GError) error = NULL;

  nb_catalog_load (catalog, dir, NB_CATALOG_DOMAIN, &error);
  g_assert_no_error (error);
  g_assert_true (nb_catalog_has (catalog, NB_CATALOG_DOMAIN, "ko"));
  g_assert_cmpstr (nb_catalog_lookup (catalog, "ko", NB_CATALOG_DOMAIN, "just now"), ==, "방금");
  g_assert_cmpstr (nb_catalog_lookup_plural (catalog, "ko", NB_CATALOG_DOMAIN, "{n} hour", "{n} hours", 3), ==,
                   "{n}시간");
}

static void
test_template (void)
{
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autoptr (GByteArray) file = make_file (korean, G_N_ELEMENTS (korean), FALSE);
  g_autoptr (NbTemplates) templates = nb_templates_new (NULL, "shop", NULL);
  g_autoptr (JsonObject) model = json_object_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  NbTemplateScope scope = { "ko", catalog, 0, NULL, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (add (catalog, "ko", file, NULL));
  json_object_set_int_member (model, "n", 2);
  nb_templates_add (templates, "main", "{{_ Bid}}, {{_n n: {n} bid | {n} bids}}");
  nb_templates_render (templates, "main", NULL, model, &scope, out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (out->str, ==, "입찰, 입찰 2건");
}

static void
test_missing_folder (void)
{
  g_autoptr (NbCatalog) catalog = nb_catalog_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (nb_catalog_load (catalog, "/nonexistent/folder", "shop", &error));
  g_assert_no_error (error);
  g_assert_false (nb_catalog_has (catalog, "shop", "ko"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/web/catalog/lookup", GINT_TO_POINTER (FALSE), test_lookup);
  g_test_add_data_func ("/web/catalog/other-byte-order", GINT_TO_POINTER (TRUE), test_lookup);
  g_test_add_func ("/web/catalog/plural", test_plural);
  g_test_add_func ("/web/catalog/unknown-plural-is-refused", test_unknown_plural);
  g_test_add_func ("/web/catalog/broken-file-is-refused", test_broken);
  g_test_add_func ("/web/catalog/broken-file-keeps-the-old-one", test_broken_keeps_old);
  g_test_add_func ("/web/catalog/shipped-korean", test_shipped);
  g_test_add_func ("/web/catalog/in-a-template", test_template);
  g_test_add_func ("/web/catalog/missing-folder-is-empty", test_missing_folder);
  return g_test_run ();
}
