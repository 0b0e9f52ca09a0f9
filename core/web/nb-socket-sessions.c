/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks every two seconds whether the sessions behind the sockets still live, wherever they were ended. */
#include "core/web/nb-socket-sessions.h"

#define INTERVAL_MS 2000
/* Sessions in one question to the database. */
#define SESSIONS_A_QUERY 1000

struct _NbSocketSessions
{
  NbSocketHub *hub; /* (nullable): NULL once it is over */
  NbAccounts *accounts;
  GSource *timer;
  gulong ended_handler;
  GArray *waiting; /* (nullable) sessions of this round that were not asked for yet */
  guint n_refs;    /* a question under way keeps one */
};

static void ask_next (NbSocketSessions *self);

static void
unref (NbSocketSessions *self)
{
  if (--self->n_refs > 0)
    return;
  g_clear_pointer (&self->waiting, g_array_unref);
  g_object_unref (self->accounts);
  g_free (self);
}

/* Of a database that is away nothing is learned: nothing is closed. */
static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbSocketSessions *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ended = nb_accounts_find_ended_finish (NB_ACCOUNTS (source), result, &error);

  if (ended == NULL)
    g_debug ("sessions of sockets not looked up: %s", error->message);
  for (guint i = 0; ended != NULL && self->hub != NULL && i < ended->len; i++)
    nb_socket_hub_end_session (self->hub, g_array_index (ended, gint64, i));
  if (ended == NULL)
    g_array_set_size (self->waiting, 0);
  ask_next (self);
  unref (self);
}

static void
ask_next (NbSocketSessions *self)
{
  const guint n = MIN (self->waiting->len, SESSIONS_A_QUERY);
  const guint left = self->waiting->len - n;
  g_autoptr (GArray) some = NULL;

  if (n == 0 || self->hub == NULL)
    {
      g_clear_pointer (&self->waiting, g_array_unref);
      return;
    }
  some = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n);
  g_array_append_vals (some, &g_array_index (self->waiting, gint64, left), n);
  g_array_set_size (self->waiting, left);
  self->n_refs++;
  nb_accounts_find_ended_async (self->accounts, some, on_answer, self);
}

static gboolean
on_time (gpointer user_data)
{
  NbSocketSessions *self = user_data;

  if (self->waiting != NULL)
    return G_SOURCE_CONTINUE;
  self->waiting = nb_socket_hub_list_sessions (self->hub);
  ask_next (self);
  return G_SOURCE_CONTINUE;
}

static void
on_session_ended (NbAccounts *accounts, gint64 session, gpointer user_data)
{
  NbSocketSessions *self = user_data;

  nb_socket_hub_end_session (self->hub, session);
}

NbSocketSessions *
nb_socket_sessions_new (NbSocketHub *hub, NbAccounts *accounts)
{
  NbSocketSessions *self = g_new0 (NbSocketSessions, 1);

  self->hub = hub;
  self->accounts = g_object_ref (accounts);
  self->n_refs = 1;
  self->ended_handler = g_signal_connect (accounts, "session-ended", G_CALLBACK (on_session_ended), self);
  self->timer = g_timeout_source_new (INTERVAL_MS);
  g_source_set_callback (self->timer, on_time, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return self;
}

void
nb_socket_sessions_free (NbSocketSessions *self)
{
  self->hub = NULL;
  g_signal_handler_disconnect (self->accounts, self->ended_handler);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  unref (self);
}
