/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Static files of the host and the plugins: read into memory, under addresses that change with what is in them. */
#include "core/web/nb-static.h"

#include "core/web/nb-compress.h"
#include "core/web/nb-request-private.h"
#include "core/web/nb-script-text.h"
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define DIGEST_CHARACTERS 16
#define FOR_EVER "public, max-age=31536000, immutable"
#define ASK_EACH_TIME "public, no-cache"

typedef struct
{
  char *prefix;
  char digest[DIGEST_CHARACTERS + 1]; /* of all files together */
} Set;

typedef struct
{
  Set *set;
  const char *content_type;
  GBytes *bytes;
  GBytes *gzip; /* (nullable) */
  char *etag;
  char *url;
} File;

struct _NbStatic
{
  GPtrArray *sets;
  GHashTable *files;   /* path with its set's prefix to File */
  GHashTable *missing; /* path to address */
  NbCompressor *compressor;
};

static const struct
{
  const char *suffix;
  const char *content_type;
} types[] = {
  { ".css", "text/css; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".mjs", "text/javascript; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".html", "text/html; charset=utf-8" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".json", "application/json" },
  { ".webmanifest", "application/manifest+json" },
  { ".png", "image/png" },
  { ".jpg", "image/jpeg" },
  { ".webp", "image/webp" },
  { ".avif", "image/avif" },
  { ".ico", "image/x-icon" },
  { ".woff2", "font/woff2" },
};

static void
set_free (gpointer data)
{
  Set *self = data;

  g_free (self->prefix);
  g_free (self);
}

static void
file_free (gpointer data)
{
  File *self = data;

  g_bytes_unref (self->bytes);
  g_clear_pointer (&self->gzip, g_bytes_unref);
  g_free (self->etag);
  g_free (self->url);
  g_free (self);
}

NbStatic *
nb_static_new (void)
{
  NbStatic *self = g_new0 (NbStatic, 1);

  self->sets = g_ptr_array_new_with_free_func (set_free);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_free);
  self->missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->compressor = nb_compressor_new (9);
  return self;
}

void
nb_static_free (NbStatic *self)
{
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->missing);
  g_ptr_array_unref (self->sets);
  nb_compressor_free (self->compressor);
  g_free (self);
}

static const char *
find_type (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].suffix))
      return types[i].content_type;
  return "application/octet-stream";
}

static void
shorten (File *file)
{
  GBytes *shorter = nb_script_text_shorten (file->bytes);

  g_bytes_unref (file->bytes);
  file->bytes = shorter;
}

static gboolean
add_file (NbStatic *self, Set *set, const char *full, const char *path, GError **error)
{
  File *file;
  char *data;
  gsize length;
  g_autofree char *digest = NULL;

  if (!g_file_get_contents (full, &data, &length, error))
    return FALSE;
  file = g_new0 (File, 1);
  file->set = set;
  file->bytes = g_bytes_new_take (data, length);
  file->content_type = find_type (path);
  if (g_str_has_prefix (file->content_type, "text/javascript"))
    shorten (file);
  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, file->bytes);
  digest[DIGEST_CHARACTERS] = '\0';
  file->etag = g_strdup_printf ("\"%s\"", digest);
  if (nb_compress_is_text (file->content_type))
    file->gzip = nb_compressor_gzip (self->compressor, file->bytes);
  g_hash_table_insert (self->files, g_strconcat (set->prefix, path, NULL), file);
  return TRUE;
}

static gboolean add_folder (NbStatic *self, Set *set, const char *dir, const char *path, GError **error);

static gboolean
add_entry (NbStatic *self, Set *set, const char *full, const char *path, GError **error)
{
  GStatBuf info;

  if (g_lstat (full, &info) != 0)
    return TRUE;
  if (S_ISDIR (info.st_mode))
    {
      g_autofree char *below = g_strconcat (path, "/", NULL);

      return add_folder (self, set, full, below, error);
    }
  if (!S_ISREG (info.st_mode))
    return TRUE;
  if (info.st_size > NB_STATIC_MAX_BYTES || g_hash_table_size (self->files) >= NB_STATIC_MAX_FILES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "'%s': too large for a static file, or one file too many",
                   full);
      return FALSE;
    }
  return add_file (self, set, full, path, error);
}

