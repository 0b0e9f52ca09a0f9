/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin without faults: registers one of each kind. */
#include <neighborbid/neighborbid.h>

#define GOOD_TYPE_SERVICE (good_service_get_type ())
G_DECLARE_FINAL_TYPE (GoodService, good_service, GOOD, SERVICE, GObject)

struct _GoodService
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (GoodService, good_service, G_TYPE_OBJECT)

static void
good_service_class_init (GoodServiceClass *klass)
{
}

static void
good_service_init (GoodService *self)
{
}

#define GOOD_TYPE_PLUGIN (good_plugin_get_type ())
G_DECLARE_FINAL_TYPE (GoodPlugin, good_plugin, GOOD, PLUGIN, NbPlugin)

struct _GoodPlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (GoodPlugin, good_plugin, NB_TYPE_PLUGIN)

static void
on_request (NbRequest *request, gpointer user_data)
{
}

static void
on_event (const NbEvent *event, gpointer user_data)
{
}

static gboolean
on_timer (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
check_nothing (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
read_nothing (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  nb_samples_add (samples, NULL, 0);
  return TRUE;
}

static gboolean
count_nothing (NbTransaction *transaction, gint64 person, gint64 *count, gpointer user_data, GError **error)
{
  *count = 0;
  return TRUE;
}

static JsonObject *
make_panel (NbRequest *request, gpointer user_data)
{
  return NULL;
}

static gboolean
good_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  g_autoptr (GObject) service = g_object_new (GOOD_TYPE_SERVICE, NULL);

  return nb_context_add_service (context, GOOD_TYPE_SERVICE, service, error)
         && nb_context_add_route (context, "GET", "/good/{id:id}", NB_ROUTE_PAGE, on_request, plugin, error)
         && nb_context_add_event_handler (context, NULL, on_event, plugin, error)
         && nb_context_add_timer (context, 3600, on_timer, plugin, error)
         && nb_context_add_check (context, "good", "a check that finds nothing", check_nothing, plugin, error)
         && nb_context_add_gauge (context, "good_things", NULL, "good things", read_nothing, plugin, NULL, error)
         && nb_context_add_link (context, "/good", "Good", FALSE, error)
         && nb_context_add_badge (context, "/good", count_nothing, plugin, error)
         && nb_context_add_panel (context, "me", "good.mustache", make_panel, plugin, error);
}

static void
good_plugin_class_init (GoodPluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->start = good_plugin_start;
}

static void
good_plugin_init (GoodPlugin *self)
{
}

NB_PLUGIN_DEFINE (good_plugin_get_type)
