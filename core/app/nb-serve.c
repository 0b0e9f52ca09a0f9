/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the parts of a serving host in order, and stops them in reverse when asked to. */
#include "core/app/nb-serve.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/app/nb-demo.h"
#include "core/app/nb-doctor.h"
#include "core/app/nb-log.h"
#include "core/app/nb-paths.h"
#include "core/engine/nb-engine-gauges.h"
#include <neighborbid/nb-metrics.h>

void
nb_serve_apply_log (NbHostSettings *settings)
{
  const char *format = nb_settings_get_text (settings->server, "log");
  const char *level = nb_settings_get_text (settings->server, "log-level");

  nb_log_install (g_str_equal (format, "text")   ? NB_LOG_TEXT
                  : g_str_equal (format, "json") ? NB_LOG_JSON
                                                 : NB_LOG_AUTO,
                  g_str_equal (level, "debug")     ? G_LOG_LEVEL_DEBUG
                  : g_str_equal (level, "warning") ? G_LOG_LEVEL_WARNING
                                                   : G_LOG_LEVEL_INFO);
}

NbLimits
nb_serve_get_limits (NbHostSettings *settings)
{
  return (NbLimits){
    .sign_ups_per_minute = (guint)nb_settings_get_int (settings->limits, "sign-ups-per-minute"),
    .sign_ins_per_minute = (guint)nb_settings_get_int (settings->limits, "sign-ins-per-minute"),
    .writes_per_second = (guint)nb_settings_get_int (settings->limits, "writes-per-second"),
    .connections_per_address = (guint)nb_settings_get_int (settings->limits, "connections-per-address"),
  };
}

/* Without a base-url it follows from the first address; with port 0 there the server completes it. */
static char *
get_base_url (NbHostSettings *settings)
{
  const char *set = nb_settings_get_text (settings->server, "base-url");
  g_auto (GStrv) addresses = g_strsplit (nb_settings_get_text (settings->server, "listen"), ";", 2);

  if (*set || g_str_has_prefix (addresses[0], "unix:"))
    return g_strdup (set);
  return g_strconcat ("http://", g_strstrip (addresses[0]), NULL);
}

static gboolean
make_server (NbServe *self, const NbGivenSockets *sockets, GError **error)
{
  NbHostSettings *settings = self->host->settings;
  g_autofree char *base_url = get_base_url (settings);
  g_autofree char *web_dir = g_build_filename (nb_paths_get_data_dir (), "web", NULL);
  g_autofree char *api_file = g_build_filename (nb_paths_get_data_dir (), "api", "openapi.json", NULL);
  NbServerOptions options = {
    .listen = nb_settings_get_text (settings->server, "listen"),
    .internal_listen = nb_settings_get_text (settings->server, "internal-listen"),
    .sockets = sockets->sockets,
    .internal_socket = sockets->internal,
    .base_url = base_url,
    .allowed_origins = nb_settings_get_text (settings->server, "allowed-origins"),
    .trusted_proxies = nb_settings_get_text (settings->server, "trusted-proxies"),
    .limits = nb_serve_get_limits (settings),
    .web_dir = web_dir,
    .api_file = api_file,
    .locale_dir = nb_paths_get_locale_dir (),
    .log_requests = TRUE,
    .no_web = !(settings->roles & NB_ROLE_WEB),
    .no_live = !(settings->roles & NB_ROLE_LIVE),
    .worker = self->link->number,
  };

  self->site = (NbSite){
    .store = self->host->store,
    .registry = self->host->registry,
    .accounts = self->host->accounts,
    .regions = self->host->regions,
    .catalogue = self->host->catalogue,
    .bid_engine = self->host->engine,
    .plugin_host = self->host->plugins,
  };
  self->server = nb_server_new (&self->site, &options, error);
  return self->server && nb_site_register (&self->site, error) && nb_doctor_register (self->host, error)
         && nb_engine_gauges_register (self->host->registry, error);
}

/* One plugin that waits for the end of its requests, and of what it takes from the outbox. */
typedef struct
{
  NbServe *serve;
  char *owner;
  NbQuiesceDone done;
  gpointer done_data;
} Quiesce;

