/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads key files strictly. */
#include "core/plugin/nb-key-lines.h"

#include "core/plugin/nb-wording.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAULTS_MAX 50

typedef struct
{
  const char *path;
  guint line;
  char *section;
  GHashTable *seen; /* `section` or `section\nkey` → line */
  GPtrArray *lines;
  GPtrArray *faults;
  guint first_fault;
} Reader;

static void
key_line_free (gpointer data)
{
  NbKeyLine *line = data;

  g_free (line->section);
  g_free (line->key);
  g_free (line->value);
  g_free (line);
}

/* A hostile file doesn't make a hostile report: after some faults the rest isn't told. @sentence: (transfer full) */
static void
add_fault (Reader *reader, char *sentence)
{
  guint n = reader->faults->len - reader->first_fault;

  if (n < FAULTS_MAX)
    g_ptr_array_add (reader->faults, g_strdup_printf ("%s:%u: %s", reader->path, reader->line, sentence));
  else if (n == FAULTS_MAX)
    g_ptr_array_add (reader->faults, g_strdup_printf ("%s:%u: and more faults", reader->path, reader->line));
  g_free (sentence);
}

/* Whether @what is seen for the first time; else its first line is told. */
static gboolean
note_seen (Reader *reader, char *what, const char *shown)
{
  guint first = GPOINTER_TO_UINT (g_hash_table_lookup (reader->seen, what));

  if (first != 0)
    {
      add_fault (reader, g_strdup_printf ("%s: is already in line %u, expected it once", shown, first));
      g_free (what);
      return FALSE;
    }
  g_hash_table_insert (reader->seen, what, GUINT_TO_POINTER (reader->line));
  return TRUE;
}

