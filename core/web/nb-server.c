/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP server: made from its options, started, asked about. */
#include "core/web/nb-server-private.h"

#include "core/web/nb-server-files.h"
#include "core/web/nb-server-soup.h"
#include "core/web/nb-socket-count.h"
#include "core/web/nb-socket-upgrade.h"
#include <string.h>
#include <sys/resource.h>

#define BODY_MAX (64 * 1024)
/* Descriptors kept for the database, the log, modules and files. */
#define SPARE_DESCRIPTORS 256
#define MINUTE 60.0
/* Unknown session tokens an address may show: each costs a look into the database. */
#define STRANGERS_PER_SECOND 10
#define STRANGERS_BURST 100
/* Pages are compressed while others wait. */
#define COMPRESSION_LEVEL 3

G_DEFINE_FINAL_TYPE (NbServer, nb_server, G_TYPE_OBJECT)

static void
nb_server_dispose (GObject *object)
{
  NbServer *self = NB_SERVER (object);

  if (self->site != NULL && self->changed_handler != 0)
    g_signal_handler_disconnect (self->site->registry, self->changed_handler);
  self->changed_handler = 0;
  nb_server_close_listeners (self);
  if (self->peers != NULL)
    {
      nb_server_close_soup (self);
      nb_server_close_hub (self);
      g_clear_pointer (&self->peers, nb_peers_free);
    }
  G_OBJECT_CLASS (nb_server_parent_class)->dispose (object);
}

static void
nb_server_finalize (GObject *object)
{
  NbServer *self = NB_SERVER (object);

  g_clear_object (&self->soup);
  g_clear_pointer (&self->router, nb_router_free);
  g_clear_pointer (&self->sign_ups, nb_rate_limiter_free);
  g_clear_pointer (&self->sign_ins, nb_rate_limiter_free);
  g_clear_pointer (&self->writes, nb_rate_limiter_free);
  g_clear_pointer (&self->strangers, nb_rate_limiter_free);
  g_clear_pointer (&self->proxies, nb_proxies_free);
  g_clear_pointer (&self->sockets, g_ptr_array_unref);
  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_clear_object (&self->internal_socket);
  g_hash_table_unref (self->in_flight);
  g_hash_table_unref (self->quiescing);
  g_clear_pointer (&self->presentation, nb_presentation_free);
  g_clear_pointer (&self->plugin_files, g_hash_table_unref);
  nb_static_free (self->files);
  nb_compressor_free (self->compressor);
  g_ptr_array_unref (self->checks);
  g_free (self->web_dir);
  g_free (self->api_file);
  g_clear_pointer (&self->api_description, g_bytes_unref);
  g_free (self->listen);
  g_free (self->internal_listen);
  g_free (self->base_url);
  g_free (self->allowed_origins);
  G_OBJECT_CLASS (nb_server_parent_class)->finalize (object);
}

static void
nb_server_class_init (NbServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = nb_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = nb_server_finalize;
}

static void
nb_server_init (NbServer *self)
{
  self->listeners = g_ptr_array_new ();
  self->in_flight = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->quiescing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->checks = g_ptr_array_new_with_free_func (g_free);
  self->files = nb_static_new ();
  self->compressor = nb_compressor_new (COMPRESSION_LEVEL);
  self->sign_ups = nb_rate_limiter_new (0, 0);
  self->sign_ins = nb_rate_limiter_new (0, 0);
  self->writes = nb_rate_limiter_new (0, 0);
  self->strangers = nb_rate_limiter_new (STRANGERS_PER_SECOND, STRANGERS_BURST);
}

static gboolean
check_listen (const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  if (parts[0] == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no address to listen on");
      return FALSE;
    }
  for (guint i = 0; parts[i] != NULL; i++)
    if (!nb_listener_check (g_strstrip (parts[i]), error))
      return FALSE;
  return TRUE;
}

gboolean
nb_server_check_base_url (const char *text, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  if (uri != NULL && (strcmp (g_uri_get_scheme (uri), "http") == 0 || strcmp (g_uri_get_scheme (uri), "https") == 0)
      && g_uri_get_host (uri) != NULL && g_uri_get_path (uri)[0] == '\0' && g_uri_get_query (uri) == NULL
      && g_uri_get_fragment (uri) == NULL && g_uri_get_userinfo (uri) == NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "'%s' must be http:// or https:// and a host, without a path or a slash at the end", text);
  return FALSE;
}

