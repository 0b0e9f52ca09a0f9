/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registry as its own files know it. */
#pragma once

#include "core/plugin/nb-notifier-table.h"
#include "core/plugin/nb-registration.h"
#include "core/plugin/nb-type-table.h"

G_BEGIN_DECLS

struct _NbRegistry
{
  GObject parent_instance;

  GMainContext *context;
  NbTypeTable *types;
  NbNotifierTable *notifiers;
  GPtrArray *items[NB_N_REGISTRATIONS]; /* own nothing: the journal does */
  GPtrArray *journal;                   /* NbRegistration, in order */
  char *state_root;                     /* (nullable) */
  gboolean is_serving;
  gboolean does_jobs;
  guint frozen;
  gboolean has_changed;
};

/* Says that @what '@name' belongs to @first_owner. Returns: FALSE */
gboolean nb_registry_refuse_taken (const char *what, const char *name, const char *first_owner, GError **error);
/* Takes over @item, which begins with its owner. */
void nb_registry_record (NbRegistry *self, NbRegistrationKind kind, gpointer item);
/* No call of its function begins any more, and those that are under way have returned. */
void nb_badge_end (NbBadge *badge);

G_END_DECLS
