/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walks a compiled template with a model and writes text, escaped by default. */
#include "core/web/nb-template-format.h"
#include "core/web/nb-template-private.h"

#include <string.h>

#define MAX_NAME 64

/* What names are looked up in, innermost first. */
typedef struct _Frame
{
  const struct _Frame *outer;
  JsonObject *object; /* NULL where the value is no object */
  JsonNode *node;     /* NULL for the model itself */
} Frame;

/* The blocks that a child gives to its parent. */
typedef struct _Layer
{
  const struct _Layer *outer; /* of a child further down: its blocks win */
  const NbNode *parent;       /* the node whose blocks these are */
  const NbTemplate *template; /* where it stands */
} Layer;

typedef struct
{
  NbTemplates *templates;
  const NbTemplateScope *scope;
  GString *out;
  int depth; /* of templates in one another */
} Render;

/* Where the walk is. */
typedef struct
{
  const NbTemplate *template;
  const Frame *frame;
  const Layer *layers;
} Place;

static gboolean render_children (Render *render, const NbNode *node, const Place *place, GError **error);

static JsonNode *
find_member (JsonObject *object, const char *name)
{
  return object == NULL ? NULL : json_object_get_member (object, name);
}

/* Looks a name up; of a dotted name the first part decides the frame, the rest is found inside it or not at all. */
static JsonNode *
lookup (const Frame *frame, const char *name)
{
  const char *dot = strchr (name, '.');
  char part[MAX_NAME + 1];
  JsonNode *node = NULL;

  if (strcmp (name, ".") == 0)
    return frame->node;
  g_strlcpy (part, name, dot == NULL ? sizeof part : MIN (sizeof part, (gsize)(dot - name) + 1));
  for (; frame != NULL && node == NULL; frame = frame->outer)
    node = find_member (frame->object, part);
  while (dot != NULL && node != NULL)
    {
      name = dot + 1;
      dot = strchr (name, '.');
      g_strlcpy (part, name, dot == NULL ? sizeof part : MIN (sizeof part, (gsize)(dot - name) + 1));
      node = JSON_NODE_HOLDS_OBJECT (node) ? find_member (json_node_get_object (node), part) : NULL;
    }
  return node;
}

static gboolean
is_true (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) > 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return TRUE;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_BOOLEAN:
      return json_node_get_boolean (node);
    case G_TYPE_INT64:
      return json_node_get_int (node) != 0;
    case G_TYPE_DOUBLE:
      return json_node_get_double (node) != 0.0;
    default:
      return *json_node_get_string (node) != '\0';
    }
}

static void
append_escaped (GString *out, const char *text)
{
  for (;;)
    {
      gsize plain = strcspn (text, "&<>\"'");

      g_string_append_len (out, text, (gssize)plain);
      text += plain;
      switch (*text++)
        {
        case '&':
          g_string_append (out, "&amp;");
          break;
        case '<':
          g_string_append (out, "&lt;");
          break;
        case '>':
          g_string_append (out, "&gt;");
          break;
        case '"':
          g_string_append (out, "&quot;");
          break;
        case '\'':
          g_string_append (out, "&#39;");
          break;
        default:
          return;
        }
    }
}

static void
append_text (Render *render, const char *text)
{
  if (render->scope->is_plain)
    g_string_append (render->out, text);
  else
    append_escaped (render->out, text);
}

static void
append_value (GString *out, JsonNode *node, gboolean is_raw)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_BOOLEAN:
      g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
      break;
    case G_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
      break;
    case G_TYPE_DOUBLE:
      g_string_append (out, g_ascii_formatd (number, sizeof number, "%.15g", json_node_get_double (node)));
      break;
    default:
      if (is_raw)
        g_string_append (out, json_node_get_string (node));
      else
        append_escaped (out, json_node_get_string (node));
    }
}

static void
append_helper (Render *render, int helper, const char *argument, const Frame *frame)
{
  JsonNode *value = nb_template_format_is_literal (helper) ? NULL : lookup (frame, argument);
  g_autofree char *text = nb_template_format_print (helper, render->scope, argument, value);

  if (text != NULL)
    append_text (render, text);
}

/* Fills in what stands in braces: a name, or a helper and a name. */
static void
append_placeholder (Render *render, const char *start, gsize length, const Frame *frame)
{
  g_autofree char *text = g_strndup (start, length);
  char *blank = strchr (text, ' ');
  int helper;

  if (blank == NULL)
    {
      append_value (render->out, lookup (frame, text), render->scope->is_plain);
      return;
    }
  *blank = '\0';
  helper = nb_template_format_find (text);
  if (helper >= 0)
    append_helper (render, helper, blank + 1, frame);
}

static void
render_message (Render *render, const NbNode *node, const Place *place)
{
  const NbTemplateScope *scope = render->scope;
  JsonNode *counter = node->argument == NULL ? NULL : lookup (place->frame, node->argument);
  gint64 n = counter != NULL && JSON_NODE_HOLDS_VALUE (counter) ? json_node_get_int (counter) : 0;
  const char *text;

  if (node->plural == NULL)
    text = nb_catalog_lookup (scope->catalog, scope->language, place->template->domain, node->text);
  else
    text = nb_catalog_lookup_plural (scope->catalog, scope->language, place->template->domain, node->text, node->plural,
                                     n);
  while (*text != '\0')
    {
      gsize plain = strcspn (text, "{");
      g_autofree char *part = g_strndup (text, plain);
      const char *end = strchr (text + plain, '}');

      append_text (render, part);
      text += plain;
      if (end == NULL)
        {
          append_text (render, text);
          return;
        }
      append_placeholder (render, text + 1, (gsize)(end - text) - 1, place->frame);
      text = end + 1;
    }
}

