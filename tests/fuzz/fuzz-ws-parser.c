/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Foreign bytes to the parser of WebSocket frames: it says the same however they are cut, and what the model says. The
 * first byte chooses the largest message, the second how the rest is cut. */
#include "tests/support/nb-test-ws.h"

#include "tests/fuzz/fuzz-target.h"
#include <string.h>

static gsize
cut (gsize left, gpointer user_data)
{
  guint *state = user_data;

  *state = *state * 1103515245 + 12345;
  return 1 + (*state >> 16) % ((*state >> 8) % 2 == 0 ? 3 : 40);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  static const gsize maxima[] = { 1, 16, 130, 4096 };
  const gsize message_max = size > 0 ? maxima[data[0] % G_N_ELEMENTS (maxima)] : 0;
  guint state = size > 1 ? data[1] : 0;
  g_autofree char *whole = NULL;
  g_autofree char *pieces = NULL;
  g_autofree char *model = NULL;

  if (size < 2)
    return 0;
  whole = nb_test_ws_parse (data + 2, size - 2, message_max, NULL, NULL);
  pieces = nb_test_ws_parse (data + 2, size - 2, message_max, cut, &state);
  model = nb_test_ws_model (data + 2, size - 2, message_max);
  if (strcmp (whole, pieces) != 0 || strcmp (whole, model) != 0)
    g_error ("at once: %s\nin pieces: %s\nthe model: %s", whole, pieces, model);
  return 0;
}

void
fuzz_make_seed (GByteArray *bytes, GRand *rand)
{
  const guint8 head[] = { (guint8)g_rand_int (rand), (guint8)g_rand_int (rand) };

  g_byte_array_append (bytes, head, sizeof head);
  for (int n = g_rand_int_range (rand, 1, 9); n > 0; n--)
    nb_test_ws_add_random_frame (bytes, rand);
}
