/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request that waits for an asynchronous answer, with the site that gives it. */
#pragma once

#include "core/web/nb-site.h"

G_BEGIN_DECLS

typedef struct
{
  NbSite *site;
  NbRequest *request;
} NbAsking;

/* Holds @request until it is freed. */
NbAsking *nb_asking_new (NbSite *site, NbRequest *request);
void nb_asking_free (NbAsking *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbAsking, nb_asking_free)

G_END_DECLS
