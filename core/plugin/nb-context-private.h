/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a plugin's context. */
#pragma once

#include "core/plugin/nb-registry.h"

G_BEGIN_DECLS

/* @store: (nullable): none for a host that only looks plugins over */
NbContext *nb_context_new (const char *owner, NbRegistry *registry, NbStore *store);
/* Before the plugin stops: its consumer and its badges are called no more, and no call is under way. */
void nb_context_end_calls (NbContext *self);
/* Undoes all that was registered through it; registering more is refused from here on. */
void nb_context_close (NbContext *self);
/* A GDestroyNotify. */
void nb_context_free (gpointer context);

G_END_DECLS
