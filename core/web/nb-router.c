/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a method and a path to a route, with its parameters decoded. */
#include "core/web/nb-router.h"

#include <string.h>

/* One segment deep in the tree of patterns. */
typedef struct _Node Node;
struct _Node
{
  GHashTable *literals; /* (nullable) segment to Node */
  Node *id;
  Node *name;
  GPtrArray *targets; /* (nullable) one for each method that ends here */
};

struct _NbRouter
{
  Node *root;
};

typedef struct
{
  char *segments[NB_PATH_MAX_SEGMENTS];
  guint n_segments;
  guint values[NB_PATH_MAX_SEGMENTS]; /* which segments are parameters */
  guint n_values;
} Walk;

static void
node_free (gpointer data)
{
  Node *self = data;

  if (self == NULL)
    return;
  g_clear_pointer (&self->literals, g_hash_table_unref);
  g_clear_pointer (&self->targets, g_ptr_array_unref);
  node_free (self->id);
  node_free (self->name);
  g_free (self);
}

static void
target_free (gpointer data)
{
  nb_target_unref (data);
}

NbTarget *
nb_target_ref (NbTarget *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_target_unref (NbTarget *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->route.owner);
  g_free (self->route.method);
  g_free (self->route.pattern);
  g_ptr_array_unref (self->names);
  g_hash_table_unref (self->codes);
  g_free (self);
}

static NbTarget *
target_new (const NbRoute *route)
{
  NbTarget *self = g_new0 (NbTarget, 1);
  g_autofree char *labels = g_strdup_printf ("route=\"%s\"", route->pattern);

  g_atomic_ref_count_init (&self->ref_count);
  self->route = *route;
  self->route.owner = g_strdup (route->owner);
  self->route.method = g_strdup (route->method);
  self->route.pattern = g_strdup (route->pattern);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->codes = g_hash_table_new (NULL, NULL);
  self->seconds
      = nb_metrics_duration ("http_request_duration_seconds", "Time from a whole request to its answer", labels);
  return self;
}

void
nb_target_count (NbTarget *self, guint status, double seconds)
{
  NbMetric *counter = g_hash_table_lookup (self->codes, GUINT_TO_POINTER (status));

  if (counter == NULL)
    {
      g_autofree char *labels = g_strdup_printf ("route=\"%s\",code=\"%u\"", self->route.pattern, status);

      counter = nb_metrics_counter ("http_requests_total", "Answered HTTP requests", labels);
      g_hash_table_insert (self->codes, GUINT_TO_POINTER (status), counter);
    }
  nb_metric_add (counter, 1);
  nb_metric_observe (self->seconds, seconds);
}

static Node *
child_for (Node *self, const char *segment)
{
  Node **place = NULL;
  Node *child;

  if (segment[0] == '{')
    place = g_str_has_suffix (segment, ":id}") ? &self->id : &self->name;
  if (place != NULL)
    {
      if (*place == NULL)
        *place = g_new0 (Node, 1);
      return *place;
    }
  if (self->literals == NULL)
    self->literals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, node_free);
  child = g_hash_table_lookup (self->literals, segment);
  if (child == NULL)
    {
      child = g_new0 (Node, 1);
      g_hash_table_insert (self->literals, g_strdup (segment), child);
    }
  return child;
}

static void
add_name (NbTarget *target, const char *segment)
{
  if (segment[0] == '{')
    g_ptr_array_add (target->names, g_strndup (segment + 1, strcspn (segment + 1, ":}")));
}

static void
add_route (NbRouter *self, const NbRoute *route)
{
  /* With the slash in front, so that even `/` has a segment. */
  g_auto (GStrv) segments = g_strsplit (route->pattern, "/", -1);
  NbTarget *target = target_new (route);
  Node *node = self->root;

  for (guint i = 1; segments[i] != NULL; i++)
    {
      node = child_for (node, segments[i]);
      add_name (target, segments[i]);
    }
  if (node->targets == NULL)
    node->targets = g_ptr_array_new_with_free_func (target_free);
  g_ptr_array_add (node->targets, target);
}

NbRouter *
nb_router_new (GPtrArray *routes)
{
  NbRouter *self = g_new0 (NbRouter, 1);

  self->root = g_new0 (Node, 1);
  for (guint i = 0; i < routes->len; i++)
    add_route (self, g_ptr_array_index (routes, i));
  return self;
}

