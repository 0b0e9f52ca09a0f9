/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin: its settings, and what it brings to the host. */
#include "nb-courier.h"
#include "nb-delivery-desk.h"
#include "nb-herald.h"
#include "nb-inbox-api.h"
#include "nb-inbox-page.h"
#include "nb-inbox-push.h"
#include "nb-log-channel.h"
#include "nb-mail-address.h"
#include "nb-mail-page.h"
#include "nb-mail.h"
#include "nb-preference-api.h"
#include "nb-settings-page.h"
#include "nb-watch-api.h"
#include "nb-watch-page.h"
#include "nb-webhook-desk.h"
#include "nb-webhook-url.h"
#include "nb-wire.h"

#define NB_TYPE_NOTIFY_PLUGIN (nb_notify_plugin_get_type ())
G_DECLARE_FINAL_TYPE (NbNotifyPlugin, nb_notify_plugin, NB, NOTIFY_PLUGIN, NbPlugin)

struct _NbNotifyPlugin
{
  NbPlugin parent_instance;

  NbNotify parts;
  gint64 retry_first; /* in microseconds */
  guint tries_max;
  gboolean has_log;
  NbMailAccount *mail_account; /* (nullable): until there is a channel that has it */
  guint mail_hourly_max;
};

G_DEFINE_FINAL_TYPE (NbNotifyPlugin, nb_notify_plugin, NB_TYPE_PLUGIN)
NB_PLUGIN_DEFINE (nb_notify_plugin_get_type)

static const NbSetting settings[] = {
  {
      .name = "retention",
      .kind = NB_SETTING_DURATION,
      .fallback = "90d",
      .minimum = 24 * 60 * 60,
      .maximum = G_GINT64_CONSTANT (3650) * 24 * 60 * 60,
      .help = "how long messages stay in the inbox",
  },
  {
      .name = "ending-soon",
      .kind = NB_SETTING_DURATION,
      .fallback = "10m",
      .minimum = 0,
      .maximum = 24 * 60 * 60,
      .help = "how long before the end bidders and watchers are told; 0: they are not",
  },
  {
      .name = "retry-first",
      .kind = NB_SETTING_MILLISECONDS,
      .fallback = "5s",
      .minimum = 10,
      .maximum = 60 * 60 * 1000,
      .help = "the pause after a first failed delivery; further ones grow from it, up to a day",
  },
  {
      .name = "tries-max",
      .kind = NB_SETTING_INT,
      .fallback = "12",
      .minimum = 1,
      .maximum = 50,
      .help = "after how many tries a delivery is given up, for an administrator to look at",
  },
  {
      .name = "webhook",
      .kind = NB_SETTING_CHOICE,
      .fallback = "on",
      .choices = "on|off",
      .help = "whether messages go to webhooks, and people may have some",
      .needs_restart = TRUE,
  },
  {
      .name = "webhook-allow",
      .kind = NB_SETTING_TEXT,
      .fallback = "",
      .maximum = 2000,
      .help
      = "networks that webhooks may be in beside the public internet, such as 10.1.0.0/16;fd00::/8; there http:// is "
        "fine too",
      .check = nb_networks_check,
  },
  {
      .name = "webhook-url",
      .kind = NB_SETTING_TEXT,
      .fallback = "",
      .maximum = NB_WEBHOOK_URL_MAX,
      .help = "an address of the site's own that gets every message to anybody; empty for none",
      .needs_restart = TRUE,
      .check = nb_webhook_desk_check_url,
  },
  {
      .name = "webhook-secret",
      .kind = NB_SETTING_SECRET,
      .fallback = "",
      .help = "what the site's own webhook is signed with: whsec_ and 24 to 64 random bytes in base64",
      .needs_restart = TRUE,
  },
  {
      .name = "log",
      .kind = NB_SETTING_CHOICE,
      .fallback = "off",
      .choices = "on|off",
      .help = "whether each message to anybody is a line in the log: who and of what kind, never its words",
      .needs_restart = TRUE,
  },
  {
      .name = "mail-url",
      .kind = NB_SETTING_TEXT,
      .fallback = "",
      .maximum = 512,
      .help = "the server that takes the site's mail, smtp://host:port or smtps://host:port; empty: there is no mail",
      .check = nb_mail_url_check,
  },
  {
      .name = "mail-from",
      .kind = NB_SETTING_TEXT,
      .fallback = "",
      .maximum = 512,
      .help = "whose mail it is, such as NeighborBid <no-reply@example.kr>",
      .check = nb_mail_sender_check,
  },
  {
      .name = "mail-user",
      .kind = NB_SETTING_TEXT,
      .fallback = "",
      .maximum = 256,
      .help = "who signs in at the mail server; empty: nobody",
  },
  {
      .name = "mail-password",
      .kind = NB_SETTING_SECRET,
      .fallback = "",
      .maximum = 1024,
      .help = "the password of mail-user",
  },
  {
      .name = "mail-tls",
      .kind = NB_SETTING_CHOICE,
      .fallback = "when-offered",
      .choices = "required|when-offered|off",
      .help = "whether mail goes to the server over TLS; its certificate must be good wherever there is one",
  },
  {
      .name = "mail-ca-file",
      .kind = NB_SETTING_TEXT,
      .fallback = "",
      .maximum = 1024,
      .help = "a file of certificates that the server's must come from; empty: those of the system",
  },
  {
      .name = "mail-hourly-max",
      .kind = NB_SETTING_INT,
      .fallback = "100",
      .minimum = 0,
      .maximum = 100000,
      .help = "the most mails that one address gets in an hour, the rest stays in the inbox; 0: no limit",
  },
  { NULL },
};

