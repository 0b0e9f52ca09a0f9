/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metrics as the host itself reads and prints them. */
#pragma once

#include <neighborbid/nb-metrics.h>

G_BEGIN_DECLS

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
/* Returns: (transfer full): all of them, in Prometheus' text format */
char *nb_metrics_print (void);

G_END_DECLS
