/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin: its settings, and what it brings to the host. */
#include "nb-ledger-checks.h"
#include "nb-ledger-gauges.h"
#include "nb-ledger-wallet.h"
#include "nb-teller.h"
#include "nb-wallet-api.h"
#include "nb-wallet-page.h"

#include <glib/gi18n.h>

#define NB_TYPE_WALLET_PLUGIN (nb_wallet_plugin_get_type ())
G_DECLARE_FINAL_TYPE (NbWalletPlugin, nb_wallet_plugin, NB, WALLET_PLUGIN, NbPlugin)

struct _NbWalletPlugin
{
  NbPlugin parent_instance;

  NbLedgerWallet *wallet;
  NbTeller *teller;
};

G_DEFINE_FINAL_TYPE (NbWalletPlugin, nb_wallet_plugin, NB_TYPE_PLUGIN)
NB_PLUGIN_DEFINE (nb_wallet_plugin_get_type)

static const NbSetting settings[] = {
  {
      .name = "payment-provider",
      .kind = NB_SETTING_CHOICE,
      .fallback = "manual",
      .choices = "manual|plugin",
      .help = "where deposits come from: manual (a demonstration that credits at once) or the plugin that offers one",
  },
  {
      .name = "deposit-max",
      .kind = NB_SETTING_INT,
      .fallback = "10000000",
      .minimum = 1,
      .maximum = NB_MONEY_MAX_OPERATION,
      .help = "the most that one deposit may bring, in won",
  },
  {
      .name = "withdraw-max",
      .kind = NB_SETTING_INT,
      .fallback = "1000000000000",
      .minimum = 1,
      .maximum = NB_MONEY_MAX_OPERATION,
      .help = "the most that one withdrawal may take, in won",
  },
  { NULL },
};

static gboolean
configure (NbPlugin *plugin, NbSettings *values, GError **error)
{
  NbWalletPlugin *self = NB_WALLET_PLUGIN (plugin);
  NbTellerOptions options = {
    .deposit_max = nb_settings_get_int (values, "deposit-max"),
    .withdraw_max = nb_settings_get_int (values, "withdraw-max"),
    .is_manual = g_str_equal (nb_settings_get_text (values, "payment-provider"), "manual"),
  };

  nb_teller_set_options (self->teller, &options);
  return TRUE;
}

static gboolean
start (NbPlugin *plugin, NbContext *context, GError **error)
{
  NbWalletPlugin *self = NB_WALLET_PLUGIN (plugin);

  if (!nb_context_add_service (context, NB_TYPE_WALLET, G_OBJECT (self->wallet), error)
      || !nb_ledger_checks_add (context, error) || !nb_ledger_gauges_add (context, error)
      || !nb_wallet_api_add_routes (context, self->teller, error)
      || !nb_wallet_page_add_routes (context, self->teller, error))
    return FALSE;
  nb_teller_set_context (self->teller, context);
  return TRUE;
}

/* A plugin that offers payments may have started after this one. */
static gboolean
ready (NbPlugin *plugin, NbContext *context, GError **error)
{
  NbWalletPlugin *self = NB_WALLET_PLUGIN (plugin);

  if (nb_teller_get_provider (self->teller) != NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "payment-provider=plugin, but no running plugin offers payments; enable one or say manual");
  return FALSE;
}

static void
stop (NbPlugin *plugin)
{
  nb_teller_set_context (NB_WALLET_PLUGIN (plugin)->teller, NULL);
}

static void
nb_wallet_plugin_finalize (GObject *object)
{
  NbWalletPlugin *self = NB_WALLET_PLUGIN (object);

  g_clear_object (&self->teller);
  g_clear_object (&self->wallet);
  G_OBJECT_CLASS (nb_wallet_plugin_parent_class)->finalize (object);
}

static void
nb_wallet_plugin_class_init (NbWalletPluginClass *klass)
{
  NbPluginClass *plugin_class = NB_PLUGIN_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = nb_wallet_plugin_finalize;
  plugin_class->settings = settings;
  plugin_class->configure = configure;
  plugin_class->start = start;
  plugin_class->ready = ready;
  plugin_class->stop = stop;
}

static void
nb_wallet_plugin_init (NbWalletPlugin *self)
{
  self->wallet = nb_ledger_wallet_new ();
  self->teller = nb_teller_new (NB_WALLET (self->wallet));
}