/* Hands what was configured to the channel, which may not be there yet. */
static void
apply_mail (NbNotifyPlugin *self)
{
  if (self->parts.mail != NULL)
    nb_mail_configure (self->parts.mail, g_steal_pointer (&self->mail_account), self->mail_hourly_max);
}

static gboolean
configure (NbPlugin *plugin, NbSettings *values, GError **error)
{
  NbNotifyPlugin *self = NB_NOTIFY_PLUGIN (plugin);
  g_autoptr (NbMailAccount) account = NULL;

  if (!nb_mail_account_read (values, &account, error)
      || !nb_webhook_desk_configure (self->parts.webhooks, values, error))
    return FALSE;
  g_clear_pointer (&self->mail_account, nb_mail_account_free);
  self->mail_account = g_steal_pointer (&account);
  self->mail_hourly_max = (guint)nb_settings_get_int (values, "mail-hourly-max");
  apply_mail (self);
  self->has_log = g_str_equal (nb_settings_get_text (values, "log"), "on");
  self->parts.retention = nb_settings_get_int (values, "retention") * G_USEC_PER_SEC;
  self->parts.ending_soon = nb_settings_get_int (values, "ending-soon") * G_USEC_PER_SEC;
  self->retry_first = nb_settings_get_int (values, "retry-first") * G_TIME_SPAN_MILLISECOND;
  self->tries_max = (guint)nb_settings_get_int (values, "tries-max");
  if (self->parts.courier != NULL)
    nb_courier_set_patience (self->parts.courier, self->retry_first, self->tries_max);
  if (self->parts.herald != NULL)
    nb_herald_set_times (self->parts.herald, self->parts.ending_soon, self->parts.retention);
  return TRUE;
}

static GPtrArray *
list_channels (gpointer user_data)
{
  NbNotify *parts = user_data;

  return nb_context_list_notifiers (parts->context);
}

/* Messages may have been written. */
static void
on_written (gpointer user_data)
{
  NbNotify *parts = user_data;

  if (parts->courier != NULL)
    nb_courier_wake (parts->courier);
  nb_inbox_push_wake (parts->push);
}

static gboolean
start_herald (NbNotify *parts, GError **error)
{
  parts->herald = nb_herald_new (parts->store, list_channels, on_written, parts);
  nb_herald_set_times (parts->herald, parts->ending_soon, parts->retention);
  if (nb_herald_start (parts->herald, parts->context, error))
    return TRUE;
  g_clear_pointer (&parts->herald, nb_herald_stop);
  return FALSE;
}

/* Comes last: a start that fails leaves nothing behind. */
static void
start_courier (NbNotifyPlugin *self)
{
  NbNotify *parts = &self->parts;

  if (!nb_context_does_jobs (parts->context))
    return;
  parts->courier = nb_courier_new (parts->store, parts->composer, list_channels, parts);
  nb_courier_set_patience (parts->courier, self->retry_first, self->tries_max);
  nb_courier_start (parts->courier);
}

static void
on_bids (const NbEvent *event, gpointer user_data)
{
  NbNotify *parts = user_data;

  if (parts->courier != NULL)
    nb_courier_note_bids (parts->courier);
}

