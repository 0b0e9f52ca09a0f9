/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words what a socket is told, and answers its pings. */
#include "nb-inbox-listener.h"

#include "nb-notify.h"

#include <glib/gi18n.h>
#include <string.h>

#define HEARTBEAT_S 25
/* Messages that are none, until the socket is closed. */
#define MAX_FAULTS 5
#define MAX_TIME_BYTES 64
/* Twenty messages at once, and then one in a tenth of a second. */
#define COMMAND_INTERVAL (G_USEC_PER_SEC / 10)
#define COMMAND_BURST 20

NbInboxListener *
nb_inbox_listener_new (NbSocket *socket, NbStore *store, NbComposer *composer)
{
  NbInboxListener *self = g_rc_box_new0 (NbInboxListener);

  self->socket = socket;
  self->store = g_object_ref (store);
  self->composer = g_object_ref (composer);
  self->person = nb_socket_get_person (socket);
  return self;
}

NbInboxListener *
nb_inbox_listener_ref (NbInboxListener *self)
{
  return g_rc_box_acquire (self);
}

static void
finish (gpointer data)
{
  NbInboxListener *self = data;

  g_object_unref (self->composer);
  g_object_unref (self->store);
}

void
nb_inbox_listener_unref (gpointer listener)
{
  g_rc_box_release_full (listener, finish);
}

static JsonObject *
begin (NbInboxListener *self, const char *type)
{
  JsonObject *object = json_object_new ();
  g_autofree char *now = nb_time_to_json (nb_store_now (self->store));

  json_object_set_string_member (object, "type", type);
  json_object_set_string_member (object, "server_time", now);
  return object;
}

/* @object: (transfer full) */
static void
send_object (NbInboxListener *self, JsonObject *object)
{
  g_autoptr (JsonObject) owned = object;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) frame = NULL;

  if (self->socket == NULL)
    return;
  nb_json_write_object (text, owned);
  frame = nb_socket_frame_new (text->str, text->len);
  nb_socket_send (self->socket, frame);
}

void
nb_inbox_listener_greet (NbInboxListener *self, gint64 unread)
{
  JsonObject *hello = begin (self, "hello");

  self->is_greeted = TRUE;
  json_object_set_int_member (hello, "unread", unread);
  json_object_set_int_member (hello, "heartbeat_s", HEARTBEAT_S);
  send_object (self, hello);
}

void
nb_inbox_listener_tell_unread (NbInboxListener *self, gint64 unread)
{
  JsonObject *object = begin (self, "unread");

  json_object_set_int_member (object, "unread", unread);
  send_object (self, object);
}

static const char *
translate (const char *msgid, gpointer listener)
{
  NbInboxListener *self = listener;

  return nb_composer_gettext (self->composer, NB_NOTIFY_ID, nb_socket_get_language (self->socket), msgid);
}

void
nb_inbox_listener_tell_message (NbInboxListener *self, const NbMessage *message, gint64 unread)
{
  JsonObject *object;

  if (self->socket == NULL)
    return;
  object = begin (self, "notification");
  json_object_set_int_member (object, "unread", unread);
  json_object_set_object_member (object, "notification", nb_message_to_json (message, translate, self));
  send_object (self, object);
}

static void
tell_error (NbInboxListener *self, const GError *error)
{
  g_autofree char *detail = nb_socket_tell_error (self->socket, error);
  JsonObject *object = begin (self, "error");

  json_object_set_string_member (object, "code", nb_error_code_name (nb_error_get_code (error)));
  json_object_set_string_member (object, "detail", detail);
  if (error->domain == NB_ERROR && nb_error_get_field (error) != NULL)
    json_object_set_string_member (object, "field", nb_error_get_field (error));
  send_object (self, object);
}

static gboolean
refuse (const char *field, const char *msgid, GError **error)
{
  GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, "field", field, NULL);

  nb_error_set_field (fault, field);
  g_propagate_error (error, fault);
  return FALSE;
}

static const char *
get_text (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* Whatever the client measures time with comes back as it was. */
static gboolean
check_time (JsonNode *time, GError **error)
{
  const char *text = get_text (time);
  const gboolean is_fine
      = time == NULL || JSON_NODE_HOLDS_NULL (time) || (text != NULL && strlen (text) <= MAX_TIME_BYTES)
        || (text == NULL && JSON_NODE_HOLDS_VALUE (time) && json_node_get_value_type (time) != G_TYPE_BOOLEAN);

  return is_fine || refuse ("t", N_ ("{field} must be a number or a short text"), error);
}

static gboolean
check_members (JsonObject *message, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, message);
  while (json_object_iter_next (&iter, &name, NULL))
    if (strcmp (name, "type") != 0 && strcmp (name, "t") != 0)
      return refuse (name, N_ ("a field that is not known here was given"), error);
  return TRUE;
}

static gboolean
obey (NbInboxListener *self, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) message = nb_json_read (text, length, error);
  JsonNode *time;
  JsonObject *pong;

  if (message == NULL)
    return FALSE;
  if (g_strcmp0 (get_text (json_object_get_member (message, "type")), "ping") != 0)
    return refuse ("type", N_ ("{field} must be ping"), error);
  time = json_object_get_member (message, "t");
  if (!check_members (message, error) || !check_time (time, error))
    return FALSE;
  pong = begin (self, "pong");
  if (time != NULL)
    json_object_set_member (pong, "t", json_node_copy (time));
  else
    json_object_set_null_member (pong, "t");
  send_object (self, pong);
  return TRUE;
}

static gboolean
is_too_fast (NbInboxListener *self)
{
  const gint64 now = g_get_monotonic_time ();

  self->commands = MAX (self->commands, now) + COMMAND_INTERVAL;
  return self->commands > now + COMMAND_BURST * COMMAND_INTERVAL;
}

void
nb_inbox_listener_obey (NbInboxListener *self, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;

  if (self->socket == NULL)
    return;
  if (is_too_fast (self))
    nb_socket_close (self->socket, NB_SOCKET_POLICY, "too many messages");
  else if (!obey (self, text, length, &error))
    {
      tell_error (self, error);
      if (++self->n_faults >= MAX_FAULTS && self->socket != NULL)
        nb_socket_close (self->socket, NB_SOCKET_POLICY, "too many messages that are none");
    }
}
