/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registry as its own files know it. */
#pragma once

#include "core/plugin/nb-registration.h"
#include "core/plugin/nb-type-table.h"

G_BEGIN_DECLS

struct _NbRegistry
{
  GObject parent_instance;

  GMainContext *context;
  NbTypeTable *types;
  GPtrArray *items[NB_N_REGISTRATIONS]; /* own nothing: the journal does */
  GPtrArray *journal;                   /* NbRegistration, in order */
  char *state_root;                     /* (nullable) */
  gboolean is_serving;
  guint frozen;
  gboolean has_changed;
};

/* Takes over @item, which begins with its owner. */
void nb_registry_record (NbRegistry *self, NbRegistrationKind kind, gpointer item);

G_END_DECLS
