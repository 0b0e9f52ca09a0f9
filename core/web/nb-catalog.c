/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads gettext's compiled message files, trusting none of their offsets. */
#include "core/web/nb-catalog.h"

#include <string.h>

#define MO_MAGIC 0x950412deu
#define MO_HEADER_SIZE 28
#define MAX_FILE_SIZE (4 * 1024 * 1024)

typedef struct
{
  const char *forms; /* the plural forms, each ended by NUL */
  gsize length;      /* of all of them, without the last NUL */
} Translation;

typedef struct
{
  char *domain;
  char *language;
  GBytes *bytes;
  GHashTable *messages; /* msgid (into bytes) → Translation */
  guint n_forms;
} MessageFile;

struct _NbCatalog
{
  GPtrArray *files; /* of MessageFile; few, so a list */
};

/* A file's bytes with what is needed to read numbers and texts from them safely. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gboolean is_swapped;
} Reader;

G_DEFINE_QUARK (nb - catalog - error - quark, nb_catalog_error)

static void
message_file_free (gpointer data)
{
  MessageFile *file = data;

  g_free (file->domain);
  g_free (file->language);
  g_clear_pointer (&file->messages, g_hash_table_unref);
  g_clear_pointer (&file->bytes, g_bytes_unref);
  g_free (file);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageFile, message_file_free)

NbCatalog *
nb_catalog_new (void)
{
  NbCatalog *self = g_new0 (NbCatalog, 1);

  self->files = g_ptr_array_new_with_free_func (message_file_free);
  return self;
}

void
nb_catalog_free (NbCatalog *self)
{
  g_ptr_array_unref (self->files);
  g_free (self);
}

static gboolean
read_number (const Reader *reader, gsize offset, guint32 *number)
{
  guint32 raw;

  if (offset > reader->size || reader->size - offset < sizeof raw)
    return FALSE;
  memcpy (&raw, reader->data + offset, sizeof raw);
  *number = reader->is_swapped ? GUINT32_SWAP_LE_BE (raw) : raw;
  return TRUE;
}

/* Reads entry @index of the table at @table: a text's length and place. The text must end in NUL inside the file. */
static const char *
read_text (const Reader *reader, guint32 table, guint32 index, gsize *length)
{
  gsize entry = (gsize)table + (gsize)index * 8;
  guint32 size;
  guint32 offset;
  const char *text;

  if (!read_number (reader, entry, &size) || !read_number (reader, entry + 4, &offset))
    return NULL;
  if (offset >= reader->size || reader->size - offset <= size)
    return NULL;
  text = (const char *)reader->data + offset;
  if (text[size] != '\0')
    return NULL;
  *length = size;
  return text;
}

static gboolean
is_utf8_with_nuls (const char *text, gsize length)
{
  const char *end = text + length;

  while (text <= end)
    {
      gsize part = strlen (text);

      if (!g_utf8_validate (text, (gssize)part, NULL))
        return FALSE;
      text += part + 1;
    }
  return TRUE;
}

/* Only the two rules of the languages that we ship, and of most others, are known; another one is refused rather than
 * guessed. */
static gboolean
read_plural_rule (MessageFile *file, const char *name, GError **error)
{
  Translation *header = g_hash_table_lookup (file->messages, "");
  const char *rule = header == NULL ? NULL : strstr (header->forms, "Plural-Forms:");
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree char *packed = NULL;

  file->n_forms = 1;
  if (rule == NULL)
    return TRUE;
  line = g_strndup (rule, strcspn (rule, "\n"));
  words = g_strsplit (line, " ", -1);
  packed = g_strjoinv ("", words);
  if (strstr (packed, "nplurals=1;") != NULL)
    return TRUE;
  file->n_forms = 2;
  if (strstr (packed, "nplurals=2;plural=n!=1;") != NULL || strstr (packed, "nplurals=2;plural=(n!=1);") != NULL)
    return TRUE;
  g_set_error (error, NB_CATALOG_ERROR, NB_CATALOG_ERROR_BROKEN, "%s: unknown rule of plurals “%s”", name, line);
  return FALSE;
}

static gboolean
read_messages (MessageFile *file, const Reader *reader, const char *name, GError **error)
{
  guint32 count, originals, translations;

  if (!read_number (reader, 8, &count) || !read_number (reader, 12, &originals)
      || !read_number (reader, 16, &translations) || count > reader->size / 16)
    {
      g_set_error (error, NB_CATALOG_ERROR, NB_CATALOG_ERROR_BROKEN, "%s: the header does not fit the file", name);
      return FALSE;
    }
  for (guint32 i = 0; i < count; i++)
    {
      gsize id_length, length;
      const char *id = read_text (reader, originals, i, &id_length);
      const char *text = read_text (reader, translations, i, &length);
      Translation *translation;

      if (id == NULL || text == NULL || !is_utf8_with_nuls (id, id_length) || !is_utf8_with_nuls (text, length))
        {
          g_set_error (error, NB_CATALOG_ERROR, NB_CATALOG_ERROR_BROKEN,
                       "%s: message %u lies outside the file or is not UTF-8", name, i);
          return FALSE;
        }
      translation = g_new (Translation, 1);
      *translation = (Translation){ text, length };
      g_hash_table_insert (file->messages, (gpointer)id, translation);
    }
  return read_plural_rule (file, name, error);
}

