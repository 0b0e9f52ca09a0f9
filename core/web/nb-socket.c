/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket as its owner knows it: who it is, what is kept with it, how it is closed. */
#include "core/web/nb-socket-private.h"

#include "core/web/nb-server-private.h"
#include <neighborbid/nb-socket.h>

void
nb_socket_close (NbSocket *self, NbSocketClose code, const char *reason)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (nb_ws_close_code_is_valid (code));

  nb_socket_shut (self, code, reason);
}

gint64
nb_socket_get_person (NbSocket *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->person != NULL ? self->person->id : 0;
}

const char *
nb_socket_get_nickname (NbSocket *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->person != NULL ? self->person->nickname : NULL;
}

const char *
nb_socket_get_language (NbSocket *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->is_english ? "en" : "ko";
}

static const char *
translate (const char *msgid, gpointer user_data)
{
  NbSocket *self = user_data;
  NbPresentation *presentation = self->hub->server->presentation;

  return nb_catalog_lookup (nb_presentation_get_catalog (presentation), nb_socket_get_language (self), NULL, msgid);
}

char *
nb_socket_tell_error (NbSocket *self, const GError *error)
{
  g_return_val_if_fail (self != NULL && error != NULL, NULL);

  return nb_error_localize (error, translate, self);
}

guint
nb_socket_take_write (NbSocket *self)
{
  char person[32];
  const char *key = person;

  g_return_val_if_fail (self != NULL, 0);

  if (self->person == NULL)
    key = self->address != NULL ? nb_peer_address_get_key (self->address) : "unix";
  else
    {
      g_snprintf (person, sizeof person, "p%" G_GINT64_FORMAT, self->person->id);
      nb_accounts_use_session (self->hub->server->site->accounts, self->person->session, &self->person->used_at);
    }
  return nb_rate_limiter_take (self->hub->server->writes, key, g_get_monotonic_time ());
}

void
nb_socket_set_data (NbSocket *self, gpointer data)
{
  g_return_if_fail (self != NULL);

  self->data = data;
}

gpointer
nb_socket_get_data (NbSocket *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->data;
}
