/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events as immutable values, and their text in the outbox. */
#include "core/store/nb-outbox.h"
#include "core/store/nb-store-private.h"

struct _NbEvent
{
  gatomicrefcount ref_count;
  gint64 id;
  guint version;
  gint64 auction;
  GVariant *payload;
  char *kind;
};

G_DEFINE_BOXED_TYPE (NbEvent, nb_event, nb_event_ref, nb_event_unref)

NbEvent *
nb_event_new (const char *kind, guint version, gint64 auction_id, GVariant *payload)
{
  g_return_val_if_fail (kind != NULL && *kind != '\0', NULL);
  g_return_val_if_fail (version > 0, NULL);
  g_return_val_if_fail (payload != NULL && g_variant_is_of_type (payload, G_VARIANT_TYPE_VARDICT), NULL);

  NbEvent *self = g_new0 (NbEvent, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = nb_id_new ();
  self->kind = g_strdup (kind);
  self->version = version;
  self->auction = auction_id;
  self->payload = g_variant_ref_sink (payload);
  return self;
}

NbEvent *
nb_event_ref (NbEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_event_unref (NbEvent *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_variant_unref (self->payload);
  g_free (self->kind);
  g_free (self);
}

gint64
nb_event_get_id (const NbEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->id;
}

const char *
nb_event_get_kind (const NbEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->kind;
}

guint
nb_event_get_version (const NbEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->version;
}

gint64
nb_event_get_auction (const NbEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->auction;
}

GVariant *
nb_event_get_payload (const NbEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->payload;
}

NbEvent *
nb_event_restore (gint64 id, const char *kind, gint64 version, gint64 auction_id, const char *payload, GError **error)
{
  g_autoptr (GVariant) parsed = NULL;
  NbEvent *self;

  if (*kind == '\0' || version < 1 || version > G_MAXUINT)
    g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT, "its kind is '%s' and its version %" G_GINT64_FORMAT,
                 kind, version);
  else
    parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, payload, NULL, NULL, error);
  if (parsed == NULL)
    {
      g_prefix_error (error, "event %" G_GINT64_FORMAT " of the outbox: ", id);
      return NULL;
    }
  self = nb_event_new (kind, (guint)version, auction_id, parsed);
  self->id = id;
  return self;
}
