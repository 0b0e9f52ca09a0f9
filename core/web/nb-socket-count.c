/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the metrics tell of sockets; numbers are gathered and added once a turn, so that a message costs nothing. */
#include "core/web/nb-socket-count.h"

#include <neighborbid/nb-socket.h>

void
nb_socket_count_init (NbSocketCount *self)
{
  static const char help[] = "Text messages of WebSockets: taken from peers, and queued for them";

  self->open = nb_metrics_gauge ("ws_connections", "Open WebSockets", NULL);
  self->slow = nb_metrics_counter ("ws_slow_closed_total", "WebSockets closed because they read too slowly", NULL);
  self->in = nb_metrics_counter ("ws_messages_total", help, "direction=\"in\"");
  self->out = nb_metrics_counter ("ws_messages_total", help, "direction=\"out\"");
  self->codes = g_hash_table_new (NULL, NULL);
}

void
nb_socket_count_clear (NbSocketCount *self)
{
  g_clear_pointer (&self->codes, g_hash_table_unref);
}

/* Codes that the API doesn't name are a peer's invention: they share one label. */
static guint
get_label (guint code)
{
  const gboolean is_known = (code >= 1000 && code <= 1014) || code == NB_SOCKET_SESSION_ENDED
                            || code == NB_SOCKET_NOT_FOUND || code == NB_SOCKET_SWITCHED_OFF;

  return is_known ? code : 0;
}

static NbMetric *
find_closed (NbSocketCount *self, guint code)
{
  const guint label = get_label (code);
  NbMetric *metric = g_hash_table_lookup (self->codes, GUINT_TO_POINTER (label));

  if (metric == NULL)
    {
      g_autofree char *labels = label != 0 ? g_strdup_printf ("code=\"%u\"", label) : g_strdup ("code=\"other\"");

      metric = nb_metrics_counter ("ws_closed_total", "WebSockets that ended, by close code; 1006: the link broke",
                                   labels);
      g_hash_table_insert (self->codes, GUINT_TO_POINTER (label), metric);
    }
  return metric;
}

void
nb_socket_count_closed (NbSocketCount *self, guint code)
{
  nb_metric_add (find_closed (self, code), 1);
}

void
nb_socket_count_announce (void)
{
  NbSocketCount count = { 0 };

  nb_socket_count_init (&count);
  find_closed (&count, NB_SOCKET_NORMAL);
  nb_socket_count_clear (&count);
}

void
nb_socket_count_slow (NbSocketCount *self)
{
  nb_metric_add (self->slow, 1);
}

void
nb_socket_count_settle (NbSocketCount *self, guint n_open)
{
  if (self->n_in > 0)
    nb_metric_add (self->in, self->n_in);
  if (self->n_out > 0)
    nb_metric_add (self->out, self->n_out);
  if (n_open != self->n_shown)
    nb_metric_set (self->open, n_open);
  self->n_in = self->n_out = 0;
  self->n_shown = n_open;
}
