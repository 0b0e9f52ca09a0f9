/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process knows of the supervisor that started it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Set for the processes that a supervisor starts, and taken out of the environment by them. */
#define NB_WORKER_VARIABLE "NEIGHBORBID_WORKER"

typedef enum
{
  NB_LINK_NONE,     /* nobody supervises this process */
  NB_LINK_PREPARER, /* it brings the database up to date and ends */
  NB_LINK_WORKER
} NbLinkKind;

typedef struct
{
  NbLinkKind kind;
  guint number; /* a worker's, from 1 */
  int ready_fd; /* a worker's: it writes there when it serves */
} NbWorkerLink;

/* Reads the variable and removes it. */
gboolean nb_worker_link_take (NbWorkerLink *self, GError **error);
/* Returns: (transfer full): what the variable holds for @self */
char *nb_worker_link_print (const NbWorkerLink *self);
/* Tells the supervisor that this worker serves; once. */
void nb_worker_link_tell_ready (NbWorkerLink *self);

G_END_DECLS
