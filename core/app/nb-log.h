/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where log messages go: the journal when it listens, else text or JSON lines on standard error. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NB_LOG_AUTO, /* the journal, text on a terminal, JSON lines elsewhere */
  NB_LOG_TEXT,
  NB_LOG_JSON
} NbLogFormat;

/* Takes over all messages of GLib's logging in this process. Call it before other threads start, then again whenever
 * the format or the level changes. @level: the least important level that is written. */
void nb_log_install (NbLogFormat format, GLogLevelFlags level);

/* From now on every message carries the number of this worker. */
void nb_log_set_worker (guint number);

/* Returns: (transfer full): one message as it is written, with the newline at its end; @at in microseconds since the
 * epoch */
char *nb_log_format_text (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 at);
char *nb_log_format_json (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 at);

G_END_DECLS
