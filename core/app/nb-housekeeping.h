/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deletes rows that nobody needs any more, while the host serves. */
#pragma once

#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

/* How long the answer to an idempotency key is kept, and how long an event stays in the outbox. */
#define NB_HOUSEKEEPING_KEY_AGE (48 * G_TIME_SPAN_HOUR)
#define NB_HOUSEKEEPING_OUTBOX_AGE (24 * G_TIME_SPAN_HOUR)

typedef struct _NbHousekeeping NbHousekeeping;

/* Looks at once and then every few minutes, on the thread's default main context. @store must run. */
NbHousekeeping *nb_housekeeping_start (NbStore *store);
/* What is under way ends by itself. */
void nb_housekeeping_stop (NbHousekeeping *self);

G_END_DECLS
