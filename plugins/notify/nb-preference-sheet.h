/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One person's wishes as they see and change them: every kind by every channel that they can choose. */
#pragma once

#include "nb-preferences.h"

G_BEGIN_DECLS

/* A channel that runs and that people choose. */
typedef struct
{
  char *name;
  const char *title; /* a msgid */
} NbChannelChoice;

typedef struct _NbPreferenceSheet NbPreferenceSheet;

/* Knows the channels that run now. */
NbPreferenceSheet *nb_preference_sheet_new (NbContext *context, gint64 person);
void nb_preference_sheet_free (NbPreferenceSheet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbPreferenceSheet, nb_preference_sheet_free)

/* Takes what is to change from the body of @request, of the API or of the form of the settings page, where a box that
 * is not ticked says no for the channels that the form shows. What is left out stays as it is. */
gboolean nb_preference_sheet_take_body (NbPreferenceSheet *self, NbRequest *request, GError **error);

/* NbTransactFuncs for the NbPreferenceSheet that they are given: read what holds; or write first what was taken. */
gboolean nb_preference_sheet_read (NbTransaction *transaction, gpointer sheet, GError **error);
gboolean nb_preference_sheet_write (NbTransaction *transaction, gpointer sheet, GError **error);

/* What was read or, above it, what was taken: so that a form that was refused shows what was sent. */
gboolean nb_preference_sheet_get (const NbPreferenceSheet *self, NbKind kind, guint channel);
/* @from, @to: (out) (transfer full): `22:00`, or as they were sent; empty without quiet hours */
void nb_preference_sheet_get_quiet (const NbPreferenceSheet *self, char **from, char **to);
/* Returns: (transfer none) (element-type NbChannelChoice): the inbox first */
const GPtrArray *nb_preference_sheet_get_channels (const NbPreferenceSheet *self);
/* Returns: whether the person's account has an address for mail */
gboolean nb_preference_sheet_has_email (const NbPreferenceSheet *self);
/* Returns: (transfer full): as the API shows it */
JsonObject *nb_preference_sheet_to_json (const NbPreferenceSheet *self);

G_END_DECLS
