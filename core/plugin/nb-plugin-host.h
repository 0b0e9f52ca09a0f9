/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds plugins, puts them in order, and leads them through their life. Used on the main loop. */
#pragma once

#include "core/plugin/nb-registry.h"
#include "core/plugin/nb-settings-private.h"

G_BEGIN_DECLS

#define NB_TYPE_PLUGIN_HOST (nb_plugin_host_get_type ())
G_DECLARE_FINAL_TYPE (NbPluginHost, nb_plugin_host, NB, PLUGIN_HOST, GObject)

typedef enum
{
  NB_PLUGIN_OPTIONAL,
  NB_PLUGIN_REQUIRED,
  NB_PLUGIN_DISABLED
} NbPluginMode;

typedef enum
{
  NB_PLUGIN_DISCOVERED,
  NB_PLUGIN_RESOLVED,
  NB_PLUGIN_LOADED,
  NB_PLUGIN_RUNNING,
  NB_PLUGIN_FAILED,
  NB_PLUGIN_OFF /* `disabled` */
} NbPluginState;

/* `optional`, `required`, `disabled` */
gboolean nb_plugin_mode_from_name (const char *name, NbPluginMode *mode);
const char *nb_plugin_mode_name (NbPluginMode mode);
/* `discovered`, `resolved`, `loaded`, `running`, `failed`, `disabled` */
const char *nb_plugin_state_name (NbPluginState state);

/* What the command line, the admin page and /readyz tell of a plugin. */
typedef struct
{
  char *id;
  GHashTable *names; /* language → name; English is `en` */
  char *version;     /* (nullable): %NULL when the manifest couldn't be read */
  NbPluginMode mode;
  NbPluginState state;
  char *reason; /* (nullable): why it failed or is disabled, such as `requires wallet, which is disabled` */
  char **provides;
  char **requires;
  char **wants;
  char *dir;            /* (nullable): its folder */
  char *migrations_dir; /* (nullable): where its migrations are, if it has some */
} NbPluginInfo;

/* Returns: (transfer none): in @language, else in English, else the id */
const char *nb_plugin_info_get_name (const NbPluginInfo *info, const char *language);
/* A GDestroyNotify. */
void nb_plugin_info_free (gpointer info);

/* @store: (nullable): none for a host that only looks plugins over and starts none */
NbPluginHost *nb_plugin_host_new (NbRegistry *registry, NbStore *store);

/* Looks for `*.plugin` in @folder and its direct subfolders. The first of two plugins with one id is kept; the second
 * is listed as failed. A plugin that the config doesn't name is of mode @unnamed. Returns: whether @folder could be
 * read */
gboolean nb_plugin_host_add_folder (NbPluginHost *self, const char *folder, NbPluginMode unnamed, GError **error);

/* Returns: (transfer container) (element-type utf8): every id that was found, sorted */
GPtrArray *nb_plugin_host_list_ids (NbPluginHost *self);

/* Puts the plugins in order and opens the modules of those that are enabled and may start. Call it once, before
 * configure.
 * @modes: (nullable) (element-type utf8 guint): id → GUINT_TO_POINTER (NbPluginMode)
 * Returns: FALSE when a required plugin can't start, with the whole chain, one line for each; the list tells it too */
gboolean nb_plugin_host_load (NbPluginHost *self, GHashTable *modes, GError **error);

/* Returns: (transfer none) (nullable): the declared keys of the section `plugin ID`; %NULL when it has none or isn't
 * loaded */
const NbSetting *nb_plugin_host_get_specs (NbPluginHost *self, const char *id);

/* Checks the sections of all loaded plugins; a plugin without a section takes its defaults. A section of a plugin that
 * isn't found is a fault, one of a plugin that is disabled or failed is let be.
 * @sections: (nullable): id → (element-type utf8 utf8) GHashTable
 * Returns: FALSE if and only if a fault was added */
gboolean nb_plugin_host_configure (NbPluginHost *self, GHashTable *sections, GPtrArray *faults);

/* Applies the migrations of the loaded plugins; for the process that owns the schema, before nb_store_start(). With
 * @may_write FALSE a plugin whose migrations are pending fails. A plugin that started later, by reload, is treated the
 * same way. Returns: FALSE when a required plugin failed */
gboolean nb_plugin_host_migrate (NbPluginHost *self, gboolean may_write, GError **error);

/* Starts what was loaded and configured, in order; `ready` of each follows when all have started. When a required
 * plugin fails, all are stopped again. Returns: FALSE when a required plugin failed, with the whole chain */
gboolean nb_plugin_host_start (NbPluginHost *self, GError **error);

/* Stops everything, in reverse order. A reload under way ends with an error. */
void nb_plugin_host_stop (NbPluginHost *self);

/* Lets no new request into the routes of @owner and calls @done, now or later, exactly once, when those in flight have
 * ended (or took too long). The routes are removed right after. */
typedef void (*NbQuiesceDone) (gpointer done_data);
typedef void (*NbQuiesceFunc) (const char *owner, NbQuiesceDone done, gpointer done_data, gpointer user_data);
void nb_plugin_host_set_quiesce (NbPluginHost *self, NbQuiesceFunc function, gpointer user_data);

/* Takes over new modes and sections: what is newly enabled starts (what had failed is tried again), what is newly
 * disabled stops with everything that requires it, changed settings reach `configure`. When the sections have faults, a
 * plugin refuses its settings, or a required plugin could not start, nothing changes.
 * @faults: (element-type NbSettingFault): gets the sections' faults before the call returns */
void nb_plugin_host_reload_async (NbPluginHost *self, GHashTable *modes, GHashTable *sections, GPtrArray *faults,
                                  GAsyncReadyCallback callback, gpointer user_data);
gboolean nb_plugin_host_reload_finish (NbPluginHost *self, GAsyncResult *result, GError **error);

/* Returns: (transfer full) (element-type NbPluginInfo): every plugin, by id */
GPtrArray *nb_plugin_host_list (NbPluginHost *self);
/* Whether one that should run failed. */
gboolean nb_plugin_host_has_failed (NbPluginHost *self);
/* Whether every required plugin runs. */
gboolean nb_plugin_host_is_ready (NbPluginHost *self);

G_END_DECLS
