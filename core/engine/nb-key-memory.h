/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which idempotency keys came by lately, roughly: a hint that one may have been used, never a proof. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbKeyMemory NbKeyMemory;

NbKeyMemory *nb_key_memory_new (void);
void nb_key_memory_free (NbKeyMemory *self);
/* Remembers the key. Returns: whether it seems to have come by before */
gboolean nb_key_memory_note (NbKeyMemory *self, gint64 person, const char *key);

G_END_DECLS