static void
on_quiesced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Quiesce *call = user_data;

  nb_server_quiesce_owner_finish (NB_SERVER (source), result, NULL);
  if (call->serve->dispatcher)
    nb_dispatcher_quiesce (call->serve->dispatcher, call->owner, call->done, call->done_data);
  else
    call->done (call->done_data);
  g_free (call->owner);
  g_free (call);
}

/* Requests in flight at a plugin that stops end first. */
static void
quiesce (const char *owner, NbQuiesceDone done, gpointer done_data, gpointer user_data)
{
  NbServe *self = user_data;
  Quiesce *call = g_new0 (Quiesce, 1);

  call->serve = self;
  call->owner = g_strdup (owner);
  call->done = done;
  call->done_data = done_data;
  nb_server_quiesce_owner_async (self->server, owner, on_quiesced, call);
}

void
nb_serve_add_demo (NbHost *host)
{
  NbDemoOptions options = { .people = 12, .auctions = 24, .balance = 1000000 };
  g_autoptr (GError) error = NULL;
  gboolean is_possible = FALSE;
  NbDemoReport report;

  if (!nb_demo_is_possible (host, &is_possible, &error)
      || (is_possible && !nb_demo_seed (host, &options, &report, &error)))
    g_warning ("no demo data: %s", error->message);
  else if (is_possible)
    g_info ("demo data: %u people (password: %s), %u auctions, %u bids", report.people, NB_DEMO_PASSWORD,
            report.auctions, report.bids);
}

static void
append_addresses (GString *line, const char *const *addresses)
{
  for (guint i = 0; addresses[i]; i++)
    g_string_append_printf (line, "%s%s%s", i ? ", " : "", g_str_has_prefix (addresses[i], "unix:") ? "" : "http://",
                            addresses[i]);
}

void
nb_serve_print_ready (const char *const *addresses, const char *const *internals)
{
  g_autoptr (GString) line = g_string_new ("neighborbid is ready");

  if (addresses[0])
    g_string_append (line, " at ");
  append_addresses (line, addresses);
  if (internals[0])
    {
      g_string_append (line, " (operations: ");
      append_addresses (line, internals);
      g_string_append_c (line, ')');
    }
  puts (line->str);
  fflush (stdout);
}

static void
tell_ready (NbServe *self)
{
  g_auto (GStrv) addresses = nb_server_get_addresses (self->server);
  g_autofree char *internal = nb_server_get_internal_address (self->server);
  const char *const internals[] = { internal, NULL };

  if (self->link->kind == NB_LINK_WORKER)
    nb_worker_link_tell_ready (self->link);
  else
    nb_serve_print_ready ((const char *const *)addresses, internals);
}

/* What looks at the database now and then. */
static gboolean
start_watches (NbServe *self, GError **error)
{
  NbHost *host = self->host;

  self->schema = nb_schema_watch_new (host->store, error);
  if (!self->schema)
    return FALSE;
  nb_server_add_ready_check (self->server, "migrations", nb_schema_watch_is_ready, self->schema);
  nb_schema_watch_start (self->schema);
  self->gauges = nb_gauges_new (host->registry, host->store);
  nb_gauges_start (self->gauges);
  return TRUE;
}

/* Closes auctions, gives events to who takes them, and deletes what is old. */
static void
start_jobs (NbServe *self)
{
  NbHost *host = self->host;

  self->scheduler = nb_scheduler_new (host->store, host->registry, host->engine);
  nb_scheduler_start (self->scheduler);
  self->dispatcher = nb_dispatcher_new (host->store, host->registry);
  nb_dispatcher_start (self->dispatcher);
  self->housekeeping = nb_housekeeping_start (host->store, host->registry, host->plugins);
}

static gboolean
start (NbServe *self, const NbServeOptions *options, GError **error)
{
  NbHost *host = self->host;

  if (!nb_host_start_core (host, TRUE, error) || !make_server (self, options->sockets, error))
    return FALSE;
  nb_registry_set_serving (host->registry);
  if (host->settings->roles & NB_ROLE_JOBS)
    nb_registry_set_jobs (host->registry);
  nb_plugin_host_set_quiesce (host->plugins, quiesce, self);
  if (!nb_host_start_plugins (host, error))
    return FALSE;
  if (options->with_demo)
    nb_serve_add_demo (host);
  if (host->settings->roles & NB_ROLE_JOBS)
    start_jobs (self);
  if (!start_watches (self, error) || !nb_server_start (self->server, error))
    return FALSE;
  nb_metric_set (nb_metrics_gauge ("build_info", "The version that runs.", "version=\"" NB_VERSION "\""), 1);
  tell_ready (self);
  return TRUE;
}

