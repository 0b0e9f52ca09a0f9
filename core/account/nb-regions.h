/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions: 시/도, 시/군/구, 읍/면/동, with codes and centroids; read once, kept in memory. */
#pragma once

#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

#define NB_TYPE_REGIONS (nb_regions_get_type ())
G_DECLARE_FINAL_TYPE (NbRegions, nb_regions, NB, REGIONS, GObject)

typedef struct
{
  char *code;      /* ten digits */
  char *name;      /* of its own, such as 강남구 */
  char *name_en;   /* such as Gangnam-gu; may be empty */
  char *full_name; /* with what lies above, such as 서울특별시 강남구 역삼동 */
  int level;       /* 1 시/도, 2 시/군/구, 3 읍/면/동 */
  char *parent;    /* the code above; empty for level 1 */
  gint32 latitude; /* millionths of a degree */
  gint32 longitude;
} NbRegion;

NbRegions *nb_regions_new (void);
/* Reads all regions inside @transaction; call again after an import. */
gboolean nb_regions_load (NbRegions *self, NbTransaction *transaction, GError **error);
const NbRegion *nb_regions_find (NbRegions *self, const char *code);
/* (transfer container) (element-type NbRegion): children of @parent, the 시/도 for NULL or "", in order of code */
GPtrArray *nb_regions_list (NbRegions *self, const char *parent);

/* Reads a TSV file `code name name_en latitude longitude` (degrees) with a header line; every fault names file, line
 * and column. The rows replace what stood under the same codes. Returns: how many, or -1 */
gint64 nb_regions_import (NbTransaction *transaction, const char *path, GError **error);

G_END_DECLS
