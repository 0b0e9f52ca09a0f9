/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters, gauges and histograms of this process, printed in Prometheus' text format. Safe from any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbMetric NbMetric;

/* Each returns the one metric of that name and labels, making it on first use; it lives as long as the process.
 * @name without the prefix `neighborbid_`; @labels such as `route="/x",code="200"`, or NULL. Look it up once and keep
 * it. */
NbMetric *nb_metrics_counter (const char *name, const char *help, const char *labels);
NbMetric *nb_metrics_gauge (const char *name, const char *help, const char *labels);
NbMetric *nb_metrics_histogram (const char *name, const char *help, const char *labels, const double *bounds,
                                gsize n_bounds);
/* The bounds that fit durations in seconds, 100 µs to 10 s. */
extern const double nb_metrics_seconds[];
extern const gsize nb_metrics_n_seconds;

/* One value of a gauge that is read now and then. @labels: as above, or an empty text */
typedef struct
{
  char *labels;
  double value;
} NbMetricSample;

/* Makes @samples all there is under @name, which only this function fills; 0 samples take the name away. */
void nb_metrics_set_samples (const char *name, const char *help, const NbMetricSample *samples, gsize n_samples);
/* Whether there is a metric of that name. */
gboolean nb_metrics_has (const char *name);

void nb_metric_add (NbMetric *self, double value);
void nb_metric_set (NbMetric *self, double value);
void nb_metric_observe (NbMetric *self, double value);
double nb_metric_get (NbMetric *self);

/* Returns: (transfer full): all of them, in Prometheus' text format */
char *nb_metrics_print (void);

G_END_DECLS
