/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One Mustache template, compiled into a tree. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NB_MUSTACHE_ERROR (nb_mustache_error_quark ())
GQuark nb_mustache_error_quark (void);
typedef enum
{
  NB_MUSTACHE_ERROR_SYNTAX,
  NB_MUSTACHE_ERROR_MISSING, /* a template that is not there */
  NB_MUSTACHE_ERROR_TOO_DEEP,
  NB_MUSTACHE_ERROR_TOO_LARGE
} NbMustacheError;

#define NB_MUSTACHE_MAX_SOURCE (256 * 1024)
#define NB_MUSTACHE_MAX_NESTING 32 /* of sections in one template, and of templates in one another */

typedef enum
{
  NB_NODE_ROOT,
  NB_NODE_TEXT,
  NB_NODE_VARIABLE,
  NB_NODE_RAW, /* a variable that is not escaped */
  NB_NODE_SECTION,
  NB_NODE_INVERTED,
  NB_NODE_PARTIAL,
  NB_NODE_PARENT,
  NB_NODE_BLOCK,
  NB_NODE_HELPER,
  NB_NODE_MESSAGE
} NbNodeKind;

typedef struct
{
  NbNodeKind kind;
  int line;
  char *text;          /* text; or the name of a variable, partial, block or helper; or a message's msgid */
  gsize length;        /* of a text */
  char *argument;      /* a helper's argument; a message's counter; NULL without */
  char *plural;        /* a message's msgid for several */
  char *indent;        /* what stood before a partial on a line of its own; NULL for none */
  int helper;          /* a helper's index */
  GPtrArray *children; /* of NbNode; NULL where there can't be any */
} NbNode;

/* Looks a helper up by its name, -1 when there is none; given to the parser so that a misspelt one is found at once. */
typedef int (*NbHelperIndexFunc) (const char *name);

/* Compiles @source; @name stands in errors as `name:line:`. Returns: (transfer full): the root, or NULL */
NbNode *nb_mustache_compile (const char *name, const char *source, NbHelperIndexFunc find_helper, GError **error);
void nb_node_free (NbNode *self);
/* Returns: (transfer none) (nullable): the block @name among the children of @parent */
const NbNode *nb_node_find_block (const NbNode *parent, const char *name);
/* Returns: (transfer full): @source with @indent before each line, for a partial on a line of its own */
char *nb_mustache_indent (const char *source, const char *indent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbNode, nb_node_free)

G_END_DECLS
