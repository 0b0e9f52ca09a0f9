/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A serving host: start, reload, stop. */
#pragma once

#include "core/app/nb-host.h"
#include "core/app/nb-housekeeping.h"
#include "core/app/nb-schema-watch.h"
#include "core/engine/nb-scheduler.h"
#include "core/plugin/nb-gauges.h"
#include "core/web/nb-server.h"

G_BEGIN_DECLS

typedef struct
{
  NbHost *host;            /* (transfer full): plugins loaded, database migrated, nothing started */
  NbConfigSources sources; /* read again at SIGHUP; its texts outlive the serving */
  gboolean with_demo;      /* fill an empty database with demo data */
} NbServeOptions;

/* Serves until SIGTERM or SIGINT. Returns: whether it started and stopped as it should */
gboolean nb_serve (const NbServeOptions *options, GError **error);

/* The one serving host of a process. */
typedef struct
{
  NbHost *host;
  NbConfigSources sources;
  NbSite site;
  NbServer *server;
  NbScheduler *scheduler;
  NbGauges *gauges;
  NbSchemaWatch *schema;
  GMainLoop *loop;
  guint n_stops; /* SIGTERMs so far */
  gboolean is_reloading;
  NbHousekeeping *housekeeping;
} NbServe;

/* Reads the configuration again and takes over what can be; what is wrong changes nothing and is logged. */
void nb_serve_reload (NbServe *self);
void nb_serve_apply_log (NbHostSettings *settings);
NbLimits nb_serve_get_limits (NbHostSettings *settings);

G_END_DECLS
