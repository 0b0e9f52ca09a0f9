/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands between libgda's PostgreSQL provider and libpq: the host's definitions win over libpq's in loaded modules.
 *
 * libgda 5.2.10 reads the SQLSTATE of a lost link as a number although there is none and dies of it; it drops, and
 * never frees, the result of a failed execution; and it tells nobody the SQLSTATE that decides whether to try again. */
#include "core/store/nb-pq-guard.h"

#include <dlfcn.h>
#include <string.h>

#define LINK_LOST "08006"

static __thread guint depth;
static __thread guint64 calls;
static __thread char sqlstate[6];
static __thread const char *own_conninfo;
static __thread const PGresult *last_result;
static __thread const Oid *own_types;
static __thread guint n_own_types;

/* Looks up libpq's own @name for the function pointer @real, once. */
#define FIND_REAL(real, name)                                                                                          \
  static gsize real##_found;                                                                                           \
  if (g_once_init_enter (&real##_found))                                                                               \
    {                                                                                                                  \
      *(void **)(&real) = dlsym (RTLD_NEXT, name);                                                                     \
      if (real == NULL)                                                                                                \
        g_error ("libpq has no %s", name);                                                                             \
      g_once_init_leave (&real##_found, 1);                                                                            \
    }

void
nb_pq_guard_enter (void)
{
  depth++;
  sqlstate[0] = '\0';
  last_result = NULL;
}

void
nb_pq_guard_leave (void)
{
  depth--;
}

void
nb_pq_guard_set_conninfo (const char *conninfo)
{
  own_conninfo = conninfo;
}

void
nb_pq_guard_set_types (const Oid *types, guint n_types)
{
  own_types = types;
  n_own_types = n_types;
}

const char *
nb_pq_guard_get_sqlstate (void)
{
  return sqlstate;
}

const PGresult *
nb_pq_guard_get_result (void)
{
  return last_result;
}

guint64
nb_pq_guard_get_calls (void)
{
  return calls;
}

static gboolean
has_failed (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);

  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR;
}

static void
note_failure (const PGresult *result)
{
  g_strlcpy (sqlstate, result != NULL ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : LINK_LOST, sizeof sqlstate);
}

char *
PQresultErrorField (const PGresult *result, int field)
{
  static char *(*real) (const PGresult *, int);
  static char link_lost[] = LINK_LOST;
  char *text;

  FIND_REAL (real, "PQresultErrorField");
  text = real (result, field);
  return text == NULL && field == PG_DIAG_SQLSTATE ? link_lost : text;
}

PGconn *
PQconnectdb (const char *conninfo)
{
  static PGconn *(*real) (const char *);

  FIND_REAL (real, "PQconnectdb");
  return real (own_conninfo != NULL ? own_conninfo : conninfo);
}

PGresult *
PQexecPrepared (PGconn *connection, const char *name, int n_params, const char *const *values, const int *lengths,
                const int *formats, int result_format)
{
  static PGresult *(*real) (PGconn *, const char *, int, const char *const *, const int *, const int *, int);
  PGresult *result;

  FIND_REAL (real, "PQexecPrepared");
  result = real (connection, name, n_params, values, lengths, formats, result_format);
  if (depth == 0)
    return result;
  calls++;
  last_result = result;
  if (result != NULL && !has_failed (result))
    return result;

  note_failure (result);
  last_result = NULL;
  PQclear (result);
  return NULL;
}

PGresult *
PQprepare (PGconn *connection, const char *name, const char *query, int n_params, const Oid *types)
{
  static PGresult *(*real) (PGconn *, const char *, const char *, int, const Oid *);
  PGresult *result;

  FIND_REAL (real, "PQprepare");
  if (n_params == 0 && own_types != NULL)
    result = real (connection, name, query, (int)n_own_types, own_types);
  else
    result = real (connection, name, query, n_params, types);
  if (depth > 0 && (result == NULL || has_failed (result)))
    note_failure (result);
  return result;
}

PGresult *
PQexec (PGconn *connection, const char *query)
{
  static PGresult *(*real) (PGconn *, const char *);
  PGresult *result;

  FIND_REAL (real, "PQexec");
  result = real (connection, query);
  /* libgda sends DEALLOCATE after a failure: the failure of that must not hide the first. */
  if (depth > 0 && (result == NULL || has_failed (result)) && sqlstate[0] == '\0')
    note_failure (result);
  return result;
}
