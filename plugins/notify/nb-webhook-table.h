/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The webhooks that people have. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_WEBHOOKS_PER_PERSON 5

typedef struct
{
  gint64 id;
  gint64 person;
  char *url;
  char *kinds; /* as stored: names with a comma between them, empty for all */
  char *secret;
  gboolean is_enabled;
  gint64 created_at;
  gint64 delivered_at; /* or 0 */
  gint64 failed_at;    /* or 0 */
  char *failure;       /* why, such as `answered 500`; may be empty */
} NbWebhook;

void nb_webhook_free (NbWebhook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbWebhook, nb_webhook_free)

/* Returns: whether messages of @kind go to it */
gboolean nb_webhook_wants (const NbWebhook *self, const char *kind);

/* @names: a list of texts. Returns: (transfer full) (nullable): as stored, each once; NULL with `validation_failed`
 * that names one that is no kind */
char *nb_webhook_kinds_read (JsonArray *names, GError **error);

/* Returns: (transfer full) (element-type NbWebhook) (nullable): those of @person, oldest first; at most @limit, with
 * ids above @after */
GPtrArray *nb_webhooks_list (NbTransaction *transaction, gint64 person, gint64 after, guint limit, GError **error);
/* Returns: (transfer full) (nullable): NULL with `not_found` when @person has none with that id */
NbWebhook *nb_webhooks_load (NbTransaction *transaction, gint64 person, gint64 id, GError **error);
/* The same for a transaction that changes it with nb_webhooks_update(): nobody else does meanwhile. */
NbWebhook *nb_webhooks_lock (NbTransaction *transaction, gint64 person, gint64 id, GError **error);
/* `state_conflict` when the person has as many as anybody may. */
gboolean nb_webhooks_add (NbTransaction *transaction, const NbWebhook *hook, GError **error);
/* Writes the address, the kinds, the secret and whether it is on; `not_found` as above. What failed before is
 * forgotten. */
gboolean nb_webhooks_update (NbTransaction *transaction, const NbWebhook *hook, GError **error);
gboolean nb_webhooks_delete (NbTransaction *transaction, gint64 person, gint64 id, GError **error);
/* Adds to @targets (of NbReach) the webhooks of @people, a rowset of one column, that are on. */
gboolean nb_webhooks_find (NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error);
/* Keeps how a delivery to @id ended: @failure is empty when it went through; @is_gone switches it off. */
gboolean nb_webhooks_note (NbTransaction *transaction, gint64 id, const char *failure, gboolean is_gone,
                           GError **error);

G_END_DECLS
