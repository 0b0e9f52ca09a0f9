/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts the faults of each plugin. */
#include "core/plugin/nb-plugin-errors.h"

#include <neighborbid/nb-metrics.h>

#include <string.h>

static NbMetric *
obtain_counter (const char *id)
{
  g_autofree char *labels = g_strdup_printf ("id=\"%s\"", id);

  return nb_metrics_counter ("plugin_errors_total",
                             "Faults of plugins: not started, a rule broken, a call that failed inside.", labels);
}

void
nb_plugin_errors_count (const char *id)
{
  if (strcmp (id, "core") != 0)
    nb_metric_add (obtain_counter (id), 1);
}

void
nb_plugin_errors_show (const char *id)
{
  obtain_counter (id);
}
