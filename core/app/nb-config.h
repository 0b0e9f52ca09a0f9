/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration as files, environment and flags together make it, each value with its origin. */
#pragma once

#include "core/app/nb-config-file.h"

G_BEGIN_DECLS

/* Immutable once made; reference-counted. */
typedef struct _NbConfig NbConfig;

/* A value that an option of a command sets. */
typedef struct
{
  const char *option; /* such as `--workers`, for faults; NULL ends a list */
  const char *section;
  const char *key;
  const char *value;
} NbConfigFlag;

/* Where values come from; the later a member stands here, the stronger it is. */
typedef struct
{
  const char *const
      *fallbacks;   /* (nullable) `section.key=value`, weaker than any file; named `--dev` as their origin */
  const char *file; /* (nullable) and with it the *.conf files of conf.d beside it, in the order of their names */
  gboolean file_may_be_missing;
  const char *const *environment; /* (nullable) `NAME=value`; NEIGHBORBID__SECTION__KEY[__FILE] is taken */
  const char *const *sets;        /* (nullable) `section.key=value`; the last dot divides */
  const NbConfigFlag *flags;      /* (nullable) ended by one without an option */
} NbConfigSources;

/* Gathers the values. What is wrong goes into @faults; there is always a configuration, of what was right. */
NbConfig *nb_config_new (const NbConfigSources *sources, GPtrArray *faults);
NbConfig *nb_config_ref (NbConfig *self);
void nb_config_unref (NbConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbConfig, nb_config_unref)

/* (transfer none) (nullable): what @key of @section was set to, and where */
const NbConfigEntry *nb_config_find (NbConfig *self, const char *section, const char *key);
/* (transfer container) (element-type NbConfigEntry): what was set in @section, by key */
GPtrArray *nb_config_list_entries (NbConfig *self, const char *section);
/* (transfer container) (element-type utf8): the sections in which something was set, sorted */
GPtrArray *nb_config_list_sections (NbConfig *self);

/* Returns: (transfer full): @value without passwords that stand inside of addresses */
char *nb_config_mask_addresses (const char *value);

G_END_DECLS
