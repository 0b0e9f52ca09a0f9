/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client may ask, and how often. */
#include "nb-room-text.h"
#include "nb-rooms.h"
#include "nb-watcher.h"

#include <glib/gi18n.h>
#include <string.h>

/* Messages that are none, until the socket is closed. */
#define MAX_FAULTS 5
#define MAX_TIME_BYTES 64

/* What lets through @burst things at once and then one in each @interval. */
typedef struct
{
  gint64 interval;
  gint64 burst;
} Pace;

/* Commands that are no bids; and refusals of those, before the socket is closed. */
static const Pace command_pace = { G_USEC_PER_SEC / 10, 20 };
static const Pace refusal_pace = { G_USEC_PER_SEC / 10, 100 };

/* @bucket: when, by the pace, the next one would be due. Returns: 0, or the microseconds to wait */
static gint64
take (gint64 *bucket, const Pace *pace)
{
  const gint64 now = g_get_monotonic_time ();
  const gint64 due = MAX (*bucket, now);
  const gint64 ahead = due + pace->interval - now - pace->burst * pace->interval;

  if (ahead > 0)
    return ahead;
  *bucket = due + pace->interval;
  return 0;
}

GError *
nb_watcher_refuse_rate (NbWatcher *self, guint wait_ms)
{
  GError *error = nb_error_new (NB_ERROR_RATE_LIMITED, N_ ("too many requests; try again in a moment"), NULL);

  nb_error_set_retry_after (error, wait_ms);
  self->is_flooding |= take (&self->refusals, &refusal_pace) > 0;
  return error;
}

gboolean
nb_watcher_take_command (NbWatcher *self, GError **error)
{
  const gint64 wait = take (&self->commands, &command_pace);

  if (wait == 0)
    return TRUE;
  g_propagate_error (error, nb_watcher_refuse_rate (self, (guint)((wait + 999) / 1000)));
  return FALSE;
}

static GError *
wrong_field (const char *field, const char *msgid)
{
  GError *error = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, "field", field, NULL);

  nb_error_set_field (error, field);
  return error;
}

/* Whatever the client measures time with comes back as it was: a number, a short text, or nothing. */
static gboolean
check_time (JsonNode *time, GError **error)
{
  const char *text;

  if (time == NULL || JSON_NODE_HOLDS_NULL (time))
    return TRUE;
  if (JSON_NODE_HOLDS_VALUE (time) && json_node_get_value_type (time) != G_TYPE_BOOLEAN)
    {
      text = json_node_get_value_type (time) == G_TYPE_STRING ? json_node_get_string (time) : "";
      if (strlen (text) <= MAX_TIME_BYTES)
        return TRUE;
    }
  g_propagate_error (error, wrong_field ("t", N_ ("{field} must be a number or a short text")));
  return FALSE;
}

static gboolean
ping (NbWatcher *self, JsonObject *message, GError **error)
{
  JsonNode *time = json_object_get_member (message, "t");
  GString *text;

  if (!check_time (time, error))
    return FALSE;
  text = nb_room_text_begin ("pong", nb_market_now (self->room->rooms->market));
  nb_room_text_add_name (text, "t");
  if (time != NULL)
    nb_json_write_node (text, time);
  else
    g_string_append (text, "null");
  nb_watcher_send (self, nb_room_text_end (text));
  return TRUE;
}

static gboolean
resync (NbWatcher *self, JsonObject *message, GError **error)
{
  nb_room_check (self->room, self);
  return TRUE;
}

static const struct
{
  const char *type;
  const char *field; /* (nullable): the one that it may have beside its type */
  gboolean (*obey) (NbWatcher *self, JsonObject *message, GError **error);
} commands[] = {
  { "ping", "t", ping },
  { "resync", NULL, resync },
};

static gboolean
check_members (JsonObject *message, const char *field, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, message);
  while (json_object_iter_next (&iter, &name, NULL))
    if (strcmp (name, "type") != 0 && g_strcmp0 (name, field) != 0)
      {
        g_propagate_error (error, wrong_field (name, N_ ("a field that is not known here was given")));
        return FALSE;
      }
  return TRUE;
}

static gboolean
obey_command (NbWatcher *self, const char *type, JsonObject *message, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].type, type) == 0)
      return check_members (message, commands[i].field, error) && commands[i].obey (self, message, error);
  g_propagate_error (error, wrong_field ("type", N_ ("{field} must be bid, resync or ping")));
  return FALSE;
}

static const char *
get_type (JsonObject *message)
{
  JsonNode *node = json_object_get_member (message, "type");
  const gboolean is_text
      = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;

  return is_text ? json_node_get_string (node) : "";
}

/* Returns: FALSE with @error set for what is no message, or one too many */
static gboolean
obey (NbWatcher *self, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) message = nb_json_read (text, length, error);
  const char *type = message != NULL ? get_type (message) : "";

  if (message == NULL)
    return FALSE;
  /* Bids have a limit of their own, together with those over HTTP. */
  if (strcmp (type, "bid") == 0)
    return nb_watcher_bid (self, message, error);
  return nb_watcher_take_command (self, error) && obey_command (self, type, message, error);
}

void
nb_watcher_obey (NbWatcher *self, const char *text, gsize length)
{
  g_autoptr (NbWatcher) keep = nb_watcher_ref (self);
  g_autoptr (GError) error = NULL;

  if (!obey (self, text, length, &error))
    {
      nb_watcher_send_error (self, error);
      if (!g_error_matches (error, NB_ERROR, NB_ERROR_RATE_LIMITED) && ++self->n_faults >= MAX_FAULTS)
        nb_watcher_close (self, NB_SOCKET_POLICY, "too many messages that are none");
    }
  if (self->is_flooding)
    nb_watcher_close (self, NB_SOCKET_POLICY, "too many messages");
}
