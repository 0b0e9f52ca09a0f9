/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's side of its supervisor. */
#include "core/app/nb-worker-link.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/app/nb-host.h"

#define PREPARER "prepare"

static gboolean
parse (NbWorkerLink *self, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", -1);
  guint64 number;
  guint64 fd;

  if (g_str_equal (text, PREPARER))
    {
      self->kind = NB_LINK_PREPARER;
      return TRUE;
    }
  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 1, NB_WORKERS_MAX, &number, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 3, G_MAXINT, &fd, NULL)
      || fcntl ((int)fd, F_SETFD, FD_CLOEXEC) != 0)
    return FALSE;
  *self = (NbWorkerLink){ .kind = NB_LINK_WORKER, .number = (guint)number, .ready_fd = (int)fd };
  return TRUE;
}

gboolean
nb_worker_link_take (NbWorkerLink *self, GError **error)
{
  g_autofree char *text = g_strdup (g_getenv (NB_WORKER_VARIABLE));

  *self = (NbWorkerLink){ .ready_fd = -1 };
  if (!text)
    return TRUE;
  g_unsetenv (NB_WORKER_VARIABLE);
  if (!parse (self, text))
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_CONFIG,
                   NB_WORKER_VARIABLE " is for the supervisor alone, which never sets it to '%s'", text);
      return FALSE;
    }
  /* It was started as /proc/self/exe, which lists of processes would call `exe`. */
  prctl (PR_SET_NAME, "neighborbid");
  return TRUE;
}

char *
nb_worker_link_print (const NbWorkerLink *self)
{
  if (self->kind == NB_LINK_PREPARER)
    return g_strdup (PREPARER);
  return g_strdup_printf ("%u/%d", self->number, self->ready_fd);
}

void
nb_worker_link_tell_ready (NbWorkerLink *self)
{
  if (write (self->ready_fd, "ready\n", 6) != 6)
    g_warning ("the supervisor did not take the message that this worker is ready");
  close (self->ready_fd);
  self->ready_fd = -1;
}
