/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a method and a path to a route, with its parameters decoded. */
#pragma once

#include "core/plugin/nb-registry.h"
#include <neighborbid/nb-metrics.h>

G_BEGIN_DECLS

/* Segments of a path, and so parameters of a route, at most. */
#define NB_PATH_MAX_SEGMENTS 32

typedef struct _NbRouter NbRouter;

/* A route that a request is on. It outlives the registry's entry for as long as requests hold it. */
typedef struct
{
  gatomicrefcount ref_count;
  NbRoute route;
  GPtrArray *names; /* of its parameters, in order */
  NbMetric *seconds;
  GHashTable *codes; /* status to NbMetric */
} NbTarget;

NbTarget *nb_target_ref (NbTarget *self);
void nb_target_unref (NbTarget *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbTarget, nb_target_unref)
/* Counts a request that ended with @status after @seconds. */
void nb_target_count (NbTarget *self, guint status, double seconds);

typedef enum
{
  NB_MATCH_FOUND,
  NB_MATCH_NOTHING,
  NB_MATCH_OTHER_METHOD,
  NB_MATCH_MALFORMED /* the path is no valid UTF-8 once decoded, or has a NUL or too many segments */
} NbMatchKind;

typedef struct
{
  NbMatchKind kind;
  NbTarget *target;  /* (nullable) */
  GPtrArray *values; /* (nullable) of its parameters, decoded, in the order of the target's names */
  char *allow;       /* (nullable) for OTHER_METHOD: `GET, HEAD, POST` */
} NbMatch;

void nb_match_clear (NbMatch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NbMatch, nb_match_clear)

/* @routes: (element-type NbRoute) */
NbRouter *nb_router_new (GPtrArray *routes);
void nb_router_free (NbRouter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRouter, nb_router_free)

/* @path: as it came, percent-encoded, beginning with a slash. Literal segments win over ids, ids over names. */
NbMatch nb_router_match (NbRouter *self, const char *method, const char *path);

G_END_DECLS
