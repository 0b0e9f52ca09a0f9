/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plugin says of itself before its code is opened. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  char *dir;
  char *id;
  char *module;      /* the file's name without `.so` */
  GHashTable *names; /* language → name; English is `en` */
  char *version;
  guint api_major;
  guint api_minor;
  char **provides;
  char **requires;
  char **wants;
} NbManifest;

/* Reads @path strictly, with all of its faults: `path:line: key: what was found, what was expected`.
 * Returns: (transfer full) (nullable): NULL if and only if a fault was added. @id: (out) (nullable) (transfer full):
 * the id as far as it could be read, for naming what failed */
NbManifest *nb_manifest_load (const char *path, char **id, GPtrArray *faults);
/* The same for @data, read from @path before. */
NbManifest *nb_manifest_parse (const char *path, const char *data, gsize length, char **id, GPtrArray *faults);
void nb_manifest_free (NbManifest *self);

/* Whether @name is the plugin's id or something it provides. */
gboolean nb_manifest_offers (const NbManifest *self, const char *name);
/* Whether @id can be a plugin's id. */
gboolean nb_plugin_id_is_valid (const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbManifest, nb_manifest_free)

G_END_DECLS
