/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a fuzz target brings: libFuzzer's entry, and inputs to begin with. */
#pragma once

#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

/* Looks at one input; aborts where something is wrong. Returns: 0 */
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);
/* Makes an input that leads somewhere. */
void fuzz_make_seed (GByteArray *bytes, GRand *rand);

G_END_DECLS