gboolean
nb_server_check_allowed_origins (const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; text[0] != '\0' && parts[i] != NULL; i++)
    if (!nb_server_check_base_url (g_strstrip (parts[i]), error))
      return FALSE;
  return TRUE;
}

void
nb_server_set_allowed_origins (NbServer *self, const char *text)
{
  g_free (self->allowed_origins);
  self->allowed_origins = g_strdup (text);
}

static guint
room_for_connections (void)
{
  struct rlimit limit = { 1024, 1024 };

  getrlimit (RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > SPARE_DESCRIPTORS * 2 ? MIN (limit.rlim_cur - SPARE_DESCRIPTORS, 1000000)
                                                : limit.rlim_cur / 2;
}

void
nb_server_set_limits (NbServer *self, const NbLimits *limits)
{
  const guint room = room_for_connections ();
  NbPeerLimits peer_limits = { .per_address = limits->connections_per_address,
                               .max = limits->connections_max > 0 ? MIN (limits->connections_max, room) : room };

  self->limits = *limits;
  nb_rate_limiter_set (self->sign_ups, limits->sign_ups_per_minute / MINUTE, limits->sign_ups_per_minute);
  nb_rate_limiter_set (self->sign_ins, limits->sign_ins_per_minute / MINUTE, limits->sign_ins_per_minute);
  nb_rate_limiter_set (self->writes, limits->writes_per_second, limits->writes_per_second * 2.0);
  nb_peers_set_limits (self->peers, &peer_limits);
}

static void
take_deadlines (NbServer *self, const NbDeadlines *given)
{
  self->deadlines.head = given->head > 0 ? given->head : 5 * G_TIME_SPAN_SECOND;
  self->deadlines.body = given->body > 0 ? given->body : 20 * G_TIME_SPAN_SECOND;
  self->deadlines.idle = given->idle > 0 ? given->idle : 30 * G_TIME_SPAN_SECOND;
  self->deadlines.answer = given->answer > 0 ? given->answer : 60 * G_TIME_SPAN_SECOND;
}

static void
on_changed (NbRegistry *registry, gpointer user_data)
{
  NbServer *self = NB_SERVER (user_data);

  /* Routes often change many at a time: the router is made anew when the next request needs it. */
  g_clear_pointer (&self->router, nb_router_free);
  nb_presentation_forget_plugins (self->presentation);
  nb_server_forget_plugin_files (self);
  g_clear_pointer (&self->api_description, g_bytes_unref);
}

static gboolean
has_routes (NbRegistry *registry, const char *owner)
{
  GPtrArray *routes = nb_registry_get_routes (registry);

  for (guint i = 0; i < routes->len; i++)
    if (strcmp (((const NbRoute *)g_ptr_array_index (routes, i))->owner, owner) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_over (gpointer key, gpointer value, gpointer user_data)
{
  return value == NULL && !has_routes (user_data, key);
}

NbRouter *
nb_server_get_router (NbServer *self)
{
  if (self->router == NULL)
    {
      g_hash_table_foreach_remove (self->quiescing, is_over, self->site->registry);
      self->router = nb_router_new (nb_registry_get_routes (self->site->registry));
    }
  return self->router;
}

NbServer *
nb_server_new (NbSite *site, const NbServerOptions *options, GError **error)
{
  g_autoptr (NbServer) self = g_object_new (NB_TYPE_SERVER, NULL);

  self->site = site;
  if ((options->sockets == NULL && !check_listen (options->listen, error))
      || !nb_server_check_base_url (options->base_url, error)
      || (options->allowed_origins != NULL && !nb_server_check_allowed_origins (options->allowed_origins, error)))
    return NULL;
  self->proxies = nb_proxies_new (options->trusted_proxies, error);
  if (self->proxies == NULL)
    return NULL;
  self->presentation = nb_presentation_new (site->registry, options->web_dir, options->locale_dir, error);
  if (self->presentation == NULL)
    return NULL;
  self->web_dir = g_strdup (options->web_dir);
  self->api_file = g_strdup (options->api_file);
  if (!nb_server_read_files (self, error))
    return NULL;
  self->listen = g_strdup (options->listen);
  self->internal_listen = g_strdup (options->internal_listen);
  self->sockets = options->sockets != NULL ? g_ptr_array_ref (options->sockets) : NULL;
  g_set_object (&self->internal_socket, options->internal_socket);
  self->base_url = g_strdup (options->base_url);
  nb_server_set_allowed_origins (self, options->allowed_origins);
  self->is_https = g_str_has_prefix (options->base_url, "https:");
  self->body_max = options->body_max > 0 ? options->body_max : BODY_MAX;
  self->log_requests = options->log_requests;
  self->no_web = options->no_web;
  self->no_live = options->no_live;
  self->worker = options->worker;
  take_deadlines (self, &options->deadlines);
  nb_server_open_soup (self);
  nb_server_set_limits (self, &options->limits);
  self->changed_handler = g_signal_connect (site->registry, "changed", G_CALLBACK (on_changed), self);
  site->server = self;
  return g_steal_pointer (&self);
}

static void
on_accepted (NbListener *listener, GSocket *socket, const char *address, gpointer user_data)
{
  NbServer *self = NB_SERVER (user_data);

  nb_peers_add (self->peers, socket, address, listener == self->internal_listener);
}

static gboolean
listen_on (NbServer *self, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  self->owns_files = TRUE;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GSocket) socket = nb_listener_bind (g_strstrip (parts[i]), error);

      if (socket == NULL)
        return FALSE;
      g_ptr_array_add (self->listeners, nb_listener_new (socket, on_accepted, self));
    }
  return TRUE;
}

static gboolean
listen_internally (NbServer *self, GError **error)
{
  g_autoptr (GSocket) socket = NULL;

  if (self->internal_socket != NULL)
    socket = g_object_ref (self->internal_socket);
  else if (self->internal_listen == NULL || self->internal_listen[0] == '\0')
    return TRUE;
  else
    socket = nb_listener_bind (self->internal_listen, error);
  if (socket == NULL)
    return FALSE;
  self->internal_listener = nb_listener_new (socket, on_accepted, self);
  return TRUE;
}

static gboolean
listen_publicly (NbServer *self, GError **error)
{
  if (self->no_web && self->no_live)
    return TRUE;
  if (self->sockets == NULL)
    return listen_on (self, self->listen, error);
  for (guint i = 0; i < self->sockets->len; i++)
    g_ptr_array_add (self->listeners, nb_listener_new (g_ptr_array_index (self->sockets, i), on_accepted, self));
  return TRUE;
}

/* A port that the system chose is known only now. */
static void
complete_base_url (NbServer *self)
{
  g_autofree char *address = NULL;
  char *whole;

  if (self->listeners->len == 0 || !g_str_has_suffix (self->base_url, ":0"))
    return;
  address = nb_listener_get_address (g_ptr_array_index (self->listeners, 0));
  if (g_str_has_prefix (address, "unix:"))
    return;
  self->base_url[strlen (self->base_url) - 2] = '\0';
  whole = g_strconcat (self->base_url, strrchr (address, ':'), NULL);
  g_free (self->base_url);
  self->base_url = whole;
}

gboolean
nb_server_start (NbServer *self, GError **error)
{
  nb_socket_count_announce ();
  if (!listen_publicly (self, error) || !listen_internally (self, error))
    {
      nb_server_close_listeners (self);
      return FALSE;
    }
  complete_base_url (self);
  return TRUE;
}

char **
nb_server_get_addresses (NbServer *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->listeners->len; i++)
    {
      g_autofree char *address = nb_listener_get_address (g_ptr_array_index (self->listeners, i));

      g_strv_builder_add (builder, address);
    }
  return g_strv_builder_end (builder);
}

char *
nb_server_get_internal_address (NbServer *self)
{
  return self->internal_listener != NULL ? nb_listener_get_address (self->internal_listener) : NULL;
}

void
nb_server_cut_sockets (NbServer *self)
{
  nb_server_close_hub (self);
}

guint
nb_server_get_n_connections (NbServer *self)
{
  return nb_peers_get_size (self->peers) + (self->hub != NULL ? nb_socket_hub_get_size (self->hub) : 0);
}

guint
nb_server_get_n_requests (NbServer *self)
{
  return self->n_in_flight;
}

void
nb_server_add_ready_check (NbServer *self, const char *name, NbReadyFunc function, gpointer user_data)
{
  NbServerCheck *check = g_new0 (NbServerCheck, 1);

  check->name = name;
  check->function = function;
  check->user_data = user_data;
  g_ptr_array_add (self->checks, check);
}

gint64
nb_server_now (NbServer *self)
{
  return self->site->store != NULL ? nb_store_now (self->site->store) : g_get_real_time ();
}
