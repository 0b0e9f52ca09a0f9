/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each gauge is read in a transaction of its own, so that one that fails takes no other along. */
#include "core/plugin/nb-gauges.h"

#include "core/domain/nb-metrics-private.h"
#include "core/plugin/nb-plugin-errors.h"

#define SECONDS 15
#define MAX_SAMPLES 100

struct _NbSamples
{
  const char *label_name; /* (nullable) */
  GArray *list;           /* NbMetricSample */
};

struct _NbGauges
{
  GObject parent_instance;

  NbRegistry *registry;
  NbStore *store;
  GSource *timer; /* (nullable) */
  gulong changed_handler;
};

G_DEFINE_FINAL_TYPE (NbGauges, nb_gauges, G_TYPE_OBJECT)

typedef struct
{
  NbGauges *gauges;
  NbGauge *gauge;
  NbSamples samples;
} Reading;

static void
clear_sample (gpointer data)
{
  g_free (((NbMetricSample *)data)->labels);
}

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_array_unref (reading->samples.list);
  nb_gauge_unref (reading->gauge);
  g_object_unref (reading->gauges);
  g_free (reading);
}

/* As the text format writes it: a backslash before itself and quotes, no line breaks. */
static char *
print_label (const char *name, const char *value)
{
  g_autoptr (GString) text = g_string_new (name);

  g_string_append (text, "=\"");
  for (const char *at = value; *at != '\0'; at++)
    if (*at == '\n')
      g_string_append (text, "\\n");
    else
      g_string_append_printf (text, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
  return g_strconcat (text->str, "\"", NULL);
}

void
nb_samples_add (NbSamples *self, const char *label, double value)
{
  NbMetricSample sample = { .value = value };

  g_return_if_fail (self != NULL && (label != NULL) == (self->label_name != NULL));
  if (self->list->len >= (self->label_name != NULL ? MAX_SAMPLES : 1))
    return;
  sample.labels = label != NULL ? print_label (self->label_name, label) : g_strdup ("");
  g_array_append_val (self->list, sample);
}

static void
nb_gauges_finalize (GObject *object)
{
  NbGauges *self = NB_GAUGES (object);

  nb_gauges_stop (self);
  g_object_unref (self->store);
  g_object_unref (self->registry);
  G_OBJECT_CLASS (nb_gauges_parent_class)->finalize (object);
}

static void
nb_gauges_class_init (NbGaugesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_gauges_finalize;
}

static void
nb_gauges_init (NbGauges *self)
{
}

NbGauges *
nb_gauges_new (NbRegistry *registry, NbStore *store)
{
  NbGauges *self = g_object_new (NB_TYPE_GAUGES, NULL);

  self->registry = g_object_ref (registry);
  self->store = g_object_ref (store);
  return self;
}

/* A transaction that is repeated begins anew. */
static gboolean
read_gauge (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  g_array_set_size (reading->samples.list, 0);
  return reading->gauge->function (transaction, &reading->samples, reading->gauge->user_data, error);
}

static void
take_over (Reading *reading, gboolean is_read)
{
  NbGauge *gauge = reading->gauge;
  GArray *list = reading->samples.list;

  nb_metrics_set_samples (gauge->name, gauge->help, (NbMetricSample *)list->data, is_read ? list->len : 0);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;
  NbGauge *gauge = reading->gauge;
  g_autoptr (GError) error = NULL;
  gboolean is_read = nb_store_read_finish (NB_STORE (source), result, &error);

  gauge->is_reading = FALSE;
  if (!gauge->is_removed && reading->gauges->timer != NULL)
    {
      take_over (reading, is_read);
      if (!is_read)
        {
          g_warning ("metric %s of %s can't be read: %s", gauge->name, gauge->owner, error->message);
          nb_plugin_errors_count (gauge->owner);
        }
    }
  reading_free (reading);
}

static void
start_reading (NbGauges *self, NbGauge *gauge)
{
  Reading *reading;

  if (gauge->is_reading)
    return;
  gauge->is_reading = TRUE;
  gauge->was_read = TRUE;
  reading = g_new0 (Reading, 1);
  reading->gauges = g_object_ref (self);
  reading->gauge = g_rc_box_acquire (gauge);
  reading->samples.label_name = gauge->label;
  reading->samples.list = g_array_new (FALSE, FALSE, sizeof (NbMetricSample));
  g_array_set_clear_func (reading->samples.list, clear_sample);
  nb_store_read_async (self->store, read_gauge, reading, NULL, NULL, on_read, reading);
}

static gboolean
on_timer (gpointer user_data)
{
  NbGauges *self = user_data;
  GPtrArray *gauges = nb_registry_get_gauges (self->registry);

  for (guint i = 0; i < gauges->len; i++)
    start_reading (self, g_ptr_array_index (gauges, i));
  return G_SOURCE_CONTINUE;
}

static void
on_changed (NbRegistry *registry, NbGauges *self)
{
  GPtrArray *gauges = nb_registry_get_gauges (registry);

  for (guint i = 0; i < gauges->len; i++)
    if (!((NbGauge *)g_ptr_array_index (gauges, i))->was_read)
      start_reading (self, g_ptr_array_index (gauges, i));
}

void
nb_gauges_start (NbGauges *self)
{
  g_return_if_fail (self->timer == NULL);
  self->timer = g_timeout_source_new_seconds (SECONDS);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  self->changed_handler = g_signal_connect (self->registry, "changed", G_CALLBACK (on_changed), self);
  on_timer (self);
}

void
nb_gauges_stop (NbGauges *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_signal_handler (&self->changed_handler, self->registry);
}
