/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the metrics tell of sockets; numbers are gathered and added once a turn, so that a message costs nothing. */
#pragma once

#include <neighborbid/nb-metrics.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 n_in;
  guint64 n_out;
  guint n_shown; /* what the gauge stands at */
  NbMetric *open;
  NbMetric *slow;
  NbMetric *in;
  NbMetric *out;
  GHashTable *codes; /* close code to NbMetric */
} NbSocketCount;

/* Shows the metrics before there is a socket. */
void nb_socket_count_announce (void);
void nb_socket_count_init (NbSocketCount *self);
void nb_socket_count_clear (NbSocketCount *self);
void nb_socket_count_closed (NbSocketCount *self, guint code);
void nb_socket_count_slow (NbSocketCount *self);
/* Adds what was gathered. @n_open: how many sockets there are */
void nb_socket_count_settle (NbSocketCount *self, guint n_open);

G_END_DECLS
