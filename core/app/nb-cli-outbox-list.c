/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid outbox list`: events that wait or were given up, and the messages that plugins have still to deliver. */
#include <neighborbid/nb-notifier.h>

#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"
#include "core/engine/nb-outbox-list.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 10000

typedef struct
{
  NbHost *host;
  gboolean dead_only;
  guint limit;
  gint64 now;
  GPtrArray *events;     /* of NbOutboxItem */
  GPtrArray *deliveries; /* (nullable) of NbQueued */
} Listing;

static gboolean
read_listing (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Listing *self = user_data;
  NbDeliveries *deliveries = nb_registry_find_service (self->host->registry, NB_TYPE_DELIVERIES);

  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->deliveries, g_ptr_array_unref);
  self->now = nb_transaction_now (transaction);
  self->events = nb_outbox_list (transaction, self->dead_only, self->limit, error);
  if (self->events == NULL)
    return FALSE;
  if (deliveries != NULL)
    self->deliveries = nb_deliveries_list (deliveries, transaction, self->dead_only, self->limit, error);
  return deliveries == NULL || self->deliveries != NULL;
}

static void
add_id (JsonObject *object, const char *name, gint64 id)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  if (id != 0)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

/* What events and deliveries have in common. */
typedef struct
{
  gint64 created_at;
  gint64 next_at;
  gint64 tries;
  gboolean is_dead;
  const char *reason;
} Standing;

static void
add_standing (JsonObject *object, const Standing *standing)
{
  g_autofree char *created = nb_time_to_json (standing->created_at);
  g_autofree char *next = standing->next_at > 0 ? nb_time_to_json (standing->next_at) : NULL;

  json_object_set_string_member (object, "created_at", created);
  json_object_set_int_member (object, "tries", standing->tries);
  if (next != NULL && !standing->is_dead)
    json_object_set_string_member (object, "next_at", next);
  else
    json_object_set_null_member (object, "next_at");
  json_object_set_string_member (object, "state", standing->is_dead ? "dead" : "waiting");
  json_object_set_string_member (object, "reason", standing->reason);
}

static JsonObject *
event_to_json (const NbOutboxItem *item, const Standing *standing)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "what", "event");
  add_id (object, "id", item->id);
  json_object_set_string_member (object, "kind", item->kind);
  add_id (object, "auction", item->auction);
  add_standing (object, standing);
  return object;
}

static JsonObject *
delivery_to_json (const NbQueued *item, const Standing *standing)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "what", "delivery");
  add_id (object, "id", item->id);
  json_object_set_string_member (object, "kind", item->kind);
  add_id (object, "message", item->message);
  add_id (object, "person", item->person);
  json_object_set_string_member (object, "channel", item->channel);
  add_standing (object, standing);
  return object;
}

static char *
print_span (gint64 span)
{
  gint64 seconds = MAX (span, 0) / G_USEC_PER_SEC;

  if (seconds < 120)
    return g_strdup_printf ("%" G_GINT64_FORMAT "s", seconds);
  if (seconds < 2 * 60 * 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT "m", seconds / 60);
  return seconds < 2 * 24 * 60 * 60 ? g_strdup_printf ("%" G_GINT64_FORMAT "h", seconds / (60 * 60))
                                    : g_strdup_printf ("%" G_GINT64_FORMAT "d", seconds / (24 * 60 * 60));
}

/* A reason comes from anywhere: on a terminal it must stay one line of text. */
static char *
flatten (const char *reason)
{
  GString *line = g_string_new (NULL);

  for (const char *at = reason; *at != '\0'; at = g_utf8_next_char (at))
    g_string_append_unichar (line, g_unichar_iscntrl (g_utf8_get_char (at)) ? ' ' : g_utf8_get_char (at));
  return g_string_free (line, FALSE);
}

static void
print_line (const char *what, gint64 id, const char *kind, const char *about, const Standing *standing, gint64 now)
{
  g_autofree char *age = print_span (now - standing->created_at);
  g_autofree char *wait = print_span (standing->next_at - now);
  g_autofree char *reason = flatten (standing->reason);

  g_print ("%-9s %-20" G_GINT64_FORMAT " %-18s %-28s %6s %5" G_GINT64_FORMAT " %6s %-8s %s\n", what, id, kind, about,
           age, standing->tries,
           standing->is_dead          ? "-"
           : standing->next_at <= now ? "now"
                                      : wait,
           standing->is_dead ? "dead" : "waiting", reason);
}

static Standing
event_standing (const NbOutboxItem *item)
{
  return (Standing){ item->created_at, item->next_at, item->tries, item->is_dead, item->reason };
}

static Standing
delivery_standing (const NbQueued *item)
{
  return (Standing){ item->created_at, item->next_at, item->tries, item->is_dead, item->reason };
}

static void
print_text (const Listing *self)
{
  guint n_deliveries = self->deliveries != NULL ? self->deliveries->len : 0;

  if (self->events->len + n_deliveries == 0)
    {
      g_print ("%s\n", self->dead_only ? "Nothing was given up." : "Nothing waits.");
      return;
    }
  g_print ("%-9s %-20s %-18s %-28s %6s %5s %6s %-8s %s\n", "WHAT", "ID", "KIND", "ABOUT", "AGE", "TRIES", "NEXT",
           "STATE", "REASON");
  for (guint i = 0; i < self->events->len; i++)
    {
      const NbOutboxItem *item = g_ptr_array_index (self->events, i);
      Standing standing = event_standing (item);
      g_autofree char *about
          = item->auction != 0 ? g_strdup_printf ("auction %" G_GINT64_FORMAT, item->auction) : g_strdup ("-");
      print_line ("event", item->id, item->kind, about, &standing, self->now);
    }
  for (guint i = 0; i < n_deliveries; i++)
    {
      const NbQueued *item = g_ptr_array_index (self->deliveries, i);
      Standing standing = delivery_standing (item);
      g_autofree char *about = g_strdup_printf ("%s to %" G_GINT64_FORMAT, item->channel, item->person);
      print_line ("delivery", item->id, item->kind, about, &standing, self->now);
    }
}

static void
print_json (const Listing *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < self->events->len; i++)
    {
      const NbOutboxItem *item = g_ptr_array_index (self->events, i);
      Standing standing = event_standing (item);
      json_array_add_object_element (items, event_to_json (item, &standing));
    }
  for (guint i = 0; self->deliveries != NULL && i < self->deliveries->len; i++)
    {
      const NbQueued *item = g_ptr_array_index (self->deliveries, i);
      Standing standing = delivery_standing (item);
      json_array_add_object_element (items, delivery_to_json (item, &standing));
    }
  json_node_take_object (node, json_object_new ());
  json_object_set_array_member (json_node_get_object (node), "items", items);
  nb_print_json (node);
}

static NbExit
list (NbInvocation *invocation, Listing *self)
{
  g_autoptr (NbHost) host = nb_invocation_open_host (invocation, NB_STAGE_READ);
  g_autoptr (GError) error = NULL;

  if (!host)
    return invocation->exit;
  self->host = host;
  if (!nb_store_read (host->store, read_listing, self, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  if (invocation->as_json)
    print_json (self);
  else
    print_text (self);
  return NB_EXIT_FINE;
}

NbExit
nb_cli_outbox_list (NbInvocation *invocation)
{
  gboolean dead_only = FALSE;
  int limit = DEFAULT_LIMIT;
  GOptionEntry entries[]
      = { { "dead", 0, 0, G_OPTION_ARG_NONE, &dead_only, "Only what was given up", NULL },
          { "limit", 0, 0, G_OPTION_ARG_INT, &limit, "At most so many events, and as many deliveries (100)", "N" },
          { NULL } };
  Listing self = { 0 };
  NbExit result;

  if (!nb_invocation_parse (invocation, entries, 0, 0))
    return invocation->exit;
  if (limit < 1 || limit > MAX_LIMIT)
    return nb_invocation_refuse (invocation, "--limit: found %d, expected 1 to %d", limit, MAX_LIMIT);
  self.dead_only = dead_only;
  self.limit = (guint)limit;
  result = list (invocation, &self);
  g_clear_pointer (&self.events, g_ptr_array_unref);
  g_clear_pointer (&self.deliveries, g_ptr_array_unref);
  return result;
}
