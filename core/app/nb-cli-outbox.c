/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid outbox retry` and `outbox drop`: what becomes of events and deliveries that were given up. */
#include <neighborbid/nb-notifier.h>
#include <string.h>

#include "core/app/nb-cli-audit.h"
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"
#include "core/engine/nb-outbox-list.h"

/* How far a delivery that waits is searched for, to tell one that is not dead from one that is not there. */
#define SEARCH_LIMIT 10000
#define REASON_MAX_BYTES 500

typedef struct
{
  NbHost *host;
  const char *action; /* for the audit */
  gint64 (*change_events) (NbTransaction *transaction, gint64 id, GError **error);
  gint64 (*change_deliveries) (NbDeliveries *self, NbTransaction *transaction, gint64 id, GError **error);
  gint64 id; /* 0: all */
  const char *reason;
  gint64 n_events;
  gint64 n_deliveries;
} Change;

static gboolean
find_delivery (NbDeliveries *deliveries, NbTransaction *transaction, gint64 id, gboolean *found, GError **error)
{
  g_autoptr (GPtrArray) list = nb_deliveries_list (deliveries, transaction, FALSE, SEARCH_LIMIT, error);

  for (guint i = 0; list != NULL && i < list->len && !*found; i++)
    *found = ((const NbQueued *)g_ptr_array_index (list, i))->id == id;
  return list != NULL;
}

/* Sets @error to why there was nothing to change. */
static void
explain (Change *self, NbDeliveries *deliveries, NbTransaction *transaction, GError **error)
{
  gboolean is_event = FALSE, is_delivery = FALSE;

  if (!nb_outbox_find (transaction, self->id, &is_event, error))
    return;
  if (!is_event && deliveries != NULL && !find_delivery (deliveries, transaction, self->id, &is_delivery, error))
    return;
  if (is_event || is_delivery)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "%s %" G_GINT64_FORMAT " still waits for its turn; only what was given up (outbox list --dead) can be "
                 "retried or dropped",
                 is_event ? "event" : "delivery", self->id);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no event or delivery %" G_GINT64_FORMAT, self->id);
}

static gboolean
write_audit (const Change *self, NbTransaction *transaction, GError **error)
{
  g_autofree char *subject = self->id != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, self->id) : g_strdup ("all");
  g_autofree char *reason = g_strdup_printf ("%" G_GINT64_FORMAT " events, %" G_GINT64_FORMAT " deliveries%s%s",
                                             self->n_events, self->n_deliveries, self->reason != NULL ? ": " : "",
                                             self->reason != NULL ? self->reason : "");

  return nb_cli_audit (transaction, self->action, subject, reason, error);
}

static gboolean
change (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Change *self = user_data;
  NbDeliveries *deliveries = nb_registry_find_service (self->host->registry, NB_TYPE_DELIVERIES);

  self->n_deliveries = 0;
  self->n_events = self->change_events (transaction, self->id, error);
  if (self->n_events < 0)
    return FALSE;
  if (deliveries != NULL)
    self->n_deliveries = self->change_deliveries (deliveries, transaction, self->id, error);
  if (self->n_deliveries < 0)
    return FALSE;
  if (self->n_events + self->n_deliveries > 0)
    return write_audit (self, transaction, error);
  if (self->id == 0)
    return TRUE;
  explain (self, deliveries, transaction, error);
  return FALSE;
}

static NbExit
apply (NbInvocation *invocation, Change *self, const char *done)
{
  g_autoptr (NbHost) host = nb_invocation_open_host (invocation, NB_STAGE_READ);
  g_autoptr (GError) error = NULL;

  if (!host)
    return invocation->exit;
  self->host = host;
  if (!nb_store_transact (host->store, change, self, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  g_print ("%s: %" G_GINT64_FORMAT " events, %" G_GINT64_FORMAT " deliveries\n", done, self->n_events,
           self->n_deliveries);
  return NB_EXIT_FINE;
}

/* Either an id or --all, and not both. Returns: FALSE with the exit code set */
static gboolean
read_subject (NbInvocation *invocation, gboolean is_all, Change *self)
{
  const char *word = invocation->arguments[0];

  if (is_all == (word != NULL))
    nb_invocation_refuse (invocation, "expected an id, or --all");
  else if (word != NULL && (!nb_id_parse (word, &self->id) || self->id == 0))
    nb_invocation_refuse (invocation, "'%s' is no event's or delivery's id", word);
  else
    return TRUE;
  invocation->exit = NB_EXIT_USAGE;
  return FALSE;
}

NbExit
nb_cli_outbox_retry (NbInvocation *invocation)
{
  gboolean is_all = FALSE;
  GOptionEntry entries[]
      = { { "all", 0, 0, G_OPTION_ARG_NONE, &is_all, "Everything that was given up", NULL }, { NULL } };
  Change self
      = { .action = "outbox-retry", .change_events = nb_outbox_retry, .change_deliveries = nb_deliveries_retry };

  if (!nb_invocation_parse (invocation, entries, 0, 1) || !read_subject (invocation, is_all, &self))
    return invocation->exit;
  return apply (invocation, &self, "tried again");
}

NbExit
nb_cli_outbox_drop (NbInvocation *invocation)
{
  gboolean is_all = FALSE;
  g_autofree char *reason = NULL;
  GOptionEntry entries[] = { { "all", 0, 0, G_OPTION_ARG_NONE, &is_all, "Everything that was given up", NULL },
                             { "reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why: it is kept in the audit", "TEXT" },
                             { NULL } };
  Change self = { .action = "outbox-drop", .change_events = nb_outbox_drop, .change_deliveries = nb_deliveries_drop };

  if (!nb_invocation_parse (invocation, entries, 0, 1) || !read_subject (invocation, is_all, &self))
    return invocation->exit;
  if (reason == NULL || *g_strstrip (reason) == '\0' || strlen (reason) > REASON_MAX_BYTES)
    return nb_invocation_refuse (invocation, "--reason: expected 1 to %d bytes that say why", REASON_MAX_BYTES);
  self.reason = reason;
  return apply (invocation, &self, "dropped");
}