/* What people see. */
static gboolean
add_inbox_routes (NbNotify *parts, GError **error)
{
  return nb_inbox_api_add_routes (parts, error) && nb_preference_api_add_routes (parts, error)
         && nb_inbox_page_add_routes (parts, error) && nb_settings_page_add_routes (parts, error)
         && nb_watch_api_add_routes (parts, error) && nb_watch_page_add_routes (parts, error);
}

/* Where a site is served, open pages are told of what is new. The herald comes last: other threads know it from then
 * on. */
static gboolean
start_push_and_herald (NbNotify *parts, GError **error)
{
  if (nb_context_is_serving (parts->context))
    {
      parts->push = nb_inbox_push_start (parts, error);
      if (parts->push == NULL)
        return FALSE;
    }
  if (start_herald (parts, error))
    return TRUE;
  g_clear_pointer (&parts->push, nb_inbox_push_stop);
  return FALSE;
}

static gboolean
add_log (NbNotifyPlugin *self, GError **error)
{
  g_autoptr (NbNotifier) channel = nb_log_channel_new ();

  return !self->has_log || nb_context_add_notifier (self->parts.context, channel, error);
}

/* In every process that serves: where pages alone are served people choose among channels, and stop mail. */
static gboolean
start_mail (NbNotifyPlugin *self, GError **error)
{
  NbNotify *parts = &self->parts;

  if (!nb_context_is_serving (parts->context))
    return TRUE;
  parts->mail = nb_mail_new (parts->store, parts->composer);
  apply_mail (self);
  if (nb_context_add_notifier (parts->context, NB_NOTIFIER (parts->mail), error)
      && nb_mail_page_add_routes (parts->context, parts->store, error))
    return TRUE;
  g_clear_object (&parts->mail);
  return FALSE;
}

/* Comes after all that may fail. */
static void
start_wire (NbNotify *parts)
{
  if (!nb_context_is_serving (parts->context))
    return;
  parts->wire = nb_wire_new ();
  nb_webhook_desk_set_wire (parts->webhooks, parts->wire);
  nb_mail_set_wire (parts->mail, parts->wire);
}

static gboolean
start (NbPlugin *plugin, NbContext *context, GError **error)
{
  NbNotifyPlugin *self = NB_NOTIFY_PLUGIN (plugin);
  NbNotify *parts = &self->parts;

  parts->context = context;
  parts->store = nb_context_get_store (context);
  parts->composer = nb_context_find_service (context, NB_TYPE_COMPOSER);
  if (!nb_delivery_desk_register (parts, error) || !add_log (self, error)
      || !nb_webhook_desk_start (parts->webhooks, parts, error) || !add_inbox_routes (parts, error)
      || !nb_context_add_event_handler (context, "bid-accepted", on_bids, parts, error) || !start_mail (self, error))
    return FALSE;
  if (!start_push_and_herald (parts, error))
    {
      g_clear_object (&parts->mail);
      return FALSE;
    }
  start_wire (parts);
  start_courier (self);
  return TRUE;
}

static void
stop (NbPlugin *plugin)
{
  NbNotify *parts = &NB_NOTIFY_PLUGIN (plugin)->parts;

  /* It may run the main loop for a while, whose timers still know the others. */
  g_clear_pointer (&parts->courier, nb_courier_stop);
  g_clear_pointer (&parts->herald, nb_herald_stop);
  g_clear_pointer (&parts->push, nb_inbox_push_stop);
  nb_webhook_desk_set_wire (parts->webhooks, NULL);
  if (parts->mail != NULL)
    nb_mail_set_wire (parts->mail, NULL);
  g_clear_pointer (&parts->wire, nb_wire_free);
  g_clear_object (&parts->mail);
}

static void
nb_notify_plugin_finalize (GObject *object)
{
  NbNotifyPlugin *self = NB_NOTIFY_PLUGIN (object);

  g_clear_pointer (&self->mail_account, nb_mail_account_free);
  g_clear_pointer (&self->parts.webhooks, nb_webhook_desk_unref);
  G_OBJECT_CLASS (nb_notify_plugin_parent_class)->finalize (object);
}

static void
nb_notify_plugin_class_init (NbNotifyPluginClass *klass)
{
  NbPluginClass *plugin_class = NB_PLUGIN_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = nb_notify_plugin_finalize;
  plugin_class->settings = settings;
  plugin_class->configure = configure;
  plugin_class->start = start;
  plugin_class->stop = stop;
}

static void
nb_notify_plugin_init (NbNotifyPlugin *self)
{
  self->parts.webhooks = nb_webhook_desk_new ();
}