void
nb_router_free (NbRouter *self)
{
  node_free (self->root);
  g_free (self);
}

static void
walk_clear (Walk *walk)
{
  for (guint i = 0; i < walk->n_segments; i++)
    g_free (walk->segments[i]);
}

/* Splits before it decodes, so that an encoded slash stays inside its segment. */
static gboolean
split (Walk *walk, const char *path)
{
  const char *start = path + 1;

  for (;;)
    {
      const char *end = strchrnul (start, '/');
      char *segment = walk->n_segments < NB_PATH_MAX_SEGMENTS ? g_uri_unescape_segment (start, end, NULL) : NULL;

      if (segment == NULL)
        return FALSE;
      walk->segments[walk->n_segments++] = segment;
      if (!g_utf8_validate (segment, -1, NULL))
        return FALSE;
      if (*end == '\0')
        return TRUE;
      start = end + 1;
    }
}

static Node *descend (Node *node, Walk *walk, guint depth);

static Node *
descend_parameter (Node *child, Walk *walk, guint depth)
{
  Node *found;

  walk->values[walk->n_values++] = depth;
  found = descend (child, walk, depth + 1);
  if (found == NULL)
    walk->n_values--;
  return found;
}

/* A literal that leads nowhere does not hide a parameter that does; a node is an end only when routes end there. */
static Node *
descend (Node *node, Walk *walk, guint depth)
{
  const char *segment = walk->segments[depth];
  Node *child, *found = NULL;
  gint64 id;

  if (depth == walk->n_segments)
    return node->targets != NULL ? node : NULL;
  child = node->literals != NULL ? g_hash_table_lookup (node->literals, segment) : NULL;
  if (child != NULL)
    found = descend (child, walk, depth + 1);
  if (found == NULL && node->id != NULL && nb_id_parse (segment, &id))
    found = descend_parameter (node->id, walk, depth);
  if (found == NULL && node->name != NULL && segment[0] != '\0')
    found = descend_parameter (node->name, walk, depth);
  return found;
}

static NbTarget *
find_method (Node *node, const char *method)
{
  const char *wanted = strcmp (method, "HEAD") == 0 ? "GET" : method;

  for (guint i = 0; i < node->targets->len; i++)
    {
      NbTarget *target = g_ptr_array_index (node->targets, i);

      if (strcmp (target->route.method, wanted) == 0)
        return target;
    }
  return NULL;
}

static char *
list_methods (Node *node)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < node->targets->len; i++)
    {
      const NbTarget *target = g_ptr_array_index (node->targets, i);

      g_string_append_printf (list, "%s%s%s", i > 0 ? ", " : "", target->route.method,
                              strcmp (target->route.method, "GET") == 0 ? ", HEAD" : "");
    }
  return g_string_free (list, FALSE);
}

static void
take_values (NbMatch *match, Walk *walk)
{
  match->values = g_ptr_array_new_full (walk->n_values, g_free);
  for (guint i = 0; i < walk->n_values; i++)
    g_ptr_array_add (match->values, g_steal_pointer (&walk->segments[walk->values[i]]));
}

static NbMatch
match_walk (NbRouter *self, const char *method, Walk *walk)
{
  NbMatch match = { .kind = NB_MATCH_NOTHING };
  Node *node = descend (self->root, walk, 0);
  NbTarget *target = node != NULL ? find_method (node, method) : NULL;

  if (target != NULL)
    {
      match.kind = NB_MATCH_FOUND;
      match.target = nb_target_ref (target);
      take_values (&match, walk);
    }
  else if (node != NULL)
    {
      match.kind = NB_MATCH_OTHER_METHOD;
      match.allow = list_methods (node);
    }
  return match;
}

NbMatch
nb_router_match (NbRouter *self, const char *method, const char *path)
{
  Walk walk = { .n_segments = 0 };
  NbMatch match = { .kind = NB_MATCH_MALFORMED };

  if (path[0] == '/' && split (&walk, path))
    match = match_walk (self, method, &walk);
  walk_clear (&walk);
  return match;
}

void
nb_match_clear (NbMatch *self)
{
  g_clear_pointer (&self->target, nb_target_unref);
  g_clear_pointer (&self->values, g_ptr_array_unref);
  g_clear_pointer (&self->allow, g_free);
}
