/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The migration files of one component. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int number;
  char *name;
  char *checksum; /* of the file as it stands */
  char *script;   /* for one database */
} NbMigrationFile;

/* Returns: (transfer full) (element-type NbMigrationFile): the files of @dir by number, or NULL with @error set */
GPtrArray *nb_migration_files_read (const char *dir, gboolean is_sqlite, GError **error);

G_END_DECLS
