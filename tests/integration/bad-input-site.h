/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real site that is asked wrong things: requests byte by byte, what a refusal must look like, what must not change.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"
#include "tests/support/nb-test-server.h"

G_BEGIN_DECLS

typedef struct
{
  NbTestDatabase *database;
  NbTestSite *process;
  char *data_dir; /* flags of the command line */
  char *url;
  char *log_path;
  guint16 port;
  guint16 internal_port;
  char *seller_token;
  char *bidder_token;
  char *ended_token; /* of a session that was signed out */
  char *cookie;      /* the bidder's, as a header's line */
  char *csrf_token;  /* that goes with it */
  char *auction;     /* the seller's, open for a day, without bids */
} BadSite;

typedef struct
{
  const char *method;
  const char *target;
  const char *token;   /* (nullable): a bearer's */
  const char *key;     /* (nullable): Idempotency-Key */
  const char *type;    /* (nullable): Content-Type */
  const char *headers; /* (nullable): more lines with CR LF */
  const char *body;    /* (nullable) */
  gsize length;        /* of @body; 0: up to its NUL */
} BadRequest;

BadSite *bad_site_new (NbTestDatabaseKind kind);
/* Stops the server, which must end well, and asks `doctor`. */
void bad_site_free (BadSite *self);

/* Returns: (transfer full): the whole answer. @language: (nullable): Accept-Language */
char *bad_site_ask (BadSite *self, const BadRequest *request, const char *language);
/* Returns: (transfer full): the object that answers @request, which must have @status */
JsonObject *bad_site_expect (BadSite *self, const BadRequest *request, guint status);

/* Asks in Korean and in English and fails the test unless both are the problem @code, whole and well told.
 * @field: (nullable): which must be named */
void bad_site_refuses (BadSite *self, const BadRequest *request, guint status, const char *code, const char *field);
/* Asks in Korean and in English and fails the test unless both answers are pages with @status that tell nothing of the
 * inside. */
void bad_site_shows (BadSite *self, const BadRequest *request, guint status);
/* Fails the test when @answer is a fault of the server's, or tells of its inside. */
void bad_site_assert_discreet (const BadRequest *request, const char *answer);

/* Returns: (transfer full): all that the database holds, table by table, but when sessions were last seen, and the keys
 * that keep the answer of a refused bid */
char *bad_site_take_stock (BadSite *self);
/* Fails the test unless the server lives and holds what it held; takes @before */
void bad_site_assert_unchanged (BadSite *self, char *before);

/* Returns: (transfer full): the patterns of all routes, from the metrics */
GPtrArray *bad_site_list_routes (BadSite *self);

/* A test whose @function must leave the database as it was, unless it @may_change it. */
typedef struct
{
  const char *name;
  void (*function) (BadSite *self);
  gboolean may_change;
} BadTest;

/* Runs @tests (that end with a NULL name) against one site on each of both databases. Returns: the exit code */
int bad_site_run_tests (const char *suite, const BadTest *tests);

G_END_DECLS
