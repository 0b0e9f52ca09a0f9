/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Manifests: what a good one gives, what each fault says, and that hostile ones do no harm. */
#include "core/plugin/nb-key-lines.h"
#include "core/plugin/nb-manifest.h"

#include <glib/gstdio.h>
#include <string.h>

#define GOOD                                                                                                             \
  "# a comment\n[Plugin]\nId=auction-dutch\nModule=auction-dutch\nName=Dutch auction\nName[ko]=네덜란드식 경매\n" \
  "Version=1.0.0\nApi=1.0\nProvides=auction-type:dutch\nRequires=wallet;live\nWants = mail;\n"

static NbManifest *
parse (const char *text, gsize length, GPtrArray *faults)
{
  g_autofree char *id = NULL;
  NbManifest *manifest = nb_manifest_parse ("x.plugin", text, length, &id, faults);

  g_assert_true ((manifest != NULL) == (faults->len == 0));
  return manifest;
}

static void
test_good (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NbManifest) manifest = parse (GOOD, strlen (GOOD), faults);

  g_assert_cmpuint (faults->len, ==, 0);
  g_assert_cmpstr (manifest->id, ==, "auction-dutch");
  g_assert_cmpstr (manifest->module, ==, "auction-dutch");
  g_assert_cmpstr (g_hash_table_lookup (manifest->names, "en"), ==, "Dutch auction");
  g_assert_cmpstr (g_hash_table_lookup (manifest->names, "ko"), ==, "네덜란드식 경매");
  g_assert_cmpstr (manifest->version, ==, "1.0.0");
  g_assert_cmpuint (manifest->api_major, ==, 1);
  g_assert_cmpuint (manifest->api_minor, ==, 0);
  g_assert_cmpuint (g_strv_length (manifest->requires), ==, 2);
  g_assert_cmpstr (manifest->requires[1], ==, "live");
  g_assert_cmpuint (g_strv_length (manifest->wants), ==, 1);
  g_assert_true (nb_manifest_offers (manifest, "auction-type:dutch"));
  g_assert_true (nb_manifest_offers (manifest, "auction-dutch"));
  g_assert_false (nb_manifest_offers (manifest, "dutch"));
}

