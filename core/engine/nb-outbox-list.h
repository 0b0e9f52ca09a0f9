/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The outbox as operators see it: what waits, what was given up, and what they may do with that. */
#pragma once

#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 id;
  char *kind;
  gint64 auction; /* 0: none */
  gint64 created_at;
  gint64 next_at; /* 0: at once */
  gint64 tries;
  gboolean is_dead;
  char *reason; /* why the last try failed; empty before */
} NbOutboxItem;

/* A GDestroyNotify. */
void nb_outbox_item_free (gpointer item);

/* Returns: (transfer full) (element-type NbOutboxItem) (nullable): in the order in which they are taken, at most
 * @limit */
GPtrArray *nb_outbox_list (NbTransaction *transaction, gboolean dead_only, guint limit, GError **error);
/* Makes what was given up wait again, due at once: event @id, or all for 0. Returns: how many, -1 with @error set */
gint64 nb_outbox_retry (NbTransaction *transaction, gint64 id, GError **error);
/* Deletes what was given up, likewise. */
gint64 nb_outbox_drop (NbTransaction *transaction, gint64 id, GError **error);
/* Sets @found to whether event @id is there, waiting or given up. */
gboolean nb_outbox_find (NbTransaction *transaction, gint64 id, gboolean *found, GError **error);

/* An NbCheckFunc; @registry is the NbRegistry that knows who takes the events. */
gboolean nb_outbox_check (NbTransaction *transaction, GPtrArray *faults, gpointer registry, GError **error);

G_END_DECLS
