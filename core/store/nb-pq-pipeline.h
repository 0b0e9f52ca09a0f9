/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes whose answers nobody waits for one by one: they go to PostgreSQL together, in one round trip. */
#pragma once

#include "core/store/nb-connection.h"

#include <libpq-fe.h>

G_BEGIN_DECLS

/* An NbBackend's defer: keeps a statement whose parameters are bound. */
gboolean nb_pq_pipeline_add (NbConnection *connection, NbStatement *statement, const NbExpectation *expectation,
                             GError **error);
/* An NbBackend's settle: sends what is kept, and looks at what each statement touched. */
gboolean nb_pq_pipeline_run (NbConnection *connection, GError **error);

/* Whether @result is a success; else sets the connection's failure. */
gboolean nb_pq_check_result (NbConnection *connection, const PGresult *result, GError **error);
NbFailure nb_pq_classify (PGconn *handle, const char *state);

G_END_DECLS
