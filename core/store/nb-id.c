/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ids that are made in the process and grow with time: 41 bits of milliseconds, 10 of the node, 12 of a sequence. */
#include "core/store/nb-store-private.h"

#define EPOCH_MS G_GINT64_CONSTANT (1704067200000) /* 2024-01-01: the milliseconds last until 2093 */
#define NODE_BITS 10
#define SEQUENCE_BITS 12
#define SEQUENCE_MASK ((G_GINT64_CONSTANT (1) << SEQUENCE_BITS) - 1)

G_STATIC_ASSERT (NB_ID_NODES == 1 << NODE_BITS);

static gint64 last_tick; /* milliseconds and sequence, without the node between them */

/* -1: none was given or drawn yet. */
static int node = -1;

guint
nb_id_get_node (void)
{
  int found = g_atomic_int_get (&node);

  if (found >= 0)
    return (guint)found;
  /* Of threads that draw at once the first one's number counts. */
  g_atomic_int_compare_and_exchange (&node, -1, g_random_int_range (0, NB_ID_NODES));
  return (guint)g_atomic_int_get (&node);
}

void
nb_id_set_node (guint number)
{
  g_return_if_fail (number < NB_ID_NODES);
  g_atomic_int_set (&node, (int)number);
}

gint64
nb_id_new (void)
{
  gint64 now = (g_get_real_time () / 1000 - EPOCH_MS) << SEQUENCE_BITS;
  gint64 last = __atomic_load_n (&last_tick, __ATOMIC_RELAXED);
  gint64 next;

  /* A sequence that overflows runs into the milliseconds, which is the wish: it borrows the next one. */
  do
    next = MAX (now, last + 1);
  while (!__atomic_compare_exchange_n (&last_tick, &last, next, TRUE, __ATOMIC_RELAXED, __ATOMIC_RELAXED));

  return ((next & ~SEQUENCE_MASK) << NODE_BITS) | ((gint64)nb_id_get_node () << SEQUENCE_BITS) | (next & SEQUENCE_MASK);
}

gint64
nb_id_floor (gint64 time)
{
  gint64 milliseconds = time / 1000 - EPOCH_MS;

  return milliseconds > 0 ? milliseconds << (NODE_BITS + SEQUENCE_BITS) : 0;
}

gboolean
nb_id_parse (const char *text, gint64 *id)
{
  guint64 value = 0;
  gsize length;

  g_return_val_if_fail (text != NULL && id != NULL, FALSE);

  for (length = 0; g_ascii_isdigit (text[length]); length++)
    {
      if (length == 19)
        return FALSE;
      value = value * 10 + (guint64)(text[length] - '0');
    }
  if (length == 0 || text[length] != '\0' || text[0] == '0' || value > G_MAXINT64)
    return FALSE;
  *id = (gint64)value;
  return TRUE;
}
