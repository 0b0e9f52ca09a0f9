/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps the webhooks' settings, and starts and stops their parts. */
#include "nb-webhook-desk.h"

#include "nb-webhook-api.h"
#include "nb-webhook-page.h"
#include "nb-webhook-signature.h"
#include "nb-webhook-url.h"
#include "nb-webhook.h"

#include <glib/gi18n.h>

#define MINUTE G_TIME_SPAN_MINUTE
/* People whose tests are counted; when there are more, somebody waits. */
#define TESTERS_MAX 10000
/* Tests on their way at a time, so that strangers' slow servers leave the wire to messages. */
#define TESTS_MAX 8

struct _NbWebhookDesk
{
  NbStore *store;       /* from the first start */
  NbComposer *composer; /* (nullable) */
  NbWire *wire;         /* (nullable) */
  gboolean is_on;
  NbNetworks *allowed;
  char *site_url; /* empty for none */
  char *site_secret;
  GHashTable *tests; /* person → Tests */
  guint n_tests;     /* on their way */
};

typedef struct
{
  gint64 since; /* monotonic */
  guint n;
} Tests;

NbWebhookDesk *
nb_webhook_desk_new (void)
{
  NbWebhookDesk *self = g_atomic_rc_box_new0 (NbWebhookDesk);

  self->allowed = nb_networks_new ("", NULL);
  self->site_url = g_strdup ("");
  self->site_secret = g_strdup ("");
  self->tests = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return self;
}

NbWebhookDesk *
nb_webhook_desk_ref (NbWebhookDesk *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer desk)
{
  NbWebhookDesk *self = desk;

  g_clear_object (&self->store);
  g_clear_object (&self->composer);
  nb_networks_unref (self->allowed);
  g_free (self->site_url);
  g_free (self->site_secret);
  g_hash_table_unref (self->tests);
}

void
nb_webhook_desk_unref (NbWebhookDesk *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* Which addresses are allowed is another setting, looked at when both are known. */
gboolean
nb_webhook_desk_check_url (const char *text, GError **error)
{
  g_autoptr (NbNetworks) all = nb_networks_new ("0.0.0.0/0;::/0", NULL);
  g_autofree char *url = text[0] != '\0' ? nb_webhook_url_read (text, all, error) : g_strdup ("");

  return url != NULL;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* Returns: (transfer full) (nullable): the site's own address, empty for none; NULL with @error */
static char *
read_site (NbSettings *values, const NbNetworks *allowed, GError **error)
{
  const char *text = nb_settings_get_text (values, "webhook-url");
  const char *secret = nb_settings_get_text (values, "webhook-secret");
  char *url;

  if (text[0] == '\0' && secret[0] == '\0')
    return g_strdup ("");
  if (text[0] == '\0' || secret[0] == '\0')
    {
      refuse (error, "webhook-url and webhook-secret belong together: give both or none");
      return NULL;
    }
  if (!nb_webhook_secret_check (secret, error))
    {
      g_prefix_error (error, "webhook-secret: ");
      return NULL;
    }
  url = nb_webhook_url_read (text, allowed, error);
  if (url == NULL)
    g_prefix_error (error, "webhook-url (see also webhook-allow): ");
  return url;
}

gboolean
nb_webhook_desk_configure (NbWebhookDesk *self, NbSettings *values, GError **error)
{
  g_autoptr (NbNetworks) allowed = nb_networks_new (nb_settings_get_text (values, "webhook-allow"), error);
  g_autofree char *url = allowed != NULL ? read_site (values, allowed, error) : NULL;

  if (url == NULL)
    return FALSE;
  g_clear_pointer (&self->allowed, nb_networks_unref);
  self->allowed = g_steal_pointer (&allowed);
  g_free (self->site_url);
  self->site_url = g_steal_pointer (&url);
  g_free (self->site_secret);
  self->site_secret = g_strdup (nb_settings_get_text (values, "webhook-secret"));
  self->is_on = g_str_equal (nb_settings_get_text (values, "webhook"), "on");
  return TRUE;
}

static gboolean
add_channels (NbWebhookDesk *self, NbContext *context, GError **error)
{
  g_autoptr (NbNotifier) personal = nb_webhook_new (self);
  g_autoptr (NbNotifier) site
      = self->site_url[0] != '\0' ? nb_webhook_new_for_site (self, self->site_url, self->site_secret) : NULL;

  return nb_context_add_notifier (context, personal, error)
         && (site == NULL || nb_context_add_notifier (context, site, error));
}

gboolean
nb_webhook_desk_start (NbWebhookDesk *self, const NbNotify *parts, GError **error)
{
  g_set_object (&self->store, parts->store);
  g_set_object (&self->composer, parts->composer);
  if (!self->is_on)
    return TRUE;
  return add_channels (self, parts->context, error) && nb_webhook_api_add_routes (parts->context, self, error)
         && nb_webhook_page_add_routes (parts->context, self, error);
}

void
nb_webhook_desk_set_wire (NbWebhookDesk *self, NbWire *wire)
{
  self->wire = wire;
}

NbStore *
nb_webhook_desk_get_store (NbWebhookDesk *self)
{
  return self->store;
}

char *
nb_webhook_desk_dup_url (NbWebhookDesk *self, const char *path)
{
  return self->composer != NULL ? nb_composer_dup_url (self->composer, path) : NULL;
}

NbNetworks *
nb_webhook_desk_get_allowed (NbWebhookDesk *self)
{
  return self->allowed;
}

gboolean
nb_webhook_desk_send (NbWebhookDesk *self, const char *url, const char *secret, const char *id, const char *body,
                      NbHookFunc function, gpointer user_data)
{
  if (self->wire == NULL)
    return FALSE;
  nb_webhook_send (self->wire, self->allowed, url, secret, id, body, nb_store_now (self->store), function, user_data);
  return TRUE;
}

static gboolean
is_over (gpointer person, gpointer tests, gpointer now)
{
  return *(const gint64 *)now - ((const Tests *)tests)->since >= MINUTE;
}

gboolean
nb_webhook_desk_take_test (NbWebhookDesk *self, gint64 person, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  GError *fault;
  Tests *tests;

  g_hash_table_foreach_remove (self->tests, is_over, &now);
  tests = g_hash_table_lookup (self->tests, &person);
  if (tests == NULL && g_hash_table_size (self->tests) < TESTERS_MAX)
    {
      tests = g_new0 (Tests, 1);
      tests->since = now;
      g_hash_table_insert (self->tests, g_memdup2 (&person, sizeof person), tests);
    }
  if (tests != NULL && tests->n < NB_WEBHOOK_TESTS_PER_MINUTE && self->n_tests < TESTS_MAX)
    {
      tests->n++;
      self->n_tests++;
      return TRUE;
    }
  fault = nb_error_new (NB_ERROR_RATE_LIMITED, N_ ("that was tested a few times just now: wait a minute"), NULL);
  nb_error_set_retry_after (fault, (guint)((tests != NULL ? tests->since + MINUTE - now : MINUTE) / 1000));
  g_propagate_error (error, fault);
  return FALSE;
}

void
nb_webhook_desk_end_test (NbWebhookDesk *self)
{
  g_return_if_fail (self->n_tests > 0);

  self->n_tests--;
}
