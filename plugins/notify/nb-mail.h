/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channel `mail`: messages as mail, by the operator's mail server. */
#pragma once

#include "nb-mail-account.h"
#include "nb-wire.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* An NbNotifier. Off until it has an account: then nobody can be reached by it, and nobody is asked about it. */
#define NB_TYPE_MAIL (nb_mail_get_type ())
G_DECLARE_FINAL_TYPE (NbMail, nb_mail, NB, MAIL, GObject)

/* @composer: (nullable): where it is NULL nothing can be delivered */
NbMail *nb_mail_new (NbStore *store, NbComposer *composer);
/* @account: (transfer full) (nullable): NULL switches mail off. @hourly_max: mails to one address, 0 for no bound */
void nb_mail_configure (NbMail *self, NbMailAccount *account, guint hourly_max);
/* @wire: (nullable): NULL before it is freed; without one nothing can be delivered */
void nb_mail_set_wire (NbMail *self, NbWire *wire);

G_END_DECLS
