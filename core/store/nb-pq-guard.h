/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guarded libpq calls tell the store about the statement that libgda has just run on this thread. */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

G_BEGIN_DECLS

/* Between enter and leave this thread's calls of libpq are guarded. */
void nb_pq_guard_enter (void);
void nb_pq_guard_leave (void);

/* The connection string that the next PQconnectdb() of this thread gets in place of libgda's; NULL ends it. libgda
 * would pass on only a few of libpq's parameters. */
void nb_pq_guard_set_conninfo (const char *conninfo);

/* The types of the parameters of what this thread prepares next; libgda tells none. NULL ends it. */
void nb_pq_guard_set_types (const Oid *types, guint n_types);

/* Returns: the SQLSTATE of the last failure on this thread; empty when there was none */
const char *nb_pq_guard_get_sqlstate (void);
/* Returns: (transfer none) (nullable): the answer of the last prepared statement; lives as long as libgda's model of it
 */
const PGresult *nb_pq_guard_get_result (void);
/* Returns: how many calls of this thread went through the guard; it must grow, or the guard is not in place */
guint64 nb_pq_guard_get_calls (void);

G_END_DECLS
