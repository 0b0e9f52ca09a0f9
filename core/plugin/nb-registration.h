/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thing that was registered, of any kind, for the registry's journal. */
#pragma once

#include "core/plugin/nb-registry.h"

G_BEGIN_DECLS

typedef enum
{
  NB_REGISTRATION_SERVICE,
  NB_REGISTRATION_TYPE,
  NB_REGISTRATION_ROUTE,
  NB_REGISTRATION_HANDLER,
  NB_REGISTRATION_CHECK,
  NB_REGISTRATION_LINK,
  NB_REGISTRATION_PANEL,
  NB_REGISTRATION_TIMER,
  NB_REGISTRATION_DATA_DIR,
  NB_REGISTRATION_GAUGE,
  NB_REGISTRATION_STATE_HANDLER,
  NB_REGISTRATION_HEALTH,
  NB_REGISTRATION_CONSUMER,
  NB_REGISTRATION_NOTIFIER,
  NB_REGISTRATION_BADGE,
  NB_REGISTRATION_SCRIPT,
  NB_N_REGISTRATIONS
} NbRegistrationKind;

/* One thing that was registered: every item begins with its owner, as the public NbRoute, NbLink and so on do. */
typedef struct
{
  NbRegistrationKind kind;
  gpointer item;
} NbRegistration;

typedef struct
{
  char *owner;
  GType type;
  GObject *object;
} NbServiceItem;

typedef struct
{
  char *owner;
  char *name;
  NbAuctionType *type; /* keeps a removed type alive until everybody was told */
} NbTypeItem;

/* Counted by reference, so that one that is removed while events are handed out is skipped, not touched. */
typedef struct
{
  char *owner;
  char *kind;
  NbEventHandler function;
  NbStateFunc state_function; /* of a state handler, in place of the other */
  gpointer user_data;
  gboolean is_removed;
} NbHandlerItem;

typedef struct
{
  char *owner;
  GSource *source;
} NbTimerItem;

typedef struct
{
  char *owner;
  char *dir;
} NbDataDirItem;

typedef struct
{
  char *owner;
  NbNotifier *notifier;
} NbNotifierItem;

/* Returns: (transfer none): whose @item is, of whatever kind */
const char *nb_registration_item_owner (gpointer item);
/* A GDestroyNotify for an NbRegistration with its item. */
void nb_registration_free (gpointer data);
/* Frees what an NbHandlerItem holds, once nobody refers to it any more. */
void nb_handler_item_clear (gpointer data);

G_END_DECLS
