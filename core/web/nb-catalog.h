/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translations at run time: the language belongs to the reader of a page, not to the process. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Compiled message files (`.mo`) of several domains and languages. English is the language of the msgids and needs no
 * file. Filled and read on the main loop; what a lookup returns lives as long as its domain stays loaded. */
typedef struct _NbCatalog NbCatalog;

#define NB_CATALOG_DOMAIN "neighborbid" /* of core; a plugin's domain is its id */

#define NB_CATALOG_ERROR (nb_catalog_error_quark ())
GQuark nb_catalog_error_quark (void);
typedef enum
{
  NB_CATALOG_ERROR_BROKEN /* not a message file, or one that points outside itself */
} NbCatalogError;

NbCatalog *nb_catalog_new (void);
void nb_catalog_free (NbCatalog *self);

/* Reads `DIR/LANGUAGE/LC_MESSAGES/DOMAIN.mo` for every language that has one. A missing folder is fine, a broken file
 * is an error that names it, and then nothing of @domain is loaded. Loading a domain again replaces it. */
gboolean nb_catalog_load (NbCatalog *self, const char *dir, const char *domain, GError **error);
/* Takes over one file's bytes, for tests and fuzzing. @name stands in messages. */
gboolean nb_catalog_add_bytes (NbCatalog *self, const char *domain, const char *language, GBytes *bytes,
                               const char *name, GError **error);
void nb_catalog_unload (NbCatalog *self, const char *domain);
gboolean nb_catalog_has (NbCatalog *self, const char *domain, const char *language);

/* Returns: (transfer none): the translation, or @msgid. @domain NULL looks through core and then every other domain,
 * for messages (such as errors) that may come from anywhere. @self may be NULL: then nothing is translated. */
const char *nb_catalog_lookup (NbCatalog *self, const char *language, const char *domain, const char *msgid);
/* As above, for a message whose form depends on @n; without a translation @msgid for one, @plural for others. */
const char *nb_catalog_lookup_plural (NbCatalog *self, const char *language, const char *domain, const char *msgid,
                                      const char *plural, gint64 n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbCatalog, nb_catalog_free)

G_END_DECLS
