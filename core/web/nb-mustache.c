/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a Mustache template into a tree, with the whitespace rules of the Mustache specification. */
#include "core/web/nb-mustache.h"

#include <string.h>

#define MAX_NAME 64
#define BLANKS " \t"

typedef struct
{
  const char *name;
  const char *source;
  const char *pos;
  char *open; /* the delimiters in force */
  char *close;
  int line;         /* of pos */
  GPtrArray *stack; /* of NbNode, not owned: the root and what is open */
  NbHelperIndexFunc find_helper;
} Parser;

/* One tag as it stands in the source. */
typedef struct
{
  char sigil;        /* one of # ^ / > < $ ! = & {, or NUL */
  char *content;     /* without blanks around it */
  const char *start; /* of the opening delimiter */
  const char *end;   /* after the closing delimiter */
} Tag;

G_DEFINE_QUARK (nb - mustache - error - quark, nb_mustache_error)

static void
node_destroy (gpointer data)
{
  nb_node_free (data);
}

void
nb_node_free (NbNode *self)
{
  g_free (self->text);
  g_free (self->argument);
  g_free (self->plural);
  g_free (self->indent);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_free (self);
}

static NbNode *
node_new (NbNodeKind kind, int line, const char *text)
{
  NbNode *node = g_new0 (NbNode, 1);

  node->kind = kind;
  node->line = line;
  node->text = g_strdup (text);
  node->length = text == NULL ? 0 : strlen (text);
  if (kind == NB_NODE_ROOT || kind == NB_NODE_SECTION || kind == NB_NODE_INVERTED || kind == NB_NODE_PARENT
      || kind == NB_NODE_BLOCK)
    node->children = g_ptr_array_new_with_free_func (node_destroy);
  return node;
}

static NbNode *
parser_top (Parser *parser)
{
  return parser->stack->pdata[parser->stack->len - 1];
}

static void G_GNUC_PRINTF (3, 4) set_syntax_error (GError **error, Parser *parser, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_SYNTAX, "%s:%d: %s", parser->name, parser->line, text);
}

static NbNode *
parser_add (Parser *parser, NbNodeKind kind, const char *text)
{
  NbNode *node = node_new (kind, parser->line, text);

  g_ptr_array_add (parser_top (parser)->children, node);
  return node;
}

static void
parser_add_text (Parser *parser, const char *start, const char *end)
{
  NbNode *node;

  if (start >= end)
    return;
  node = parser_add (parser, NB_NODE_TEXT, NULL);
  node->text = g_strndup (start, (gsize)(end - start));
  node->length = (gsize)(end - start);
}

static void
parser_move_to (Parser *parser, const char *pos)
{
  for (; parser->pos < pos; parser->pos++)
    if (*parser->pos == '\n')
      parser->line++;
}

static gboolean
is_name (const char *name)
{
  gsize length = strlen (name);

  if (strcmp (name, ".") == 0)
    return TRUE;
  if (length == 0 || length > MAX_NAME || name[0] == '.' || name[length - 1] == '.' || strstr (name, "..") != NULL)
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("._-", *name) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_template_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME || name[0] == '.' || strstr (name, "..") != NULL)
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("._-/", *name) == NULL)
      return FALSE;
  return TRUE;
}

/* Finds the closing delimiter. Braces inside a message (`{{_ Hi {name}}}`) belong to it. */
static const char *
find_close (Parser *parser, const char *from, const char *close, gboolean is_message)
{
  int depth = 0;

  if (!is_message)
    return strstr (from, close);
  for (; *from != '\0'; from++)
    {
      if (depth == 0 && g_str_has_prefix (from, close))
        return from;
      if (*from == '{')
        depth++;
      else if (*from == '}' && depth > 0)
        depth--;
    }
  return NULL;
}

static gboolean
read_tag (Parser *parser, const char *start, Tag *tag, GError **error)
{
  const char *from = start + strlen (parser->open);
  g_autofree char *close = NULL;
  const char *end;
  gboolean is_message;

  tag->start = start;
  tag->sigil = '\0';
  while (g_ascii_isspace (*from))
    from++;
  if (*from != '\0' && strchr ("#^/><$!=&{", *from) != NULL)
    tag->sigil = *from++;
  is_message = tag->sigil == '\0' && from[0] == '_' && (from[1] == ' ' || g_str_has_prefix (from, "_n "));
  if (tag->sigil == '{' || tag->sigil == '=')
    close = g_strconcat (tag->sigil == '{' ? "}" : "=", parser->close, NULL);
  else
    close = g_strdup (parser->close);
  end = find_close (parser, from, close, is_message);
  if (end == NULL)
    {
      set_syntax_error (error, parser, "this tag is never closed by “%s”", close);
      return FALSE;
    }
  tag->content = g_strstrip (g_strndup (from, (gsize)(end - from)));
  tag->end = end + strlen (close);
  return TRUE;
}

