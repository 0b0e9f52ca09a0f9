/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channel `log`: a line for each message, for operators. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_TYPE_LOG_CHANNEL (nb_log_channel_get_type ())
G_DECLARE_FINAL_TYPE (NbLogChannel, nb_log_channel, NB, LOG_CHANNEL, GObject)

/* Returns: (transfer full) */
NbNotifier *nb_log_channel_new (void);

G_END_DECLS