/* @line takes the place of the line of the same key in a small good manifest, or is added. */
static const struct
{
  const char *line;
  const char *fault;
} broken_lines[] = {
  { "Id=Auction",
    "x.plugin:2: Id: found 'Auction', expected 1 to 64 of a-z, 0-9 and '-', a letter first, not 'core' or "
    "'path'" },
  { "Id=core", "x.plugin:2: Id: found 'core', expected 1 to 64 of a-z, 0-9 and '-', a letter first, not 'core' or "
               "'path'" },
  { "Id=", "x.plugin:2: Id: found '', expected 1 to 64 of a-z, 0-9 and '-', a letter first, not 'core' or 'path'" },
  { "Module=../evil",
    "x.plugin:3: Module: found '../evil', expected a file name of 1 to 64 letters, digits, '-', '_' and "
    "'.', without '.so'" },
  { "Module=x.so",
    "x.plugin:3: Module: found 'x.so', expected a file name of 1 to 64 letters, digits, '-', '_' and '.', "
    "without '.so'" },
  { "Name=", "x.plugin:4: Name: found '', expected a name of 1 to 200 bytes" },
  { "Version=one", "x.plugin:5: Version: found 'one', expected numbers such as 1.0.0" },
  { "Version=1.0.0.0", "x.plugin:5: Version: found '1.0.0.0', expected numbers such as 1.0.0" },
  { "Api=1", "x.plugin:6: Api: found '1', expected two numbers such as 1.0" },
  { "Api=1.99999999999", "x.plugin:6: Api: found '1.99999999999', expected two numbers such as 1.0" },
  { "Api=1.0 # stable", "x.plugin:6: Api: found a comment after the value, expected it on a line of its own" },
  { "Requires=a;a",
    "x.plugin:7: Requires: found 'a;a', expected 1 to 32 different plugin ids or things provided, such as "
    "wallet;live" },
  { "Requires=a b",
    "x.plugin:7: Requires: found 'a b', expected 1 to 32 different plugin ids or things provided, such as "
    "wallet;live" },
  { "Requires=a;;b",
    "x.plugin:7: Requires: found 'a;;b', expected 1 to 32 different plugin ids or things provided, such "
    "as wallet;live" },
  { "Provides=auction-type:", "x.plugin:7: Provides: found 'auction-type:', expected 1 to 32 different names such as "
                              "live;auction-type:dutch" },
  { "Require=a",
    "x.plugin:7: Require: unknown key, expected Id, Module, Name, Name[ko], Version, Api, Provides, Requires "
    "or Wants, did you mean 'Requires'?" },
  { "Name[en]=x",
    "x.plugin:7: Name[en]: unknown key, expected Id, Module, Name, Name[ko], Version, Api, Provides, Requires "
    "or Wants" },
  { "  Id = again", "x.plugin:7: Id: is already in line 2, expected it once" },
  { "[Plugin]", "x.plugin:7: '[Plugin]': is already in line 1, expected it once" },
  { "[Other", "x.plugin:7: found '[Other', expected a section such as [name], and nothing after it" },
  { "[Other] # x", "x.plugin:7: found '[Other] # x', expected a section such as [name], and nothing after it" },
  { "[Other]\nWants=a", "x.plugin:8: Wants: is in section [Other], expected all keys in [Plugin]" },
  { "Wants", "x.plugin:7: found 'Wants', expected [section], key=value or a line that begins with #" },
  { "=x", "x.plugin:7: found '=x', expected [section], key=value or a line that begins with #" },
  { "Wants=a\r", "x.plugin:7: found a carriage return, expected lines that end in a line feed alone" },
  { "Wants=\x01", "x.plugin:7: found a control character, expected text" },
  { "Wants=\xff", "x.plugin:7: found bytes that aren't UTF-8, expected UTF-8 text" },
};

/* The small good manifest with @line in it. */
static char *
compose (const char *line)
{
  static const char *const lines[] = { "Id=x", "Module=x", "Name=X", "Version=1.0", "Api=1.0" };
  const char *equals = strchr (line, '=');
  GString *text = g_string_new ("[Plugin]\n");
  gboolean is_placed = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      gboolean is_same = equals != NULL && strncmp (lines[i], line, equals - line + 1) == 0;
      g_string_append_printf (text, "%s\n", is_same ? line : lines[i]);
      is_placed = is_placed || is_same;
    }
  if (!is_placed)
    g_string_append_printf (text, "%s\n", line);
  return g_string_free (text, FALSE);
}

static void
test_broken_line (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = compose (broken_lines[i].line);
  g_autoptr (NbManifest) manifest = parse (text, strlen (text), faults);

  g_assert_null (manifest);
  g_assert_cmpstr (g_ptr_array_index (faults, 0), ==, broken_lines[i].fault);
  g_assert_cmpuint (faults->len, ==, 1);
}

static void
test_empty (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NbManifest) manifest = parse ("", 0, faults);

  g_assert_null (manifest);
  g_assert_cmpuint (faults->len, ==, 6);
  g_assert_cmpstr (g_ptr_array_index (faults, 1), ==,
                   "x.plugin:1: Module: is missing, expected a file name of 1 to 64 letters, digits, '-', '_' and '.', "
                   "without '.so'");
}

static void
test_key_before_section (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);

  g_assert_null (parse ("Id=x\n", 5, faults));
  g_assert_cmpstr (g_ptr_array_index (faults, 0), ==, "x.plugin:1: Id: expected a [section] before it");
}