static gboolean
render_in_frame (Render *render, const NbNode *node, const Place *place, JsonNode *value, GError **error)
{
  Frame frame = { place->frame, JSON_NODE_HOLDS_OBJECT (value) ? json_node_get_object (value) : NULL, value };
  Place inner = { place->template, &frame, place->layers };

  return render_children (render, node, &inner, error);
}

static gboolean
render_section (Render *render, const NbNode *node, const Place *place, GError **error)
{
  JsonNode *value = lookup (place->frame, node->text);
  JsonArray *array;
  guint length;

  if (node->text[0] == '.' && value == NULL)
    return render_children (render, node, place, error);
  if (!is_true (value))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (value))
    return render_in_frame (render, node, place, value, error);
  array = json_node_get_array (value);
  length = json_array_get_length (array);
  for (guint i = 0; i < length; i++)
    if (!render_in_frame (render, node, place, json_array_get_element (array, i), error))
      return FALSE;
  return TRUE;
}

/* Renders another template (or a part of it) at @place, counting how deep that goes. */
static gboolean
render_nested (Render *render, const NbNode *node, const NbNode *content, const Place *place, GError **error)
{
  gboolean is_done;

  if (render->depth >= NB_MUSTACHE_MAX_NESTING)
    {
      g_set_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_TOO_DEEP, "%s:%d: more than %d templates in one another",
                   place->template->name, node->line, NB_MUSTACHE_MAX_NESTING);
      return FALSE;
    }
  render->depth++;
  is_done = render_children (render, content, place, error);
  render->depth--;
  return is_done;
}

static gboolean
render_template (Render *render, const NbNode *node, const Place *place, const Layer *layers, GError **error)
{
  Place inner = { nb_templates_find (render->templates, node->text, node->indent, error), place->frame, layers };

  if (inner.template == NULL)
    {
      g_prefix_error (error, "%s:%d: ", place->template->name, node->line);
      return FALSE;
    }
  return render_nested (render, node, inner.template->root, &inner, error);
}

static gboolean
render_parent (Render *render, const NbNode *node, const Place *place, GError **error)
{
  Layer layer = { place->layers, node, place->template };

  return render_template (render, node, place, &layer, error);
}

/* A block's text comes from the child furthest down that has one, else from where the block stands. What is inside such
 * a text belongs to that child: only blocks of its own children replace parts of it. */
static gboolean
render_block (Render *render, const NbNode *node, const Place *place, GError **error)
{
  const NbNode *found = NULL;
  const Layer *owner = NULL;
  Place inner = *place;

  for (const Layer *layer = place->layers; layer != NULL; layer = layer->outer)
    {
      const NbNode *block = nb_node_find_block (layer->parent, node->text);

      if (block != NULL)
        {
          found = block;
          owner = layer;
        }
    }
  if (found == NULL)
    return render_children (render, node, place, error);
  inner.template = owner->template;
  inner.layers = owner->outer;
  return render_nested (render, node, found, &inner, error);
}

static gboolean
render_node (Render *render, const NbNode *node, const Place *place, GError **error)
{
  switch (node->kind)
    {
    case NB_NODE_TEXT:
      g_string_append_len (render->out, node->text, (gssize)node->length);
      return TRUE;
    case NB_NODE_VARIABLE:
    case NB_NODE_RAW:
      append_value (render->out, lookup (place->frame, node->text),
                    node->kind == NB_NODE_RAW || render->scope->is_plain);
      return TRUE;
    case NB_NODE_HELPER:
      append_helper (render, node->helper, node->argument, place->frame);
      return TRUE;
    case NB_NODE_MESSAGE:
      render_message (render, node, place);
      return TRUE;
    case NB_NODE_SECTION:
      return render_section (render, node, place, error);
    case NB_NODE_INVERTED:
      return is_true (lookup (place->frame, node->text)) || render_children (render, node, place, error);
    case NB_NODE_PARTIAL:
      return render_template (render, node, place, place->layers, error);
    case NB_NODE_PARENT:
      return render_parent (render, node, place, error);
    case NB_NODE_BLOCK:
      return render_block (render, node, place, error);
    default:
      return render_children (render, node, place, error);
    }
}

static gboolean
render_children (Render *render, const NbNode *node, const Place *place, GError **error)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      if (!render_node (render, node->children->pdata[i], place, error))
        return FALSE;
      if (render->out->len > NB_TEMPLATE_MAX_OUTPUT)
        {
          g_set_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_TOO_LARGE, "%s: more than %d bytes of output",
                       place->template->name, NB_TEMPLATE_MAX_OUTPUT);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
nb_template_render (NbTemplates *templates, const NbTemplate *template, JsonObject *globals, JsonObject *model,
                    const NbTemplateScope *scope, GString *out, GError **error)
{
  Render render = { templates, scope, out, 0 };
  Frame outer = { NULL, globals, NULL };
  Frame inner = { &outer, model, NULL };
  Place place = { template, &inner, NULL };

  return render_children (&render, template->root, &place, error);
}
