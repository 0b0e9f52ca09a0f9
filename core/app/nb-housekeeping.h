/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deletes rows that nobody needs any more, while the host serves. */
#pragma once

#include "core/plugin/nb-plugin-host.h"

G_BEGIN_DECLS

/* How long the answer to an idempotency key is kept. */
#define NB_HOUSEKEEPING_KEY_AGE (48 * G_TIME_SPAN_HOUR)
/* How long an event waits in the outbox while nobody takes them: it waits for ever when somebody does, and longer when
 * the one who would may be among the plugins that failed. */
#define NB_HOUSEKEEPING_OUTBOX_AGE (10 * G_TIME_SPAN_MINUTE)
#define NB_HOUSEKEEPING_FAILED_OUTBOX_AGE (24 * G_TIME_SPAN_HOUR)

typedef struct _NbHousekeeping NbHousekeeping;

/* Looks at once and then every minute, on the thread's default main context. @store must run. */
NbHousekeeping *nb_housekeeping_start (NbStore *store, NbRegistry *registry, NbPluginHost *plugins);
/* What is under way ends by itself. */
void nb_housekeeping_stop (NbHousekeeping *self);

G_END_DECLS
