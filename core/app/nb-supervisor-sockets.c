/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets that outlive the workers: those of the site, which all share, and an internal one for each. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/app/nb-serve.h"
#include "core/app/nb-supervisor-private.h"
#include "core/web/nb-server-listener.h"

#define UNIX "unix:"

static GSocket *
bind_address (NbSupervisor *self, const char *text, GError **error)
{
  g_autoptr (GSocket) socket = nb_listener_bind (text, error);

  if (socket && g_str_has_prefix (text, UNIX))
    g_ptr_array_add (self->files, g_strdup (text + strlen (UNIX)));
  return g_steal_pointer (&socket);
}

static gboolean
listen_for_site (NbSupervisor *self, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (nb_settings_get_text (self->settings->server, "listen"), ";", -1);

  if (!(self->settings->roles & (NB_ROLE_WEB | NB_ROLE_LIVE)))
    return TRUE;
  if (self->options->sockets->sockets)
    {
      self->sockets = g_ptr_array_ref (self->options->sockets->sockets);
      return TRUE;
    }
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  for (char **part = parts; *part; part++)
    {
      GSocket *socket = bind_address (self, g_strstrip (*part), error);

      if (!socket)
        return FALSE;
      g_ptr_array_add (self->sockets, socket);
    }
  return TRUE;
}

static gboolean
add_slot (NbSupervisor *self, guint number, GError **error)
{
  g_autofree char *address = nb_host_settings_get_internal_listen (self->settings, number);
  GSocket *given = self->options->sockets->internal;
  NbWorkerSlot *slot = g_new0 (NbWorkerSlot, 1);

  slot->owner = self;
  slot->number = number;
  slot->ready_fd = -1;
  g_ptr_array_add (self->slots, slot);
  if (number == 1 && given)
    slot->internal = g_object_ref (given);
  else if (*address)
    slot->internal = bind_address (self, address, error);
  return slot->internal || *address == '\0';
}

gboolean
nb_supervisor_listen (NbSupervisor *self, GError **error)
{
  guint n_workers = (guint)nb_settings_get_int (self->settings->server, "workers");

  if (!listen_for_site (self, error))
    return FALSE;
  for (guint number = 1; number <= n_workers; number++)
    if (!add_slot (self, number, error))
      return FALSE;
  return TRUE;
}

void
nb_supervisor_close_site (NbSupervisor *self)
{
  for (guint i = 0; self->sockets && i < self->sockets->len; i++)
    g_socket_close (self->sockets->pdata[i], NULL);
}

static void
slot_free (NbWorkerSlot *slot)
{
  nb_worker_slot_give_up (slot);
  g_clear_handle_id (&slot->ready_watch, g_source_remove);
  if (slot->ready_fd >= 0)
    close (slot->ready_fd);
  g_clear_object (&slot->internal);
  g_free (slot);
}

void
nb_supervisor_free_slots (NbSupervisor *self)
{
  for (guint i = 0; i < self->slots->len; i++)
    slot_free (self->slots->pdata[i]);
  g_ptr_array_unref (self->slots);
  for (guint i = 0; i < self->files->len; i++)
    g_unlink (self->files->pdata[i]);
  g_ptr_array_unref (self->files);
  g_clear_pointer (&self->sockets, g_ptr_array_unref);
}

void
nb_supervisor_tell_ready (NbSupervisor *self)
{
  g_autoptr (GStrvBuilder) sites = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) internals = g_strv_builder_new ();
  g_auto (GStrv) site_list = NULL;
  g_auto (GStrv) internal_list = NULL;

  for (guint i = 0; self->sockets && i < self->sockets->len; i++)
    {
      g_autofree char *address = nb_listener_describe (self->sockets->pdata[i]);
      g_strv_builder_add (sites, address);
    }
  for (guint i = 0; i < self->slots->len; i++)
    {
      GSocket *internal = ((NbWorkerSlot *)self->slots->pdata[i])->internal;
      g_autofree char *address = internal ? nb_listener_describe (internal) : NULL;

      if (address)
        g_strv_builder_add (internals, address);
    }
  site_list = g_strv_builder_end (sites);
  internal_list = g_strv_builder_end (internals);
  nb_serve_print_ready ((const char *const *)site_list, (const char *const *)internal_list);
}
