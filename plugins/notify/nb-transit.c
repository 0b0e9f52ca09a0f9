/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps what a channel works with until it has ended. */
#include "nb-transit.h"

#include "nb-notify.h"

typedef struct
{
  NbNotifier *notifier;
  NbComposer *composer; /* (nullable) */
  NbParcel *parcel;
  char *subject;
  char *text;
  char *path;
  JsonObject *data;
  NbNotice notice;
  gint64 began_at; /* monotonic */
  NbTransitFunc function;
  gpointer user_data;
} NbTransit;

static void
transit_free (NbTransit *self)
{
  g_object_unref (self->notifier);
  g_clear_object (&self->composer);
  g_clear_pointer (&self->parcel, nb_parcel_free);
  g_clear_pointer (&self->data, json_object_unref);
  g_free (self->subject);
  g_free (self->text);
  g_free (self->path);
  g_free (self);
}

static const char *
translate (const char *msgid, gpointer user_data)
{
  NbTransit *self = user_data;

  return self->composer != NULL ? nb_composer_gettext (self->composer, NB_NOTIFY_ID, self->parcel->language, msgid)
                                : msgid;
}

static void
write_notice (NbTransit *self)
{
  const NbParcel *parcel = self->parcel;
  const NbMessage *message = parcel->message;

  self->subject = nb_message_dup_subject (message, translate, self);
  self->text = nb_message_dup_text (message, translate, self);
  self->path = nb_message_dup_path (message);
  self->data = nb_message_to_json (message, translate, self);
  self->notice = (NbNotice){
    .id = message->id,
    .person = parcel->person,
    .nickname = parcel->nickname != NULL ? parcel->nickname : "",
    .email = parcel->email != NULL ? parcel->email : "",
    .language = parcel->language,
    .kind = nb_kind_name (message->kind),
    .auction = message->auction,
    .at = message->at,
    .subject = self->subject,
    .text = self->text,
    .path = self->path,
    .target = parcel->target,
    .data = self->data,
  };
}

static void
delivered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbTransit *self = user_data;
  g_autoptr (GError) error = NULL;
  guint retry_after = 0;
  NbDelivery delivery = nb_notifier_deliver_finish (self->notifier, result, &retry_after, &error);
  double seconds = (double)(g_get_monotonic_time () - self->began_at) / G_USEC_PER_SEC;

  self->function (g_steal_pointer (&self->parcel), delivery, retry_after, error, seconds, self->user_data);
  transit_free (self);
}

void
nb_transit_begin (NbNotifier *notifier, NbComposer *composer, NbParcel *parcel, NbTransitFunc function,
                  gpointer user_data)
{
  NbTransit *self = g_new0 (NbTransit, 1);

  self->notifier = g_object_ref (notifier);
  self->composer = composer != NULL ? g_object_ref (composer) : NULL;
  self->parcel = parcel;
  self->function = function;
  self->user_data = user_data;
  write_notice (self);
  self->began_at = g_get_monotonic_time ();
  nb_notifier_deliver_async (notifier, &self->notice, delivered_cb, self);
}
