/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames as a client writes them, right and wrong; the parser's events as a text; and a plain model of what they must
 * be. */
#pragma once

#include "core/web/nb-ws-parser.h"

G_BEGIN_DECLS

/* How a frame tells its length. */
typedef enum
{
  NB_TEST_WS_SHORTEST,
  NB_TEST_WS_16,       /* in two bytes, whatever it is */
  NB_TEST_WS_64,       /* in eight */
  NB_TEST_WS_TOP_BIT,  /* in eight, with the topmost bit set */
  NB_TEST_WS_UNMASKED, /* the shortest, and without a key */
} NbTestWsForm;

/* Appends a frame. @first: its first byte, such as 0x81 for a whole text */
void nb_test_ws_add_frame (GByteArray *bytes, guint8 first, NbTestWsForm form, const void *payload, gsize length);

/* Most are right, some are not. */
void nb_test_ws_add_random_frame (GByteArray *bytes, GRand *rand);

/* How many bytes of the @left ones the parser is given at once; at least 1 */
typedef gsize (*NbTestWsSplit) (gsize left, gpointer user_data);

/* What the parser says to @bytes, in portions by @split (nullable: all at once), such as `text(hi) ping() fault(1002)`.
 * It also checks that the parser keeps no memory where nothing is unfinished. Returns: (transfer full) */
char *nb_test_ws_parse (const guint8 *bytes, gsize length, gsize message_max, NbTestWsSplit split, gpointer user_data);
/* The same by a model that looks at all of them again and again. */
char *nb_test_ws_model (const guint8 *bytes, gsize length, gsize message_max);

G_END_DECLS