static gboolean
has_only_text (const char *line)
{
  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p))
    if (*p != '\t' && g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static void
read_section (Reader *reader, const char *line)
{
  gsize length = strlen (line);
  g_autofree char *quoted = nb_wording_quote (line);

  g_clear_pointer (&reader->section, g_free);
  if (length < 3 || line[length - 1] != ']' || strcspn (line + 1, "[]") != length - 2)
    {
      add_fault (reader, g_strdup_printf ("found %s, expected a section such as [name], and nothing after it", quoted));
      return;
    }
  reader->section = g_strndup (line + 1, length - 2);
  note_seen (reader, g_strdup (reader->section), quoted);
}

static gboolean
key_is_valid (const char *key)
{
  return key[0] != '\0'
         && key[strspn (key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.[]@")] == '\0';
}

/* Returns: (nullable): where in @value a comment begins */
static char *
find_comment (char *value)
{
  char *hash = strchr (value, '#');

  while (hash != NULL && hash != value && hash[-1] != ' ' && hash[-1] != '\t')
    hash = strchr (hash + 1, '#');
  return hash;
}

static void
read_pair (Reader *reader, const char *line)
{
  const char *equals = strchr (line, '=');
  g_autofree char *quoted = nb_wording_quote (line);
  g_autofree char *key = equals != NULL ? g_strndup (line, equals - line) : NULL;
  g_autofree char *value = equals != NULL ? g_strstrip (g_strdup (equals + 1)) : NULL;

  if (key == NULL || !key_is_valid (g_strchomp (key)))
    {
      add_fault (reader,
                 g_strdup_printf ("found %s, expected [section], key=value or a line that begins with #", quoted));
      return;
    }
  if (reader->section == NULL)
    {
      add_fault (reader, g_strdup_printf ("%s: expected a [section] before it", key));
      return;
    }
  char *comment = find_comment (value);
  if (comment != NULL)
    {
      add_fault (reader,
                 g_strdup_printf ("%s: found a comment after the value, expected it on a line of its own", key));
      /* The key is there all the same: without the comment it is judged as usual. */
      *comment = '\0';
      g_strchomp (value);
    }
  if (!note_seen (reader, g_strdup_printf ("%s\n%s", reader->section, key), key))
    return;
  NbKeyLine *added = g_new0 (NbKeyLine, 1);
  added->section = g_strdup (reader->section);
  added->key = g_steal_pointer (&key);
  added->value = g_steal_pointer (&value);
  added->line = reader->line;
  g_ptr_array_add (reader->lines, added);
}

/* @text isn't ended by a zero; its line end is already cut off. */
static void
read_line (Reader *reader, const char *text, gsize length)
{
  reader->line++;
  if (length > NB_KEY_LINES_MAX_LINE)
    {
      add_fault (reader, g_strdup_printf ("found %" G_GSIZE_FORMAT " bytes, expected a line of at most %d", length,
                                          NB_KEY_LINES_MAX_LINE));
      return;
    }
  if (length > 0 && text[length - 1] == '\r')
    {
      add_fault (reader, g_strdup ("found a carriage return, expected lines that end in a line feed alone"));
      return;
    }
  if (!g_utf8_validate_len (text, length, NULL))
    {
      add_fault (reader, g_strdup ("found bytes that aren't UTF-8, expected UTF-8 text"));
      return;
    }
  g_autofree char *line = g_strstrip (g_strndup (text, length));
  if (!has_only_text (line))
    add_fault (reader, g_strdup ("found a control character, expected text"));
  else if (line[0] == '[')
    read_section (reader, line);
  else if (line[0] != '#' && line[0] != '\0')
    read_pair (reader, line);
}

GPtrArray *
nb_key_lines_parse (const char *path, const char *data, gsize length, gboolean *is_complete, GPtrArray *faults)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Reader reader = { .path = path, .seen = seen, .faults = faults, .first_fault = faults->len };
  const char *end = data + length;

  reader.lines = g_ptr_array_new_with_free_func (key_line_free);
  if (is_complete != NULL)
    *is_complete = length > 0 && data[length - 1] == '\n';
  if (length > NB_KEY_LINES_MAX_BYTES)
    {
      add_fault (&reader, g_strdup_printf ("expected a file of at most %d bytes", NB_KEY_LINES_MAX_BYTES));
      return reader.lines;
    }
  for (const char *p = data; p < end;)
    {
      const char *stop = memchr (p, '\n', end - p);
      gsize n = stop != NULL ? (gsize)(stop - p) : (gsize)(end - p);
      read_line (&reader, p, n);
      p += n + 1;
    }
  g_free (reader.section);
  return reader.lines;
}

/* Reads at most one byte more than the bound, so that a file that grew, or a device, can't fill the memory. */
static gssize
read_bounded (const char *path, char *buffer, gsize size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat about;
  gsize length = 0;
  gssize n = 0;

  if (fd < 0)
    return -1;
  if (fstat (fd, &about) == 0 && !S_ISREG (about.st_mode))
    {
      close (fd);
      errno = EINVAL;
      return -1;
    }
  while (length < size && (n = read (fd, buffer + length, size - length)) != 0)
    {
      if (n < 0 && errno != EINTR)
        break;
      length += MAX (n, 0);
    }
  int saved = errno;
  close (fd);
  errno = saved;
  return n < 0 ? -1 : (gssize)length;
}

GPtrArray *
nb_key_lines_load (const char *path, gboolean *is_complete, GPtrArray *faults)
{
  g_autofree char *buffer = g_malloc (NB_KEY_LINES_MAX_BYTES + 1);
  gssize length = read_bounded (path, buffer, NB_KEY_LINES_MAX_BYTES + 1);

  if (length < 0)
    {
      const char *reason = errno == EINVAL ? "it isn't a regular file" : g_strerror (errno);
      g_ptr_array_add (faults, g_strdup_printf ("%s: can't be read: %s", path, reason));
      return NULL;
    }
  return nb_key_lines_parse (path, buffer, (gsize)length, is_complete, faults);
}
