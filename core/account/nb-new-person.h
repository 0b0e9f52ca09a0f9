/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What someone typed to sign up, checked and brought into the one form that is stored. */
#pragma once

#include "core/account/nb-accounts.h"

G_BEGIN_DECLS

typedef struct
{
  char *username;
  char *nickname;
  char *region;
  char *email;
  char *language;
} NbNewPerson;

/* Checks everything but the password. Returns: (nullable): NULL with `validation_failed` and its field */
NbNewPerson *nb_new_person_new (const NbSignUp *sign_up, GError **error);
void nb_new_person_free (NbNewPerson *self);

/* Returns: (transfer full) (nullable): @username with its case folded, or NULL when it can be nobody's */
char *nb_username_fold (const char *username);
/* Returns: (transfer full) (nullable): in NFC without space around it, or NULL with @error set */
char *nb_nickname_normalize (const char *nickname, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbNewPerson, nb_new_person_free)

G_END_DECLS
