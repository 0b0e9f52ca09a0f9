/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the addresses of [server] before anything listens, so that `check` tells what `serve` would stumble over. */
#include "core/app/nb-host-settings.h"
#include <stdlib.h>
#include <string.h>

#include "core/web/nb-server-listener.h"
#include "core/web/nb-server-proxies.h"
#include "core/web/nb-server.h"

static void
add_fault (NbHostSettings *self, const char *key, const char *message, GPtrArray *faults)
{
  const NbConfigEntry *entry = nb_config_find (self->config, "server", key);

  nb_config_faults_add (faults, entry ? entry->origin : "default", "server", key, "%s", message);
}

char *
nb_host_settings_get_internal_listen (NbHostSettings *self, guint number)
{
  g_autofree char *text = g_strstrip (g_strdup (nb_settings_get_text (self->server, "internal-listen")));
  const char *colon = strrchr (text, ':');
  int port;

  if (number == 1 || !colon)
    return g_steal_pointer (&text);
  if (g_str_has_prefix (text, "unix:"))
    return g_strdup_printf ("%s.%u", text, number);
  port = atoi (colon + 1);
  if (port == 0)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%.*s:%u", (int)(colon - text), text, (guint)port + number - 1);
}

static void
check_internal_listen (NbHostSettings *self, GPtrArray *faults)
{
  guint n_workers = (guint)nb_settings_get_int (self->server, "workers");

  for (guint number = 1; number <= n_workers; number++)
    {
      g_autofree char *text = nb_host_settings_get_internal_listen (self, number);
      g_autofree char *message = NULL;
      g_autoptr (GError) error = NULL;

      if (*text == '\0' || nb_listener_check (text, &error))
        continue;
      message = number == 1 ? g_strdup (error->message)
                            : g_strdup_printf ("the address of worker %u: %s", number, error->message);
      add_fault (self, "internal-listen", message, faults);
      return;
    }
}

static void
check_listen (NbHostSettings *self, GPtrArray *faults)
{
  static const char *const key = "listen";
  g_auto (GStrv) parts = g_strsplit (nb_settings_get_text (self->server, key), ";", -1);

  if (!parts[0])
    add_fault (self, key, "names no address", faults);
  for (char **part = parts; *part; part++)
    {
      g_autoptr (GError) error = NULL;
      if (!nb_listener_check (g_strstrip (*part), &error))
        add_fault (self, key, error->message, faults);
    }
}

/* Without a base-url it follows from the first address, which must be one that a browser can ask. */
static void
check_base_url (NbHostSettings *self, GPtrArray *faults)
{
  const char *base_url = nb_settings_get_text (self->server, "base-url");
  g_autoptr (GError) error = NULL;

  if (*base_url && !nb_server_check_base_url (base_url, &error))
    add_fault (self, "base-url", error->message, faults);
  else if (!*base_url && g_str_has_prefix (nb_settings_get_text (self->server, "listen"), "unix:"))
    add_fault (self, "listen", "begins with a Unix socket, so base-url must say how people reach the site", faults);
}

static void
check_allowed_origins (NbHostSettings *self, GPtrArray *faults)
{
  const char *text = nb_settings_get_text (self->server, "allowed-origins");
  g_autoptr (GError) error = NULL;

  if (*text && !nb_server_check_allowed_origins (text, &error))
    add_fault (self, "allowed-origins", error->message, faults);
}

void
nb_host_settings_check_addresses (NbHostSettings *self, GPtrArray *faults)
{
  g_autoptr (GError) error = NULL;
  NbProxies *proxies = nb_proxies_new (nb_settings_get_text (self->server, "trusted-proxies"), &error);

  if (proxies)
    nb_proxies_free (proxies);
  else
    add_fault (self, "trusted-proxies", error->message, faults);
  check_listen (self, faults);
  check_internal_listen (self, faults);
  check_base_url (self, faults);
  check_allowed_origins (self, faults);
}
