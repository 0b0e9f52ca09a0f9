/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A serving host: start, reload, stop. */
#pragma once

#include "core/app/nb-given-sockets.h"
#include "core/app/nb-host.h"
#include "core/app/nb-housekeeping.h"
#include "core/app/nb-schema-watch.h"
#include "core/app/nb-worker-link.h"
#include "core/engine/nb-dispatcher.h"
#include "core/engine/nb-scheduler.h"
#include "core/plugin/nb-gauges.h"
#include "core/web/nb-server.h"

G_BEGIN_DECLS

typedef struct
{
  NbHost *host;            /* (transfer full): plugins loaded, database migrated, nothing started */
  NbConfigSources sources; /* read again at SIGHUP; its texts outlive the serving */
  gboolean with_demo;      /* fill an empty database with demo data */
  NbWorkerLink *link;
  NbGivenSockets *sockets; /* what listens already, in place of the addresses of the configuration */
} NbServeOptions;

/* What the blocking part of a stop may take beyond shutdown-timeout before the process is ended. */
#define NB_SERVE_GRACE_SECONDS 3

/* Serves until SIGTERM or SIGINT. Returns: whether it started and stopped as it should */
gboolean nb_serve (const NbServeOptions *options, GError **error);

/* The one serving host of a process. */
typedef struct
{
  NbHost *host;
  NbConfigSources sources;
  NbWorkerLink *link;
  NbSite site;
  NbServer *server;
  NbScheduler *scheduler; /* (nullable): with the role jobs alone; so are dispatcher and housekeeping */
  NbDispatcher *dispatcher;
  NbGauges *gauges;
  NbSchemaWatch *schema;
  GMainLoop *loop;
  guint n_stops; /* SIGTERMs so far */
  gboolean is_reloading;
  NbHousekeeping *housekeeping;
} NbServe;

/* Reads the configuration again and takes over what can be; what is wrong changes nothing and is logged. */
void nb_serve_reload (NbServe *self);
/* Fills an empty database; what goes wrong is logged alone: a site without demo data is still a site. */
void nb_serve_add_demo (NbHost *host);
/* Writes the line that tells everyone who waits for it that the site is served. @addresses: those of the site, which
 * come first: programs that start a server read them there. @internals: those for operations */
void nb_serve_print_ready (const char *const *addresses, const char *const *internals);
void nb_serve_apply_log (NbHostSettings *settings);
NbLimits nb_serve_get_limits (NbHostSettings *settings);

G_END_DECLS
