/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one private PostgreSQL server of a test program. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer none): the folder of its Unix socket; starts it on first use */
const char *nb_test_cluster_get_socket (void);
/* Returns: (transfer full) (nullable): the first cell of what @sql answers in @database; starts it on first use */
char *nb_test_cluster_run (const char *database, const char *sql);
gboolean nb_test_cluster_is_running (void);
void nb_test_cluster_stop_at_once (void);
void nb_test_cluster_start_again (void);
void nb_test_cluster_shut_down (void);

G_END_DECLS
