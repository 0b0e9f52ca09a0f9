/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters, gauges and histograms of this process, printed in Prometheus' text format. Safe from any thread. */
#pragma once

#include <neighborbid/nb-visibility.h>

G_BEGIN_DECLS

/**
 * NbMetric:
 *
 * One number, or one histogram, that `/metrics` shows. It lives as long as the process: look it up once and keep it.
 *
 * Since: 1.0
 */
typedef struct _NbMetric NbMetric;

/**
 * nb_metrics_counter:
 * @name: without the prefix `neighborbid_`; such as `bids_total`
 * @help: one line that says what it tells
 * @labels: (nullable): such as `route="/x",code="200"`; never an auction or a person
 *
 * Finds or makes the one counter of that name and labels. A name is one kind of metric for the whole process.
 *
 * Returns: (transfer none): the metric
 * Since: 1.0
 */
NB_PUBLIC NbMetric *nb_metrics_counter (const char *name, const char *help, const char *labels);
/** nb_metrics_gauge: Returns: (transfer none): the one gauge of that name and labels; see nb_metrics_counter() */
NB_PUBLIC NbMetric *nb_metrics_gauge (const char *name, const char *help, const char *labels);
/** nb_metrics_histogram: Returns: (transfer none): the one histogram; @bounds: (array length=n_bounds): ascending, kept
 * by the caller for ever */
NB_PUBLIC NbMetric *nb_metrics_histogram (const char *name, const char *help, const char *labels, const double *bounds,
                                          gsize n_bounds);
/** nb_metrics_duration: Returns: (transfer none): the one histogram of that name and labels, for seconds from 100 µs to
 * 10 s */
NB_PUBLIC NbMetric *nb_metrics_duration (const char *name, const char *help, const char *labels);
/** nb_metric_add: adds to a counter, or to a gauge where @value may be negative */
NB_PUBLIC void nb_metric_add (NbMetric *self, double value);
/** nb_metric_set: sets a gauge */
NB_PUBLIC void nb_metric_set (NbMetric *self, double value);
/** nb_metric_observe: counts @value in a histogram */
NB_PUBLIC void nb_metric_observe (NbMetric *self, double value);
/** nb_metric_get: Returns: what a counter or gauge stands at */
NB_PUBLIC double nb_metric_get (NbMetric *self);

G_END_DECLS