/* Torn inside a line it is always refused; between lines it is refused until all that is needed is there. */
static void
test_torn (void)
{
  gsize needed = strstr (GOOD, "Provides") - GOOD;

  for (gsize length = 0; length < strlen (GOOD); length++)
    {
      g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
      g_autofree char *torn = g_memdup2 (GOOD, length + 1);
      g_autoptr (NbManifest) manifest = parse (torn, length, faults);
      gboolean is_whole = length >= needed && torn[length - 1] == '\n';
      g_assert_true ((manifest != NULL) == is_whole);
    }
}

static void
test_mutations (void)
{
  gsize length = strlen (GOOD);

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
      g_autofree char *text = g_memdup2 (GOOD, length);
      for (int n = g_test_rand_int_range (1, 6); n > 0; n--)
        text[g_test_rand_int_range (0, (gint32)length)] = (char)g_test_rand_int_range (0, 256);
      g_autoptr (NbManifest) manifest = parse (text, length, faults);
      for (guint i = 0; i < faults->len; i++)
        g_assert_true (g_utf8_validate (g_ptr_array_index (faults, i), -1, NULL));
      g_assert_true (manifest == NULL || nb_plugin_id_is_valid (manifest->id));
    }
}

static void
test_huge (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) more = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = NULL;
  g_autofree char *text = g_malloc (NB_KEY_LINES_MAX_BYTES + 1);
  g_autofree char *id = NULL;
  int fd = g_file_open_tmp ("nb-huge-XXXXXX", &path, NULL);

  /* A file with a hole: 1 GB that isn't there. */
  g_assert_cmpint (ftruncate (fd, 1 << 30), ==, 0);
  g_close (fd, NULL);
  g_assert_null (nb_manifest_load (path, &id, faults));
  g_assert_true (g_str_has_suffix (g_ptr_array_index (faults, 0), "expected a file of at most 65536 bytes"));
  g_unlink (path);

  memset (text, '\n', NB_KEY_LINES_MAX_BYTES);
  memset (text, 'a', NB_KEY_LINES_MAX_LINE + 1);
  g_assert_null (parse (text, NB_KEY_LINES_MAX_BYTES, more));
  g_assert_cmpstr (g_ptr_array_index (more, 0), ==, "x.plugin:1: found 4097 bytes, expected a line of at most 4096");
}

/* Many faults are told up to a number, so that a hostile file makes no hostile report. */
static void
test_many_faults (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = g_malloc (NB_KEY_LINES_MAX_BYTES);

  for (guint i = 0; i < NB_KEY_LINES_MAX_BYTES; i += 2)
    memcpy (text + i, "?\n", 2);
  g_assert_null (parse (text, NB_KEY_LINES_MAX_BYTES, faults));
  g_assert_cmpuint (faults->len, <, 100);
}

static void
test_not_a_file (void)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *id = NULL;

  g_assert_null (nb_manifest_load ("/dev/zero", &id, faults));
  g_assert_cmpstr (g_ptr_array_index (faults, 0), ==, "/dev/zero: can't be read: it isn't a regular file");
  g_assert_null (nb_manifest_load ("/nowhere.plugin", &id, faults));
  g_assert_cmpstr (g_ptr_array_index (faults, 1), ==, "/nowhere.plugin: can't be read: No such file or directory");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/manifest/good", test_good);
  for (guint i = 0; i < G_N_ELEMENTS (broken_lines); i++)
    {
      g_autofree char *path = g_strdup_printf ("/plugin/manifest/broken-line/%u", i);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_broken_line);
    }
  g_test_add_func ("/plugin/manifest/empty", test_empty);
  g_test_add_func ("/plugin/manifest/key-before-section", test_key_before_section);
  g_test_add_func ("/plugin/manifest/torn-at-every-byte", test_torn);
  g_test_add_func ("/plugin/manifest/mutations", test_mutations);
  g_test_add_func ("/plugin/manifest/huge", test_huge);
  g_test_add_func ("/plugin/manifest/many-faults", test_many_faults);
  g_test_add_func ("/plugin/manifest/not-a-file", test_not_a_file);
  return g_test_run ();
}
