/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real server on a thread of its own. */
#include "tests/support/nb-test-server.h"

#include <stdlib.h>
#include <string.h>

struct _NbTestServer
{
  NbServerOptions options;
  NbTestServerFunc set_up;
  NbTestServerFunc tear_down;
  gpointer user_data;
  GThread *thread;
  GMainContext *context;
  NbSite site;
  GMutex mutex;
  GCond ready;
  gboolean is_ready;
  gboolean is_over;
  gint64 timeout;
  guint16 port;
  guint16 internal_port;
};

typedef struct
{
  NbTestServer *self;
  void (*function) (NbServer *server, gpointer user_data);
  gpointer user_data;
  gboolean is_done;
} Call;

static guint16
port_of (const char *address)
{
  const char *colon = address != NULL ? strrchr (address, ':') : NULL;

  return colon != NULL ? (guint16)atoi (colon + 1) : 0;
}

static void
start (NbTestServer *self)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) addresses = NULL;
  g_autofree char *internal = NULL;

  self->site.registry = nb_registry_new ();
  if (self->set_up != NULL)
    self->set_up (&self->site, self->user_data);
  self->site.server = nb_server_new (&self->site, &self->options, &error);
  g_assert_no_error (error);
  g_assert_true (nb_server_start (self->site.server, &error));
  g_assert_no_error (error);
  addresses = nb_server_get_addresses (self->site.server);
  internal = nb_server_get_internal_address (self->site.server);
  self->port = port_of (addresses[0]);
  self->internal_port = port_of (internal);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *is_stopped = user_data;

  g_assert_true (nb_server_stop_finish (NB_SERVER (source), result, NULL));
  *is_stopped = TRUE;
}

static void
stop (NbTestServer *self)
{
  gboolean is_stopped = FALSE;

  nb_server_stop_async (self->site.server, self->timeout, on_stopped, &is_stopped);
  while (!is_stopped)
    g_main_context_iteration (self->context, TRUE);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_assert_cmpuint (nb_server_get_n_connections (self->site.server), ==, 0);
  g_assert_finalize_object (self->site.server);
  if (self->tear_down != NULL)
    self->tear_down (&self->site, self->user_data);
  g_assert_finalize_object (self->site.registry);
  while (g_main_context_iteration (self->context, FALSE))
    ;
}

static gpointer
run (gpointer user_data)
{
  NbTestServer *self = user_data;

  g_main_context_push_thread_default (self->context);
  start (self);
  g_mutex_lock (&self->mutex);
  self->is_ready = TRUE;
  g_cond_signal (&self->ready);
  g_mutex_unlock (&self->mutex);
  while (!self->is_over)
    g_main_context_iteration (self->context, TRUE);
  stop (self);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

void
nb_test_server_default_options (NbServerOptions *options)
{
  *options = (NbServerOptions){
    .listen = "127.0.0.1:0",
    .internal_listen = "127.0.0.1:0",
    .base_url = "http://bid.example",
    .deadlines = { G_TIME_SPAN_MINUTE, G_TIME_SPAN_MINUTE, G_TIME_SPAN_MINUTE, G_TIME_SPAN_MINUTE },
  };
}

NbTestServer *
nb_test_server_new (const NbServerOptions *options, NbTestServerFunc set_up, NbTestServerFunc tear_down,
                    gpointer user_data)
{
  NbTestServer *self = g_new0 (NbTestServer, 1);

  self->options = *options;
  self->set_up = set_up;
  self->tear_down = tear_down;
  self->user_data = user_data;
  self->context = g_main_context_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->ready);
  self->thread = g_thread_new ("server", run, self);
  g_mutex_lock (&self->mutex);
  while (!self->is_ready)
    g_cond_wait (&self->ready, &self->mutex);
  g_mutex_unlock (&self->mutex);
  return self;
}

static void
end (NbServer *server, gpointer user_data)
{
  NbTestServer *self = user_data;

  self->is_over = TRUE;
}

void
nb_test_server_free (NbTestServer *self, gint64 timeout)
{
  self->timeout = timeout;
  nb_test_server_invoke (self, end, self);
  g_thread_join (self->thread);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->ready);
  g_free (self);
}

guint16
nb_test_server_get_port (NbTestServer *self)
{
  return self->port;
}

guint16
nb_test_server_get_internal_port (NbTestServer *self)
{
  return self->internal_port;
}

static gboolean
on_call (gpointer user_data)
{
  Call *call = user_data;

  call->function (call->self->site.server, call->user_data);
  g_mutex_lock (&call->self->mutex);
  call->is_done = TRUE;
  g_cond_signal (&call->self->ready);
  g_mutex_unlock (&call->self->mutex);
  return G_SOURCE_REMOVE;
}

void
nb_test_server_invoke (NbTestServer *self, void (*function) (NbServer *server, gpointer user_data), gpointer user_data)
{
  Call call = { .self = self, .function = function, .user_data = user_data };
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, on_call, &call, NULL);
  g_source_attach (source, self->context);
  g_mutex_lock (&self->mutex);
  while (!call.is_done)
    g_cond_wait (&self->ready, &self->mutex);
  g_mutex_unlock (&self->mutex);
}
