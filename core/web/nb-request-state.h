/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a request, for the files that make it up. */
#pragma once

#include "core/web/nb-request-private.h"
#include "core/web/nb-server-private.h"

G_BEGIN_DECLS

struct _NbRequest
{
  GObject parent_instance;

  NbServer *server;
  SoupServerMessage *message;
  const char *method;
  char *path; /* as it came, percent-encoded */
  char *id;
  char *address;
  gint64 began; /* monotonic */

  NbTarget *target;  /* (nullable) */
  GPtrArray *values; /* (nullable) */
  GHashTable *query; /* (nullable) */
  const char *language;
  NbSession *session;    /* (nullable) */
  gboolean is_by_cookie; /* the session came by cookie */
  JsonObject *form;      /* (nullable) without what follows */
  char *csrf_field;      /* (nullable) */
  char *key;             /* (nullable) */
  char *masked_token;    /* (nullable) */
  JsonObject *badges;    /* (nullable): numbers of the navigation's links, by path */

  gboolean is_internal;
  gboolean is_page;
  gboolean is_counted; /* as in flight */
  gboolean is_paused;
  gboolean is_answering; /* its page waits for the badges */
  gboolean is_answered;
};

/* @message is whole. Returns: (transfer full) */
NbRequest *nb_request_new (NbServer *server, SoupServerMessage *message, NbPeer *peer, gboolean is_internal);
/* The refusal of a @message whose body was not read, in the reader's language, logged and counted.
 * Returns: (transfer full): bytes for the wire */
GBytes *nb_request_refusal (NbServer *server, SoupServerMessage *message, NbPeer *peer, const GError *error);
/* Reads the query string. FALSE with `malformed_request` */
gboolean nb_request_read_query (NbRequest *self, GError **error);
/* Reads a form and takes its token and key out. */
gboolean nb_request_read_form (NbRequest *self, GError **error);
/* Finds out the language, from the session when there is one. */
void nb_request_choose_language (NbRequest *self);
gboolean nb_request_is_safe (NbRequest *self);
/* Leads it from its path to its handler: route, limits, session, checks. */
void nb_request_dispatch (NbRequest *self);
/* Answers with the error page. Returns: FALSE when there is none, and nothing was answered */
gboolean nb_request_respond_error_page (NbRequest *self, const GError *error);
/* As nb_request_respond_error() to a program, with another @status than the code's own. */
void nb_request_respond_problem (NbRequest *self, const GError *error, guint status);
/* The answer was put together as a handshake: it is sent and counted, and what follows is no HTTP. */
void nb_request_switch (NbRequest *self);
/* Gives the answer. @bytes: (nullable) */
void nb_request_answer (NbRequest *self, guint status, const char *content_type, GBytes *bytes);

G_END_DECLS
