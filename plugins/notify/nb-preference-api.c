/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives a person's wishes as JSON, and takes changes in the same shape. */
#include "nb-preference-api.h"

#include "nb-preference-sheet.h"

typedef struct
{
  NbRequest *request;
  NbPreferenceSheet *sheet;
} Call;

static Call *
call_new (NbNotify *parts, NbRequest *request)
{
  Call *self = g_new0 (Call, 1);

  self->request = g_object_ref (request);
  self->sheet = nb_preference_sheet_new (parts->context, nb_request_get_person (request));
  return self;
}

static void
call_free (Call *self)
{
  g_object_unref (self->request);
  nb_preference_sheet_free (self->sheet);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
answer (const Call *call, const GError *error)
{
  if (error == NULL)
    nb_request_respond_json (call->request, 200, nb_preference_sheet_to_json (call->sheet));
  else
    nb_request_respond_error (call->request, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_read_finish (NB_STORE (source), result, &error);
  answer (call, error);
}

static void
on_get (NbRequest *request, gpointer user_data)
{
  NbNotify *parts = user_data;
  Call *call = call_new (parts, request);

  nb_store_read_async (parts->store, nb_preference_sheet_read, call->sheet, NULL, NULL, read_cb, call);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  answer (call, error);
}

static void
on_put (NbRequest *request, gpointer user_data)
{
  NbNotify *parts = user_data;
  g_autoptr (Call) call = call_new (parts, request);
  g_autoptr (GError) error = NULL;
  NbPreferenceSheet *sheet = call->sheet;

  if (nb_preference_sheet_take_body (sheet, request, &error))
    nb_store_transact_async (parts->store, nb_preference_sheet_write, sheet, NULL, NULL, written_cb,
                             g_steal_pointer (&call));
  else
    nb_request_respond_error (request, error);
}

gboolean
nb_preference_api_add_routes (NbNotify *parts, GError **error)
{
  return nb_context_add_route (parts->context, "GET", "/api/v1/notification-preferences", NB_ROUTE_SIGNED_IN, on_get,
                               parts, error)
         && nb_context_add_route (parts->context, "PUT", "/api/v1/notification-preferences", NB_ROUTE_SIGNED_IN, on_put,
                                  parts, error);
}
