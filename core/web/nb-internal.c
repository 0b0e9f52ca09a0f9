/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The internal listener: is it alive, is it ready, what does it count. */
#include "core/web/nb-internal.h"

#include "core/domain/nb-metrics-private.h"
#include "core/store/nb-store-private.h"
#include "core/web/nb-request-state.h"
#include <glib/gi18n.h>
#include <string.h>

static void
respond_text (NbRequest *request, guint status, const char *content_type, char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  nb_request_respond_bytes (request, status, content_type, bytes);
}

static JsonObject *
add_check (JsonObject *checks, const char *name, gboolean is_ok, const char *reason)
{
  JsonObject *check = json_object_new ();

  json_object_set_boolean_member (check, "ok", is_ok);
  if (reason != NULL)
    json_object_set_string_member (check, "reason", reason);
  json_object_set_object_member (checks, name, check);
  return check;
}

static JsonObject *
describe_plugin (const NbPluginInfo *info)
{
  JsonObject *plugin = json_object_new ();

  json_object_set_string_member (plugin, "id", info->id);
  json_object_set_string_member (plugin, "state", nb_plugin_state_name (info->state));
  json_object_set_string_member (plugin, "mode", nb_plugin_mode_name (info->mode));
  if (info->reason != NULL)
    json_object_set_string_member (plugin, "reason", info->reason);
  return plugin;
}

/* An optional plugin that failed is told, but the process serves. @is_degraded: (inout) */
static gboolean
check_plugins (NbPluginHost *host, JsonObject *checks, gboolean *is_degraded)
{
  g_autoptr (GPtrArray) plugins = nb_plugin_host_list (host);
  const gboolean is_ready = nb_plugin_host_is_ready (host);
  JsonObject *check = add_check (checks, "plugins", is_ready, is_ready ? NULL : "a required plugin does not run");
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < plugins->len; i++)
    {
      const NbPluginInfo *info = g_ptr_array_index (plugins, i);

      json_array_add_object_element (list, describe_plugin (info));
      *is_degraded = *is_degraded || info->state == NB_PLUGIN_FAILED;
    }
  json_object_set_array_member (check, "plugins", list);
  return is_ready;
}

static gboolean
check_added (NbServer *server, JsonObject *checks)
{
  gboolean is_ready = TRUE;

  for (guint i = 0; i < server->checks->len; i++)
    {
      const NbServerCheck *check = g_ptr_array_index (server->checks, i);
      g_autofree char *reason = NULL;
      const gboolean is_ok = check->function (&reason, check->user_data);

      add_check (checks, check->name, is_ok, reason);
      is_ready = is_ready && is_ok;
    }
  return is_ready;
}

static gboolean
check_healths (NbRegistry *registry, JsonObject *checks, gboolean *is_degraded)
{
  GPtrArray *healths = nb_registry_get_healths (registry);
  gboolean is_ready = TRUE;

  for (guint i = 0; i < healths->len; i++)
    {
      const NbHealthItem *item = g_ptr_array_index (healths, i);
      g_autofree char *reason = NULL;
      const NbHealth health = item->function (&reason, item->user_data);

      add_check (checks, item->name, health == NB_HEALTH_FINE, reason);
      *is_degraded = *is_degraded || health == NB_HEALTH_DEGRADED;
      is_ready = is_ready && health != NB_HEALTH_DOWN;
    }
  return is_ready;
}

static gboolean
run_checks (NbServer *server, JsonObject *checks, gboolean *is_degraded)
{
  const NbSite *site = server->site;
  gboolean is_ready = !server->is_draining;

  add_check (checks, "draining", !server->is_draining, server->is_draining ? "the process is leaving" : NULL);
  if (site->store != NULL)
    {
      const gboolean is_healthy = nb_store_is_healthy (site->store);

      add_check (checks, "database", is_healthy, is_healthy ? NULL : "the database can't be reached");
      is_ready = is_ready && is_healthy;
    }
  if (site->plugin_host != NULL)
    is_ready = check_plugins (site->plugin_host, checks, is_degraded) && is_ready;
  is_ready = check_healths (site->registry, checks, is_degraded) && is_ready;
  return check_added (server, checks) && is_ready;
}

static void
respond_ready (NbRequest *request)
{
  g_autoptr (JsonObject) checks = json_object_new ();
  gboolean is_degraded = FALSE;
  const gboolean is_ready = run_checks (request->server, checks, &is_degraded);
  const guint status = is_ready ? 200 : 503;
  JsonObject *answer;

  if (nb_request_get_query (request, "verbose") == NULL)
    {
      respond_text (request, status, "text/plain; charset=utf-8", g_strdup (is_ready ? "ready\n" : "not ready\n"));
      return;
    }
  answer = json_object_new ();
  json_object_set_boolean_member (answer, "ready", is_ready);
  json_object_set_string_member (answer, "status", !is_ready ? "down" : is_degraded ? "degraded" : "up");
  if (request->server->worker > 0)
    json_object_set_int_member (answer, "worker", request->server->worker);
  json_object_set_object_member (answer, "checks", g_steal_pointer (&checks));
  nb_request_respond_json (request, status, answer);
}

static void
respond_path (NbRequest *request)
{
  const char *path = nb_request_get_path (request);

  if (strcmp (path, "/livez") == 0)
    respond_text (request, 200, "text/plain; charset=utf-8", g_strdup ("alive\n"));
  else if (strcmp (path, "/readyz") == 0)
    respond_ready (request);
  else if (strcmp (path, "/metrics") == 0)
    respond_text (request, 200, "text/plain; version=0.0.4; charset=utf-8", nb_metrics_print ());
  else
    {
      g_autoptr (GError) error = nb_error_new (NB_ERROR_NOT_FOUND, N_ ("there is nothing at this address"), NULL);

      nb_request_respond_error (request, error);
    }
}

void
nb_internal_respond (NbRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (!nb_request_is_safe (request))
    {
      nb_request_set_header (request, "Allow", "GET, HEAD");
      error = nb_error_new (NB_ERROR_METHOD_NOT_ALLOWED, N_ ("this address does not take {method}"), "method",
                            nb_request_get_method (request), NULL);
    }
  if (error != NULL || !nb_request_read_query (request, &error))
    nb_request_respond_error (request, error);
  else
    respond_path (request);
}