static void
on_nothing_left (gpointer user_data)
{
  NbServe *self = user_data;

  g_main_loop_quit (self->loop);
}

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbServe *self = user_data;

  nb_bid_engine_drain_finish (NB_BID_ENGINE (source), result, NULL);
  if (self->dispatcher)
    nb_dispatcher_drain (self->dispatcher, on_nothing_left, self);
  else
    on_nothing_left (self);
}

static void
on_server_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbServe *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_server_stop_finish (NB_SERVER (source), result, &error))
    g_warning ("while the server stopped: %s", error->message);
  nb_bid_engine_drain_async (self->host->engine, on_drained, self);
}

static gboolean
on_stop_took_too_long (gpointer user_data)
{
  NbServe *self = user_data;

  g_warning ("stopping took longer than shutdown-timeout; what is left is cut");
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

/* The first signal lets everything in flight end; a second one does not wait. */
static gboolean
on_stop (gpointer user_data)
{
  NbServe *self = user_data;
  gint64 seconds = nb_settings_get_int (self->host->settings->server, "shutdown-timeout");

  if (self->n_stops++ > 0)
    {
      g_message ("stopping at once");
      g_main_loop_quit (self->loop);
      return G_SOURCE_CONTINUE;
    }
  g_message ("stopping");
  alarm ((guint)seconds + NB_SERVE_GRACE_SECONDS);
  g_timeout_add_seconds ((guint)seconds, on_stop_took_too_long, self);
  nb_server_set_draining (self->server);
  if (self->scheduler)
    nb_scheduler_stop (self->scheduler);
  if (self->dispatcher)
    nb_dispatcher_stop (self->dispatcher);
  nb_server_stop_async (self->server, seconds * G_USEC_PER_SEC * 9 / 10, on_server_stopped, self);
  return G_SOURCE_CONTINUE;
}

/* A service manager tells every process of a service to stop, and so does the supervisor that it tells: to a worker
 * this is one wish. What must not wait is told by SIGINT. */
static gboolean
on_terminate (gpointer user_data)
{
  NbServe *self = user_data;

  return self->link->kind == NB_LINK_WORKER && self->n_stops > 0 ? G_SOURCE_CONTINUE : on_stop (self);
}

static gboolean
on_reload (gpointer user_data)
{
  nb_serve_reload (user_data);
  return G_SOURCE_CONTINUE;
}

static void
take_down (NbServe *self)
{
  if (self->scheduler)
    nb_scheduler_stop (self->scheduler);
  if (self->dispatcher)
    nb_dispatcher_stop (self->dispatcher);
  g_clear_pointer (&self->housekeeping, nb_housekeeping_stop);
  if (self->gauges)
    nb_gauges_stop (self->gauges);
  if (self->schema)
    nb_schema_watch_stop (self->schema);
  /* None is left after a stop that had its time; after one that had not, the plugins learn of their end here. */
  if (self->server)
    nb_server_cut_sockets (self->server);
  if (self->host->plugins_run)
    nb_plugin_host_stop (self->host->plugins);
  self->host->plugins_run = FALSE;
  g_clear_object (&self->scheduler);
  g_clear_object (&self->dispatcher);
  g_clear_object (&self->gauges);
  nb_registry_remove_owner (self->host->registry, "core");
  g_clear_object (&self->server);
  g_clear_object (&self->schema);
  g_clear_pointer (&self->host, nb_host_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

gboolean
nb_serve (const NbServeOptions *options, GError **error)
{
  NbServe self = {
    .host = options->host,
    .sources = options->sources,
    .link = options->link,
    .loop = g_main_loop_new (NULL, FALSE),
  };
  guint sources[] = { g_unix_signal_add (SIGTERM, on_terminate, &self), g_unix_signal_add (SIGINT, on_stop, &self),
                      g_unix_signal_add (SIGHUP, on_reload, &self) };
  gboolean is_started;

  signal (SIGPIPE, SIG_IGN);
  is_started = start (&self, options, error);
  if (is_started)
    g_main_loop_run (self.loop);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  take_down (&self);
  return is_started;
}
