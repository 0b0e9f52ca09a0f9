/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process's metrics, and their text. */
#include "core/domain/nb-metrics-private.h"

#include <string.h>

typedef enum
{
  KIND_COUNTER,
  KIND_GAUGE,
  KIND_HISTOGRAM
} Kind;

struct _NbMetric
{
  GMutex lock;
  Kind kind;
  char *name;
  char *help;
  char *labels;
  double value; /* the sum, for a histogram */
  guint64 count;
  const double *bounds;
  gsize n_bounds;
  guint64 *buckets;
  gboolean is_sampled; /* nobody outside keeps it */
};

const double nb_metrics_seconds[]
    = { 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10 };
const gsize nb_metrics_n_seconds = G_N_ELEMENTS (nb_metrics_seconds);

static GMutex registry_lock;
static GPtrArray *metrics; /* sorted by name, then labels */

static int
compare (const NbMetric *metric, const char *name, const char *labels)
{
  int order = strcmp (metric->name, name);

  return order != 0 ? order : strcmp (metric->labels, labels);
}

static NbMetric *
metric_new (Kind kind, const char *name, const char *help, const char *labels)
{
  NbMetric *self = g_new0 (NbMetric, 1);

  g_mutex_init (&self->lock);
  self->kind = kind;
  self->name = g_strdup (name);
  self->help = g_strdup (help);
  self->labels = g_strdup (labels);
  return self;
}

static void
metric_free (gpointer metric)
{
  NbMetric *self = metric;

  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_free (self->help);
  g_free (self->labels);
  g_free (self->buckets);
  g_free (self);
}

/* Returns: where a metric of that name and labels is, or belongs. With the lock held */
static guint
find_place (const char *name, const char *labels)
{
  guint index = 0;

  if (metrics == NULL)
    metrics = g_ptr_array_new ();
  while (index < metrics->len && compare (metrics->pdata[index], name, labels) < 0)
    index++;
  return index;
}

static NbMetric *
obtain (Kind kind, const char *name, const char *help, const char *labels, const double *bounds, gsize n_bounds)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&registry_lock);
  guint index;
  NbMetric *self;

  if (labels == NULL)
    labels = "";
  index = find_place (name, labels);
  if (index < metrics->len && compare (metrics->pdata[index], name, labels) == 0)
    return metrics->pdata[index];
  self = metric_new (kind, name, help, labels);
  self->bounds = bounds;
  self->n_bounds = n_bounds;
  self->buckets = g_new0 (guint64, n_bounds + 1);
  g_ptr_array_insert (metrics, (int)index, self);
  return self;
}

NbMetric *
nb_metrics_counter (const char *name, const char *help, const char *labels)
{
  return obtain (KIND_COUNTER, name, help, labels, NULL, 0);
}

NbMetric *
nb_metrics_gauge (const char *name, const char *help, const char *labels)
{
  return obtain (KIND_GAUGE, name, help, labels, NULL, 0);
}

NbMetric *
nb_metrics_histogram (const char *name, const char *help, const char *labels, const double *bounds, gsize n_bounds)
{
  return obtain (KIND_HISTOGRAM, name, help, labels, bounds, n_bounds);
}

NbMetric *
nb_metrics_duration (const char *name, const char *help, const char *labels)
{
  return nb_metrics_histogram (name, help, labels, nb_metrics_seconds, nb_metrics_n_seconds);
}

void
nb_metrics_set_samples (const char *name, const char *help, const NbMetricSample *samples, gsize n_samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&registry_lock);

  for (guint i = find_place (name, ""); i < metrics->len && strcmp (((NbMetric *)metrics->pdata[i])->name, name) == 0;)
    {
      NbMetric *metric = metrics->pdata[i];
      g_return_if_fail (metric->is_sampled);
      metric_free (metric);
      g_ptr_array_remove_index (metrics, i);
    }
  for (gsize i = 0; i < n_samples; i++)
    {
      NbMetric *metric = metric_new (KIND_GAUGE, name, help, samples[i].labels);
      metric->value = samples[i].value;
      metric->is_sampled = TRUE;
      g_ptr_array_insert (metrics, (int)find_place (name, metric->labels), metric);
    }
}

gboolean
nb_metrics_has (const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&registry_lock);
  guint index = find_place (name, "");

  return index < metrics->len && strcmp (((NbMetric *)metrics->pdata[index])->name, name) == 0;
}

void
nb_metric_add (NbMetric *self, double value)
{
  g_mutex_lock (&self->lock);
  self->value += value;
  g_mutex_unlock (&self->lock);
}

void
nb_metric_set (NbMetric *self, double value)
{
  g_mutex_lock (&self->lock);
  self->value = value;
  g_mutex_unlock (&self->lock);
}

void
nb_metric_observe (NbMetric *self, double value)
{
  gsize bucket = 0;

  while (bucket < self->n_bounds && value > self->bounds[bucket])
    bucket++;
  g_mutex_lock (&self->lock);
  self->value += value;
  self->count++;
  self->buckets[bucket]++;
  g_mutex_unlock (&self->lock);
}

double
nb_metric_get (NbMetric *self)
{
  double value;

  g_mutex_lock (&self->lock);
  value = self->value;
  g_mutex_unlock (&self->lock);
  return value;
}

static void
append_sample (GString *text, const NbMetric *self, const char *suffix, const char *extra, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  gboolean has_labels = *self->labels != '\0' || *extra != '\0';

  g_string_append_printf (text, "neighborbid_%s%s", self->name, suffix);
  if (has_labels)
    g_string_append_printf (text, "{%s%s%s}", self->labels, *self->labels != '\0' && *extra != '\0' ? "," : "", extra);
  g_string_append_printf (text, " %s\n", g_ascii_formatd (number, sizeof number, "%.17g", value));
}

static void
append_histogram (GString *text, const NbMetric *self)
{
  guint64 sum = 0;

  for (gsize i = 0; i <= self->n_bounds; i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";
      g_autofree char *label = NULL;

      if (i < self->n_bounds)
        g_ascii_formatd (number, sizeof number, "%g", self->bounds[i]);
      label = g_strdup_printf ("le=\"%s\"", number);
      sum += self->buckets[i];
      append_sample (text, self, "_bucket", label, (double)sum);
    }
  append_sample (text, self, "_sum", "", self->value);
  append_sample (text, self, "_count", "", (double)self->count);
}

static void
append_metric (GString *text, NbMetric *self, gboolean is_first)
{
  static const char *const kinds[] = { "counter", "gauge", "histogram" };

  if (is_first)
    g_string_append_printf (text, "# HELP neighborbid_%s %s\n# TYPE neighborbid_%s %s\n", self->name, self->help,
                            self->name, kinds[self->kind]);
  g_mutex_lock (&self->lock);
  if (self->kind == KIND_HISTOGRAM)
    append_histogram (text, self);
  else
    append_sample (text, self, "", "", self->value);
  g_mutex_unlock (&self->lock);
}

char *
nb_metrics_print (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&registry_lock);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; metrics != NULL && i < metrics->len; i++)
    {
      NbMetric *metric = metrics->pdata[i];
      gboolean is_first = i == 0 || strcmp (((NbMetric *)metrics->pdata[i - 1])->name, metric->name) != 0;

      append_metric (text, metric, is_first);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
