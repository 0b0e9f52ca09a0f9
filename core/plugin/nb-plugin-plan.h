/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which plugins shall run under given modes, in which order, and why the others don't. */
#pragma once

#include "core/plugin/nb-plugin-record.h"

G_BEGIN_DECLS

/* Fills `next` of every record: `disabled`, `failed` with its reason, or `loaded` for those that shall run. Opens the
 * modules that weren't open. What the config names and nobody found gets a record of its own.
 * @modes: (nullable): id → GUINT_TO_POINTER (NbPluginMode)
 * Returns: (transfer container) (element-type NbPluginRecord): those that shall run, in order */
GPtrArray *nb_plugin_plan_make (GPtrArray *records, GHashTable *modes);

/* Looks for what @self requires among the @records.
 * @use_next: judge by `next`, where `loaded` is good, instead of `now`, where `running` is
 * Returns: (transfer full) (nullable): `requires wallet, which …`, or %NULL when all is there */
char *nb_plugin_plan_find_blocker (GPtrArray *records, const NbPluginRecord *self, gboolean use_next);

/* Whether no required plugin failed by `next` or `now`; the error has a line with the chain for each. */
gboolean nb_plugin_plan_check_required (GPtrArray *records, gboolean use_next, GError **error);

G_END_DECLS
