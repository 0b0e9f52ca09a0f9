/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inputs that a fuzz target begins with: written into the folder that is named, or, without one, tried here and
 * now. */
#include "tests/fuzz/fuzz-target.h"

#define SEEDS 300

static gboolean
write_seed (const char *folder, guint number, const GByteArray *bytes)
{
  g_autofree char *name = g_strdup_printf ("%u", number);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (path, (const char *)bytes->data, bytes->len, &error))
    return TRUE;
  g_printerr ("%s\n", error->message);
  return FALSE;
}

int
main (int argc, char **argv)
{
  for (guint i = 0; i < SEEDS; i++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (i);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      fuzz_make_seed (bytes, rand);
      if (argc == 2 && !write_seed (argv[1], i, bytes))
        return 1;
      if (argc != 2 && LLVMFuzzerTestOneInput (bytes->data, bytes->len) != 0)
        return 1;
    }
  return 0;
}
