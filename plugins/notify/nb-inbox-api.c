/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers for messages as JSON: lists them, gives one, and marks them as read. */
#include "nb-inbox-api.h"

#include "nb-inbox-push.h"
#include "nb-inbox.h"

#include <glib/gi18n.h>

/* A request that waits for its answer. */
typedef struct
{
  NbNotify *parts;
  NbRequest *request;
  NbInboxReading *reading;
  NbInboxMark mark;
} Call;

static Call *
call_new (NbNotify *parts, NbRequest *request)
{
  Call *self = g_new0 (Call, 1);

  self->parts = parts;
  self->request = g_object_ref (request);
  self->reading = nb_inbox_reading_new (nb_request_get_person (request));
  self->mark = (NbInboxMark){ .person = self->reading->person, .up_to = G_MAXINT64, .group = NB_INBOX_ALL_GROUPS };
  return self;
}

static void
call_free (Call *self)
{
  g_object_unref (self->request);
  nb_inbox_reading_free (self->reading);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static JsonObject *
make_list (const Call *call)
{
  const NbInboxReading *reading = call->reading;
  JsonObject *list = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < reading->entries->len; i++)
    json_array_add_object_element (items, nb_inbox_entry_to_json (reading->entries->pdata[i], call->request));
  json_object_set_array_member (list, "items", items);
  if (reading->has_more && reading->entries->len > 0)
    {
      const NbInboxEntry *last = reading->entries->pdata[reading->entries->len - 1];
      g_autofree char *cursor = g_strdup_printf ("%" G_GINT64_FORMAT, last->message->id);

      json_object_set_string_member (list, "next_cursor", cursor);
    }
  else
    json_object_set_null_member (list, "next_cursor");
  json_object_set_int_member (list, "unread", nb_inbox_reading_get_unread (reading));
  return list;
}

static JsonObject *
make_number (const Call *call)
{
  JsonObject *answer = json_object_new ();

  json_object_set_int_member (answer, "unread", nb_inbox_reading_get_unread (call->reading));
  return answer;
}

static void
answer (const Call *call)
{
  const NbInboxReading *reading = call->reading;
  g_autoptr (GError) error = NULL;

  if (reading->only != 0 && reading->entries->len > 0)
    nb_request_respond_json (call->request, 200, nb_inbox_entry_to_json (reading->entries->pdata[0], call->request));
  else if (reading->only != 0)
    {
      error = nb_error_new (NB_ERROR_NOT_FOUND, N_ ("there is no such message"), NULL);
      nb_request_respond_error (call->request, error);
    }
  else
    nb_request_respond_json (call->request, 200, reading->limit > 0 ? make_list (call) : make_number (call));
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    answer (call);
  else
    nb_request_respond_error (call->request, error);
}

static void
read_and_answer (Call *call)
{
  nb_store_read_async (call->parts->store, nb_inbox_reading_read, call->reading, NULL, NULL, read_cb, call);
}

static void
on_list (NbRequest *request, gpointer user_data)
{
  g_autoptr (Call) call = call_new (user_data, request);
  g_autoptr (GError) error = NULL;

  if (nb_inbox_reading_take_query (call->reading, request, &error))
    read_and_answer (g_steal_pointer (&call));
  else
    nb_request_respond_error (request, error);
}

static void
on_one (NbRequest *request, gpointer user_data)
{
  Call *call = call_new (user_data, request);

  call->reading->only = nb_request_get_param_id (request, "id");
  read_and_answer (call);
}

/* On a store thread: what was marked is what is answered. */
static gboolean
mark_and_read (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Call *call = user_data;

  return nb_inbox_mark (transaction, &call->mark, error) && nb_inbox_reading_read (transaction, call->reading, error);
}

static void
marked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  nb_inbox_push_wake (call->parts->push);
  answer (call);
}

static void
mark_and_answer (Call *call)
{
  nb_store_transact_async (call->parts->store, mark_and_read, call, NULL, NULL, marked_cb, call);
}

static void
on_read_one (NbRequest *request, gpointer user_data)
{
  g_autoptr (Call) call = call_new (user_data, request);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, NULL, 0, &error);

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  call->reading->only = call->mark.only = nb_request_get_param_id (request, "id");
  mark_and_answer (g_steal_pointer (&call));
}

static gboolean
take_mark (Call *call, GError **error)
{
  static const NbField fields[] = { { "up_to", NB_FIELD_TEXT, FALSE, 1, 19 } };
  g_autoptr (JsonObject) body = nb_request_read_body (call->request, fields, G_N_ELEMENTS (fields), error);
  const char *up_to = body != NULL ? json_object_get_string_member_with_default (body, "up_to", NULL) : NULL;
  GError *fault;

  if (body == NULL)
    return FALSE;
  if (up_to == NULL || nb_id_parse (up_to, &call->mark.up_to))
    return TRUE;
  fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("up_to must be the id of a message"), NULL);
  nb_error_set_field (fault, "up_to");
  g_propagate_error (error, fault);
  return FALSE;
}

static void
on_read_all (NbRequest *request, gpointer user_data)
{
  g_autoptr (Call) call = call_new (user_data, request);
  g_autoptr (GError) error = NULL;

  call->reading->limit = 0;
  if (take_mark (call, &error))
    mark_and_answer (g_steal_pointer (&call));
  else
    nb_request_respond_error (request, error);
}

gboolean
nb_inbox_api_add_routes (NbNotify *parts, GError **error)
{
  NbContext *context = parts->context;

  return nb_context_add_route (context, "GET", "/api/v1/notifications", NB_ROUTE_SIGNED_IN, on_list, parts, error)
         && nb_context_add_route (context, "GET", "/api/v1/notifications/{id:id}", NB_ROUTE_SIGNED_IN, on_one, parts,
                                  error)
         && nb_context_add_route (context, "POST", "/api/v1/notifications/{id:id}/read", NB_ROUTE_SIGNED_IN,
                                  on_read_one, parts, error)
         && nb_context_add_route (context, "POST", "/api/v1/notifications/read", NB_ROUTE_SIGNED_IN, on_read_all, parts,
                                  error);
}
