/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One mail as it goes over the wire. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct
{
  const NbNotice *notice;
  const char *sender_name; /* may be empty */
  const char *sender_address;
  const char *host;            /* of the site */
  const char *unsubscribe_url; /* what a mail provider may post to */
  const char *text;            /* the two bodies, as UTF-8 with plain line ends */
  const char *html;
} NbMailLetter;

/* Returns: (transfer full): headers and bodies. The same letter has the same Message-ID each time. */
GBytes *nb_mail_letter_write (const NbMailLetter *self);

G_END_DECLS
