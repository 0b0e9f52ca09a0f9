/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of hashes in which newer keys take the places of older ones. */
#include "core/engine/nb-key-memory.h"

/* At 20,000 bids a second it reaches back a few seconds, which is when programs ask again. */
#define N_PLACES (1 << 17)

struct _NbKeyMemory
{
  guint64 places[N_PLACES];
};

NbKeyMemory *
nb_key_memory_new (void)
{
  return g_new0 (NbKeyMemory, 1);
}

void
nb_key_memory_free (NbKeyMemory *self)
{
  g_free (self);
}

/* FNV-1a */
static guint64
hash (gint64 person, const char *key)
{
  guint64 value = G_GUINT64_CONSTANT (0xcbf29ce484222325) ^ (guint64)person;

  value *= G_GUINT64_CONSTANT (0x100000001b3);
  for (; *key != '\0'; key++)
    value = (value ^ (guchar)*key) * G_GUINT64_CONSTANT (0x100000001b3);
  return value ^ (value >> 32);
}

gboolean
nb_key_memory_note (NbKeyMemory *self, gint64 person, const char *key)
{
  guint64 value = hash (person, key);
  guint64 *place = &self->places[value % N_PLACES];
  gboolean is_known = *place == value;

  *place = value;
  return is_known;
}