static MessageFile *
parse_file (const char *domain, const char *language, GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (MessageFile) file = g_new0 (MessageFile, 1);
  Reader reader = { NULL, 0, FALSE };
  guint32 magic = 0;
  guint32 revision = 0;

  file->domain = g_strdup (domain);
  file->language = g_strdup (language);
  file->bytes = g_bytes_ref (bytes);
  file->messages = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  reader.data = g_bytes_get_data (bytes, &reader.size);
  if (reader.size < MO_HEADER_SIZE || reader.size > MAX_FILE_SIZE || !read_number (&reader, 0, &magic)
      || (magic != MO_MAGIC && magic != GUINT32_SWAP_LE_BE (MO_MAGIC)))
    {
      g_set_error (error, NB_CATALOG_ERROR, NB_CATALOG_ERROR_BROKEN, "%s: not a message file of at most 4 MiB", name);
      return NULL;
    }
  reader.is_swapped = magic != MO_MAGIC;
  if (!read_number (&reader, 4, &revision) || revision >> 16 > 1)
    {
      g_set_error (error, NB_CATALOG_ERROR, NB_CATALOG_ERROR_BROKEN, "%s: unknown format %u", name, revision >> 16);
      return NULL;
    }
  if (!read_messages (file, &reader, name, error))
    return NULL;
  return g_steal_pointer (&file);
}

static MessageFile *
find_file (NbCatalog *self, const char *domain, const char *language)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      MessageFile *file = self->files->pdata[i];

      if (strcmp (file->language, language) == 0 && strcmp (file->domain, domain) == 0)
        return file;
    }
  return NULL;
}

gboolean
nb_catalog_add_bytes (NbCatalog *self, const char *domain, const char *language, GBytes *bytes, const char *name,
                      GError **error)
{
  MessageFile *file = parse_file (domain, language, bytes, name, error);
  MessageFile *old;

  if (file == NULL)
    return FALSE;
  old = find_file (self, domain, language);
  if (old != NULL)
    g_ptr_array_remove (self->files, old);
  g_ptr_array_add (self->files, file);
  return TRUE;
}

static gboolean
load_language (NbCatalog *self, const char *dir, const char *domain, const char *language, GError **error)
{
  g_autofree char *base = g_strconcat (domain, ".mo", NULL);
  g_autofree char *path = g_build_filename (dir, language, "LC_MESSAGES", base, NULL);
  g_autoptr (GBytes) bytes = NULL;
  char *data = NULL;
  gsize size = 0;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_file_get_contents (path, &data, &size, error))
    return FALSE;
  bytes = g_bytes_new_take (data, size);
  return nb_catalog_add_bytes (self, domain, language, bytes, path, error);
}

gboolean
nb_catalog_load (NbCatalog *self, const char *dir, const char *domain, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *language;

  nb_catalog_unload (self, domain);
  while (folder != NULL && (language = g_dir_read_name (folder)) != NULL)
    if (!load_language (self, dir, domain, language, error))
      {
        nb_catalog_unload (self, domain);
        return FALSE;
      }
  return TRUE;
}

void
nb_catalog_unload (NbCatalog *self, const char *domain)
{
  for (guint i = self->files->len; i > 0; i--)
    {
      MessageFile *file = self->files->pdata[i - 1];

      if (strcmp (file->domain, domain) == 0)
        g_ptr_array_remove_index (self->files, i - 1);
    }
}

gboolean
nb_catalog_has (NbCatalog *self, const char *domain, const char *language)
{
  return find_file (self, domain, language) != NULL;
}

static const char *
lookup_in (const MessageFile *file, const char *msgid, guint form)
{
  const Translation *translation = g_hash_table_lookup (file->messages, msgid);
  const char *text;

  if (translation == NULL)
    return NULL;
  text = translation->forms;
  for (; form > 0; form--)
    {
      text += strlen (text) + 1;
      if (text > translation->forms + translation->length)
        return NULL;
    }
  return *text == '\0' ? NULL : text;
}

static const char *
lookup (NbCatalog *self, const char *language, const char *domain, const char *msgid, gint64 n)
{
  if (self == NULL || *msgid == '\0')
    return NULL;
  for (guint i = 0; i < self->files->len; i++)
    {
      const MessageFile *file = self->files->pdata[i];
      const char *text;

      if (strcmp (file->language, language) != 0 || (domain != NULL && strcmp (file->domain, domain) != 0))
        continue;
      text = lookup_in (file, msgid, file->n_forms == 2 && n != 1 ? 1 : 0);
      if (text != NULL)
        return text;
    }
  return NULL;
}

const char *
nb_catalog_lookup (NbCatalog *self, const char *language, const char *domain, const char *msgid)
{
  const char *text = lookup (self, language, domain, msgid, 1);

  return text != NULL ? text : msgid;
}

const char *
nb_catalog_lookup_plural (NbCatalog *self, const char *language, const char *domain, const char *msgid,
                          const char *plural, gint64 n)
{
  const char *text = lookup (self, language, domain, msgid, n);

  if (text != NULL)
    return text;
  return n == 1 ? msgid : plural;
}
