/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Static files of the host and the plugins: read into memory, under addresses that change with what is in them. */
#pragma once

#include <neighborbid/nb-request.h>

G_BEGIN_DECLS

#define NB_STATIC_PREFIX "/static/"

/* Files of a set, and bytes in a file, at most. */
#define NB_STATIC_MAX_FILES 2000
#define NB_STATIC_MAX_BYTES (8 * 1024 * 1024)

typedef struct _NbStatic NbStatic;

NbStatic *nb_static_new (void);
void nb_static_free (NbStatic *self);
/* Reads all files below @dir, whose addresses begin with @prefix (`` for the host, else `ID/`). A missing folder is an
 * empty one; links that lead out of it and hidden files are left out. */
gboolean nb_static_add_dir (NbStatic *self, const char *dir, const char *prefix, GError **error);
/* Takes back what came under @prefix. */
void nb_static_remove (NbStatic *self, const char *prefix);

/* Returns: (transfer none): the address of @path (such as `css/site.css`) to put in a page: with a digest of its whole
 * set in it, so that it can be kept for ever, and so that files which name each other relatively stay together. For a
 * path that is not there, an address that answers 404. */
const char *nb_static_get_url (NbStatic *self, const char *path);
/* Answers a request whose path begins with NB_STATIC_PREFIX. */
void nb_static_respond (NbStatic *self, NbRequest *request);

G_END_DECLS
