/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One plugin as the host knows it: where it was found, what was decided about it, and what runs of it. */
#pragma once

#include "core/plugin/nb-manifest.h"
#include "core/plugin/nb-plugin-host.h"

G_BEGIN_DECLS

/* What is, or is planned: how the config wants the plugin, and how far it came. */
typedef struct
{
  NbPluginMode mode;
  NbPluginState state;
  char *reason;        /* (nullable) */
  gboolean is_blocked; /* it failed because of another: the reason begins with `requires` */
} NbPluginVerdict;

typedef struct
{
  char *id;
  NbManifest *manifest; /* (nullable): %NULL when it couldn't be read or wasn't found */
  char *fault;          /* (nullable): why it can't be used, whatever the config says */
  gboolean is_missing;  /* named by the config alone */
  gboolean is_double;   /* another plugin of this id came first */
  NbPluginMode unnamed; /* its mode where the config doesn't name it */
  NbPluginVerdict now;
  NbPluginVerdict next;
  GType type;                /* of its class, once its module is open */
  NbSettings *settings;      /* (nullable): those in force */
  NbSettings *next_settings; /* (nullable): checked, to be taken over */
  NbPlugin *plugin;          /* (nullable) */
  NbContext *context;        /* (nullable): lives as long as the plugin */
} NbPluginRecord;

/* @manifest: (transfer full) (nullable) */
NbPluginRecord *nb_plugin_record_new (const char *id, NbManifest *manifest, NbPluginMode unnamed);
/* A GDestroyNotify. */
void nb_plugin_record_free (gpointer record);

/* @reason: (transfer full) (nullable) */
void nb_plugin_verdict_set (NbPluginVerdict *self, NbPluginState state, char *reason, gboolean is_blocked);
void nb_plugin_verdict_copy (NbPluginVerdict *self, const NbPluginVerdict *other);

/* Sets what is, and tells it to the log and the metrics. @reason: (transfer full) (nullable) */
void nb_plugin_record_set_state (NbPluginRecord *self, NbPluginState state, char *reason, gboolean is_blocked);

/* Returns: (transfer full): `wallet failed: …` or `auction-x requires wallet, which is disabled` */
char *nb_plugin_record_print_failure (const NbPluginRecord *self, const NbPluginVerdict *verdict);

/* Returns: (transfer none) (nullable): the first record of @id in @records (element-type NbPluginRecord) */
NbPluginRecord *nb_plugin_records_find (GPtrArray *records, const char *id);

/* Returns: (transfer full) */
NbPluginInfo *nb_plugin_record_to_info (const NbPluginRecord *self);

G_END_DECLS
