/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server as its own parts and the requests know it. */
#pragma once

#include "core/web/nb-compress.h"
#include "core/web/nb-presentation.h"
#include "core/web/nb-rate-limiter.h"
#include "core/web/nb-router.h"
#include "core/web/nb-server-peers.h"
#include "core/web/nb-server-proxies.h"
#include "core/web/nb-server.h"
#include "core/web/nb-socket-hub.h"
#include "core/web/nb-socket-sessions.h"
#include "core/web/nb-static.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  NbReadyFunc function;
  gpointer user_data;
} NbServerCheck;

struct _NbServer
{
  GObject parent_instance;

  NbSite *site;
  char *listen;
  char *internal_listen;
  GPtrArray *sockets;       /* (nullable) */
  GSocket *internal_socket; /* (nullable) */
  char *base_url;
  gboolean is_https;
  char *allowed_origins; /* (nullable) */
  NbProxies *proxies;
  NbLimits limits;
  NbDeadlines deadlines;
  gsize body_max;
  gboolean log_requests;
  gboolean no_web;
  gboolean no_live;
  guint worker; /* 0: none */
  char *web_dir;           /* (nullable) */
  char *api_file;          /* (nullable) */
  GBytes *api_description; /* (nullable) of what runs now; NULL: to be put together */
  NbPresentation *presentation;

  SoupServer *soup;
  GPtrArray *listeners;          /* of NbListener */
  NbListener *internal_listener; /* (nullable) */
  gboolean owns_files;           /* socket files that it bound itself go with it */
  NbPeers *peers;
  NbSocketHub *hub;                  /* (nullable) made with the first socket */
  NbSocketSessions *socket_sessions; /* (nullable) */

  NbStatic *files;
  GHashTable *plugin_files; /* (nullable) prefixes of the plugins' files in it; NULL: to be read */
  NbCompressor *compressor;
  GPtrArray *checks; /* of NbServerCheck */

  NbRouter *router;
  gulong changed_handler;
  NbRateLimiter *sign_ups;
  NbRateLimiter *sign_ins;
  NbRateLimiter *writes;
  NbRateLimiter *strangers; /* tokens that were none, by address */

  GHashTable *in_flight; /* owner to number of its requests and sockets */
  guint n_in_flight;
  GHashTable *quiescing; /* owner to GTask, or NULL once that is done */
  gboolean is_draining;
  GTask *stopping;     /* (nullable) */
  GSource *stop_timer; /* (nullable) */
};

/* The static files, with those of the running plugins. */
NbStatic *nb_server_get_files (NbServer *self);
/* Microseconds since the epoch by the one clock. */
gint64 nb_server_now (NbServer *self);
NbRouter *nb_server_get_router (NbServer *self);
/* A request of @owner (nullable: of nobody) began, ended. */
void nb_server_request_began (NbServer *self, const char *owner);
void nb_server_request_ended (NbServer *self, const char *owner);
/* Counts an answer to a request that reached no route. */
void nb_server_count_unrouted (NbServer *self, guint status);
gboolean nb_server_is_quiescing (NbServer *self, const char *owner);

G_END_DECLS
