/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends one signed request to one webhook, to no address but an allowed one. */
#pragma once

#include "nb-webhook-address.h"
#include "nb-wire.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What came back; people see no more than this, so that nobody can look around in the network of the site. */
typedef enum
{
  NB_HOOK_ANSWERED, /* with `status` */
  NB_HOOK_REFUSED_ADDRESS,
  NB_HOOK_NOT_REACHABLE,
  NB_HOOK_TIMED_OUT
} NbHookOutcome;

typedef struct
{
  NbHookOutcome outcome;
  guint status;
  gboolean is_aborted; /* it was not the other side's doing */
  guint retry_after;   /* seconds that the other side asked to wait, or 0 */
  const char *cause;   /* (nullable): of what is not an answer, for operators; never names a host */
} NbHookAnswer;

typedef void (*NbHookFunc) (const NbHookAnswer *answer, gpointer user_data);

/* @id: the message's, which is the same at each try; @body: JSON; @now: in microseconds since the epoch. Calls
 * @function exactly once, on the main context, never from within this call. */
void nb_webhook_send (NbWire *wire, NbNetworks *allowed, const char *url, const char *secret, const char *id,
                      const char *body, gint64 now, NbHookFunc function, gpointer user_data);

/* Returns: (transfer full): the body of a request: `type`, `timestamp` and @data: (transfer full) */
char *nb_webhook_body_new (const char *type, gint64 at, JsonObject *data);

/* Returns: whether the other side took it: any 2xx */
gboolean nb_hook_answer_is_success (const NbHookAnswer *self);
/* Returns: (transfer none): `answered`, `refused_address`, `not_reachable` or `timed_out` */
const char *nb_hook_outcome_name (NbHookOutcome outcome);
/* Returns: (transfer full): empty for a success, else such as `answered 500` or `timed_out` */
char *nb_hook_answer_dup_failure (const NbHookAnswer *self);

G_END_DECLS