/* Whether nothing but blanks stands beside the tag on its line; then @line_start and @line_end span that line. */
static gboolean
is_standalone (Parser *parser, const Tag *tag, const char **line_start, const char **line_end)
{
  const char *start = tag->start;
  const char *end = tag->end + strspn (tag->end, BLANKS);

  if (tag->sigil == '\0' || strchr ("#^/><$!=", tag->sigil) == NULL)
    return FALSE;
  while (start > parser->source && strchr (BLANKS, start[-1]) != NULL)
    start--;
  if (start > parser->source && start[-1] != '\n')
    return FALSE;
  if (g_str_has_prefix (end, "\r\n"))
    end += 2;
  else if (*end == '\n')
    end++;
  else if (*end != '\0')
    return FALSE;
  *line_start = start;
  *line_end = end;
  return TRUE;
}

static gboolean
set_delimiters (Parser *parser, const char *content, GError **error)
{
  gsize length = strcspn (content, " \t\r\n");
  const char *second = content + length + strspn (content + length, " \t\r\n");

  if (length == 0 || *second == '\0' || strpbrk (second, " \t\r\n=") != NULL || memchr (content, '=', length) != NULL)
    {
      set_syntax_error (error, parser, "new delimiters must be two words without “=”, not “%s”", content);
      return FALSE;
    }
  g_free (parser->open);
  g_free (parser->close);
  parser->open = g_strndup (content, length);
  parser->close = g_strdup (second);
  return TRUE;
}

/* Long messages may be wrapped in the template: any run of white space is one blank. */
static char *
collapse (const char *text)
{
  GString *out = g_string_new (NULL);
  const char *word = text + strspn (text, " \t\r\n");

  while (*word != '\0')
    {
      gsize length = strcspn (word, " \t\r\n");

      if (out->len > 0)
        g_string_append_c (out, ' ');
      g_string_append_len (out, word, (gssize)length);
      word += length;
      word += strspn (word, " \t\r\n");
    }
  return g_string_free (out, FALSE);
}

/* `_ Text`, or `_n counter: Text for one | Text for several`. */
static gboolean
add_message (Parser *parser, const char *content, GError **error)
{
  g_autofree char *text = collapse (content + strcspn (content, " \t\r\n"));
  g_auto (GStrv) forms = NULL;
  const char *colon;
  NbNode *node;

  if (content[1] != 'n')
    {
      parser_add (parser, NB_NODE_MESSAGE, text);
      return TRUE;
    }
  colon = strstr (text, ": ");
  forms = colon == NULL ? NULL : g_strsplit (colon + 2, " | ", 3);
  if (forms == NULL || g_strv_length (forms) != 2)
    {
      set_syntax_error (error, parser, "“%s” is not like “_n counter: one | several”", content);
      return FALSE;
    }
  node = parser_add (parser, NB_NODE_MESSAGE, forms[0]);
  node->plural = g_strdup (forms[1]);
  node->argument = g_strndup (text, (gsize)(colon - text));
  return TRUE;
}

/* `helper argument`. */
static gboolean
add_helper (Parser *parser, const char *content, GError **error)
{
  gsize length = strcspn (content, " \t\r\n");
  g_autofree char *name = g_strndup (content, length);
  int helper = parser->find_helper == NULL ? -1 : parser->find_helper (name);
  NbNode *node;

  if (helper < 0)
    {
      set_syntax_error (error, parser, "there is no helper “%s”", name);
      return FALSE;
    }
  node = parser_add (parser, NB_NODE_HELPER, name);
  node->argument = g_strstrip (g_strdup (content + length));
  node->helper = helper;
  return TRUE;
}

static gboolean
add_variable (Parser *parser, const Tag *tag, GError **error)
{
  const char *content = tag->content;

  if (tag->sigil == '\0' && (g_str_has_prefix (content, "_ ") || g_str_has_prefix (content, "_n ")))
    return add_message (parser, content, error);
  if (tag->sigil == '\0' && strpbrk (content, " \t\r\n") != NULL)
    return add_helper (parser, content, error);
  if (!is_name (content))
    {
      set_syntax_error (error, parser, "“%s” is no name", content);
      return FALSE;
    }
  parser_add (parser, tag->sigil == '\0' ? NB_NODE_VARIABLE : NB_NODE_RAW, content);
  return TRUE;
}

static gboolean
open_section (Parser *parser, const Tag *tag, GError **error)
{
  gboolean is_valid = tag->sigil == '<' ? is_template_name (tag->content) : is_name (tag->content);
  NbNodeKind kind = tag->sigil == '#'   ? NB_NODE_SECTION
                    : tag->sigil == '^' ? NB_NODE_INVERTED
                    : tag->sigil == '<' ? NB_NODE_PARENT
                                        : NB_NODE_BLOCK;

  if (!is_valid)
    {
      set_syntax_error (error, parser, "“%s” is no name", tag->content);
      return FALSE;
    }
  if (parser->stack->len > NB_MUSTACHE_MAX_NESTING)
    {
      g_set_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_TOO_DEEP, "%s:%d: more than %d sections in one another",
                   parser->name, parser->line, NB_MUSTACHE_MAX_NESTING);
      return FALSE;
    }
  g_ptr_array_add (parser->stack, parser_add (parser, kind, tag->content));
  return TRUE;
}