static gboolean
add_folder (NbStatic *self, Set *set, const char *dir, const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (dir, 0, error);
  const char *name;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *full = g_build_filename (dir, name, NULL);
      g_autofree char *below = g_strconcat (path, name, NULL);

      if (name[0] != '.' && !add_entry (self, set, full, below, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* The digest of a set is that of its files' names and digests, in order. */
static void
seal (NbStatic *self, Set *set)
{
  g_autoptr (GList) paths = g_list_sort (g_hash_table_get_keys (self->files), compare_names);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (GList *l = paths; l != NULL; l = l->next)
    {
      const File *file = g_hash_table_lookup (self->files, l->data);

      if (file->set != set)
        continue;
      g_checksum_update (checksum, l->data, strlen (l->data) + 1);
      g_checksum_update (checksum, (const guchar *)file->etag, strlen (file->etag));
    }
  memcpy (set->digest, g_checksum_get_string (checksum), DIGEST_CHARACTERS);
  for (GList *l = paths; l != NULL; l = l->next)
    {
      File *file = g_hash_table_lookup (self->files, l->data);

      if (file->set == set)
        file->url = g_strconcat (NB_STATIC_PREFIX, set->digest, "/", (const char *)l->data, NULL);
    }
}

gboolean
nb_static_add_dir (NbStatic *self, const char *dir, const char *prefix, GError **error)
{
  Set *set;

  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    return TRUE;
  set = g_new0 (Set, 1);
  set->prefix = g_strdup (prefix);
  g_ptr_array_add (self->sets, set);
  if (!add_folder (self, set, dir, "", error))
    {
      nb_static_remove (self, prefix);
      return FALSE;
    }
  seal (self, set);
  g_hash_table_remove_all (self->missing);
  return TRUE;
}

static gboolean
is_of_set (gpointer key, gpointer value, gpointer user_data)
{
  return ((const File *)value)->set == user_data;
}

void
nb_static_remove (NbStatic *self, const char *prefix)
{
  for (guint i = 0; i < self->sets->len; i++)
    {
      Set *set = g_ptr_array_index (self->sets, i);

      if (strcmp (set->prefix, prefix) != 0)
        continue;
      g_hash_table_foreach_remove (self->files, is_of_set, set);
      g_ptr_array_remove_index (self->sets, i);
      return;
    }
}

const char *
nb_static_get_url (NbStatic *self, const char *path)
{
  const File *file = g_hash_table_lookup (self->files, path);
  const char *url;

  if (file != NULL)
    return file->url;
  url = g_hash_table_lookup (self->missing, path);
  if (url != NULL)
    return url;
  /* Paths come from templates, of which there are few. */
  g_warning ("there is no static file '%s'", path);
  g_hash_table_insert (self->missing, g_strdup (path), g_strconcat (NB_STATIC_PREFIX, path, NULL));
  return g_hash_table_lookup (self->missing, path);
}

/* Returns: (nullable): the file of @path, with or without its set's digest in front */
static const File *
find_file (NbStatic *self, const char *path, gboolean *is_digested)
{
  const char *rest = strchr (path, '/');
  const File *file = rest != NULL ? g_hash_table_lookup (self->files, rest + 1) : NULL;

  *is_digested
      = file != NULL && rest - path == DIGEST_CHARACTERS && strncmp (path, file->set->digest, DIGEST_CHARACTERS) == 0;
  return *is_digested ? file : g_hash_table_lookup (self->files, path);
}

static void
respond_file (NbRequest *request, const File *file, gboolean is_digested)
{
  const char *known = nb_request_get_header (request, "If-None-Match");
  const gboolean is_gzip
      = file->gzip != NULL && nb_compress_is_accepted (nb_request_get_header (request, "Accept-Encoding"));

  nb_request_set_header (request, "ETag", file->etag);
  nb_request_set_header (request, "Cache-Control", is_digested ? FOR_EVER : ASK_EACH_TIME);
  if (file->gzip != NULL)
    nb_request_set_header (request, "Vary", "Accept-Encoding");
  if (known != NULL && strstr (known, file->etag) != NULL)
    {
      nb_request_respond_empty (request, 304);
      return;
    }
  if (is_gzip)
    nb_request_set_header (request, "Content-Encoding", "gzip");
  nb_request_respond_bytes (request, 200, file->content_type, is_gzip ? file->gzip : file->bytes);
}

void
nb_static_respond (NbStatic *self, NbRequest *request)
{
  gboolean is_digested;
  const File *file = find_file (self, nb_request_get_path (request) + strlen (NB_STATIC_PREFIX), &is_digested);
  const char *method = nb_request_get_method (request);
  g_autoptr (GError) error = NULL;

  if (file == NULL)
    error = nb_error_new (NB_ERROR_NOT_FOUND, N_ ("there is nothing at this address"), NULL);
  else if (strcmp (method, "GET") != 0 && strcmp (method, "HEAD") != 0)
    {
      nb_request_set_header (request, "Allow", "GET, HEAD");
      error = nb_error_new (NB_ERROR_METHOD_NOT_ALLOWED, N_ ("this address does not take {method}"), "method", method,
                            NULL);
    }
  if (error != NULL)
    nb_request_respond_error (request, error);
  else
    respond_file (request, file, is_digested);
}
