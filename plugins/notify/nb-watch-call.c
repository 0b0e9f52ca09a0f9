/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a request about watching in the store. */
#include "nb-watch-call.h"

NbWatchCall *
nb_watch_call_new (NbRequest *request, gboolean has_auction, NbWatchCallFunc done)
{
  NbWatchCall *self = g_new0 (NbWatchCall, 1);

  self->request = g_object_ref (request);
  self->done = done;
  self->person = nb_request_get_person (request);
  self->auction = has_auction ? nb_request_get_param_id (request, "id") : 0;
  return self;
}

static void
finish (NbWatchCall *self, const GError *error)
{
  self->done (self, error);
  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_object_unref (self->request);
  g_free (self);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  finish (user_data, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  nb_store_read_finish (NB_STORE (source), result, &error);
  finish (user_data, error);
}

static gboolean
add_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWatchCall *self = user_data;

  return nb_watches_add (transaction, self->person, self->auction, error);
}

static gboolean
remove_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWatchCall *self = user_data;

  return nb_watches_remove (transaction, self->person, self->auction, error);
}

static gboolean
find_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWatchCall *self = user_data;

  return nb_watches_find (transaction, self->person, self->auction, &self->is_watching, error);
}

static gboolean
list_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWatchCall *self = user_data;

  g_clear_pointer (&self->list, g_ptr_array_unref);
  self->list = nb_watches_list (transaction, self->person, error);
  return self->list != NULL;
}

void
nb_watch_call_add (NbWatchCall *self, NbStore *store)
{
  nb_store_transact_async (store, add_cb, self, NULL, NULL, written_cb, self);
}

void
nb_watch_call_remove (NbWatchCall *self, NbStore *store)
{
  nb_store_transact_async (store, remove_cb, self, NULL, NULL, written_cb, self);
}

void
nb_watch_call_find (NbWatchCall *self, NbStore *store)
{
  nb_store_read_async (store, find_cb, self, NULL, NULL, read_cb, self);
}

void
nb_watch_call_list (NbWatchCall *self, NbStore *store)
{
  nb_store_read_async (store, list_cb, self, NULL, NULL, read_cb, self);
}