static gboolean
close_section (Parser *parser, const Tag *tag, GError **error)
{
  NbNode *open = parser_top (parser);

  if (open->kind == NB_NODE_ROOT)
    {
      set_syntax_error (error, parser, "“%s” is closed but was never opened", tag->content);
      return FALSE;
    }
  if (strcmp (open->text, tag->content) != 0)
    {
      set_syntax_error (error, parser, "“%s” is closed, but “%s” of line %d is open", tag->content, open->text,
                        open->line);
      return FALSE;
    }
  g_ptr_array_set_size (parser->stack, (int)parser->stack->len - 1);
  return TRUE;
}

static gboolean
add_partial (Parser *parser, const Tag *tag, const char *line_start, GError **error)
{
  NbNode *node;

  if (!is_template_name (tag->content))
    {
      set_syntax_error (error, parser, "“%s” is no name of a template", tag->content);
      return FALSE;
    }
  node = parser_add (parser, NB_NODE_PARTIAL, tag->content);
  if (line_start != NULL && line_start < tag->start)
    node->indent = g_strndup (line_start, (gsize)(tag->start - line_start));
  return TRUE;
}

static gboolean
add_tag (Parser *parser, const Tag *tag, const char *line_start, GError **error)
{
  switch (tag->sigil)
    {
    case '!':
      return TRUE;
    case '=':
      return set_delimiters (parser, tag->content, error);
    case '>':
      return add_partial (parser, tag, line_start, error);
    case '#':
    case '^':
    case '<':
    case '$':
      return open_section (parser, tag, error);
    case '/':
      return close_section (parser, tag, error);
    default:
      return add_variable (parser, tag, error);
    }
}

/* Takes the text up to the next tag, and that tag. */
static gboolean
parse_step (Parser *parser, GError **error)
{
  const char *from = parser->pos;
  const char *start = strstr (from, parser->open);
  const char *line_start = NULL;
  const char *next = NULL;
  Tag tag = { 0 };
  gboolean is_done;

  if (start == NULL)
    {
      parser_move_to (parser, from + strlen (from));
      parser_add_text (parser, from, parser->pos);
      return TRUE;
    }
  parser_move_to (parser, start);
  if (!read_tag (parser, start, &tag, error))
    return FALSE;
  if (!is_standalone (parser, &tag, &line_start, &next))
    next = tag.end;
  parser_add_text (parser, from, line_start != NULL ? line_start : start);
  is_done = add_tag (parser, &tag, line_start, error);
  parser_move_to (parser, next);
  g_free (tag.content);
  return is_done;
}

static gboolean
parse_all (Parser *parser, GError **error)
{
  NbNode *open;

  if (strlen (parser->source) > NB_MUSTACHE_MAX_SOURCE)
    {
      g_set_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_TOO_LARGE, "%s: larger than %d bytes", parser->name,
                   NB_MUSTACHE_MAX_SOURCE);
      return FALSE;
    }
  while (*parser->pos != '\0')
    if (!parse_step (parser, error))
      return FALSE;
  open = parser_top (parser);
  if (open->kind == NB_NODE_ROOT)
    return TRUE;
  parser->line = open->line;
  set_syntax_error (error, parser, "“%s” is never closed", open->text);
  return FALSE;
}

NbNode *
nb_mustache_compile (const char *name, const char *source, NbHelperIndexFunc find_helper, GError **error)
{
  g_autoptr (NbNode) root = node_new (NB_NODE_ROOT, 1, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  Parser parser = { name, source, source, g_strdup ("{{"), g_strdup ("}}"), 1, stack, find_helper };
  gboolean is_done;

  g_ptr_array_add (stack, root);
  is_done = parse_all (&parser, error);
  g_free (parser.open);
  g_free (parser.close);
  return is_done ? g_steal_pointer (&root) : NULL;
}

const NbNode *
nb_node_find_block (const NbNode *parent, const char *name)
{
  for (guint i = 0; i < parent->children->len; i++)
    {
      const NbNode *child = parent->children->pdata[i];

      if (child->kind == NB_NODE_BLOCK && strcmp (child->text, name) == 0)
        return child;
    }
  return NULL;
}

char *
nb_mustache_indent (const char *source, const char *indent)
{
  GString *out = g_string_new (NULL);

  while (*source != '\0')
    {
      const char *newline = strchr (source, '\n');
      gsize length = newline == NULL ? strlen (source) : (gsize)(newline - source) + 1;

      g_string_append (out, indent);
      g_string_append_len (out, source, (gssize)length);
      source += length;
    }
  return g_string_free (out, FALSE);
}
