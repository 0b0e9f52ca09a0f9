/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes over listening sockets by the protocol of LISTEN_FDS. */
#include "core/app/nb-given-sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/app/nb-host.h"

/* More than anyone listens on; what is larger was never meant. */
#define MAX_SOCKETS 64

static const char *const variables[] = { "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES" };

static gboolean
read_number (const char *text, guint64 max, guint64 *number)
{
  return text && g_ascii_string_to_unsigned (text, 10, 1, max, number, NULL);
}

/* @n: (out): how many there are for this process, which may be none */
static gboolean
count_sockets (guint *n, GError **error)
{
  guint64 pid;
  guint64 found;

  *n = 0;
  if (!read_number (g_getenv ("LISTEN_PID"), G_MAXINT, &pid) || pid != (guint64)getpid ())
    return TRUE;
  if (!read_number (g_getenv ("LISTEN_FDS"), MAX_SOCKETS, &found))
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_CONFIG, "LISTEN_FDS is '%s', expected a number from 1 to %d",
                   g_getenv ("LISTEN_FDS") ? g_getenv ("LISTEN_FDS") : "", MAX_SOCKETS);
      return FALSE;
    }
  *n = (guint)found;
  return TRUE;
}

static GSocket *
take_socket (int fd, const char *name, GError **error)
{
  int listens = 0;
  socklen_t length = sizeof listens;
  g_autoptr (GSocket) socket = NULL;

  if (getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || !listens)
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_CONFIG,
                   "descriptor %d, which this process was given as the socket '%s', does not listen", fd, name);
      return NULL;
    }
  fcntl (fd, F_SETFD, FD_CLOEXEC);
  socket = g_socket_new_from_fd (fd, error);
  if (socket)
    return g_steal_pointer (&socket);
  g_prefix_error (error, "the socket '%s' that this process was given: ", name);
  return NULL;
}

static gboolean
keep_socket (NbGivenSockets *self, GSocket *socket, const char *name, GError **error)
{
  if (!g_str_equal (name, NB_INTERNAL_SOCKET_NAME))
    {
      if (!self->sockets)
        self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (self->sockets, g_object_ref (socket));
      return TRUE;
    }
  if (self->internal)
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_CONFIG,
                   "this process was given two sockets named '" NB_INTERNAL_SOCKET_NAME "'");
      return FALSE;
    }
  self->internal = g_object_ref (socket);
  return TRUE;
}

static gboolean
take_all (NbGivenSockets *self, GError **error)
{
  const char *listed = g_getenv ("LISTEN_FDNAMES");
  g_auto (GStrv) names = g_strsplit (listed ? listed : "", ":", -1);
  guint n_names = g_strv_length (names);
  guint n;

  if (!count_sockets (&n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const char *name = i < n_names ? names[i] : "";
      g_autoptr (GSocket) socket = take_socket (NB_GIVEN_SOCKETS_FIRST + (int)i, name, error);

      if (!socket || !keep_socket (self, socket, name, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
nb_given_sockets_take (NbGivenSockets *self, GError **error)
{
  gboolean is_fine = take_all (self, error);

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
  return is_fine;
}

void
nb_given_sockets_clear (NbGivenSockets *self)
{
  g_clear_pointer (&self->sockets, g_ptr_array_unref);
  g_clear_object (&self->internal);
}
