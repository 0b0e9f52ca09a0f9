/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What messages say: what happened, what of the money, what can be done next. */
#include "nb-wording.h"

#include <glib/gi18n.h>
#include <string.h>

static const char *const texts[NB_N_KINDS] = {
  [NB_KIND_OUTBID]
  = N_ ("Someone bid higher on “{title}”: the price is {price} now. Money that your bid no longer needs "
        "is free again in your wallet. You can bid again on the auction's page."),
  [NB_KIND_LEADING_AGAIN]
  = N_ ("You lead “{title}” again, at {price}. What your bid needs is held in your wallet until "
        "you are outbid or the auction ends."),
  [NB_KIND_ENDING_SOON] = N_ ("“{title}” ends soon. The price is {price} now. Have a last look before it is over."),
  [NB_KIND_WON] = N_ ("You won “{title}”. {price} was paid from the money held for your bid, and what was held beyond "
                      "that is free again. The auction's page shows who sells it."),
  [NB_KIND_LOST]
  = N_ ("“{title}” went to someone else for {price}. Nothing of yours is held for it any more. There may be "
        "more like it on the site."),
  [NB_KIND_SOLD] = N_ ("“{title}” was sold for {price}. Your earnings are in your wallet. The auction's page shows who "
                       "bought it."),
  [NB_KIND_UNSOLD] = N_ ("“{title}” ended without a sale, and no money moved. You can list it again at any time."),
  [NB_KIND_PAYOUT] = N_ ("{price} for “{title}” was paid into your wallet. You can spend or withdraw it."),
  [NB_KIND_REFUND] = N_ ("{price} for “{title}” came back into your wallet. You can spend or withdraw it."),
  [NB_KIND_DEPOSIT] = N_ ("{price} was charged to your wallet. You can bid with it now."),
  [NB_KIND_WITHDRAWAL]
  = N_ ("{price} was withdrawn from your wallet. If that was not you, change your password and tell "
        "whoever runs this site."),
  [NB_KIND_ADJUSTMENT] = N_ ("An administrator corrected your wallet: {price} was added. The wallet shows the entry."),
  [NB_KIND_CANCELLED]
  = N_ ("“{title}” was cancelled. Money held for bids on it is free again, and nobody pays anything."),
  [NB_KIND_PAUSED]
  = N_ ("“{title}” is paused. Bids stand, and what is held for them stays held. When it goes on, its end "
        "moves by the length of the pause."),
  [NB_KIND_RESUMED] = N_ ("“{title}” goes on: its end moved by the length of the pause, and all bids still stand. The "
                          "auction's page shows the new end."),
};

#define ENDING_SOON_UNPRICED N_ ("“{title}” ends soon. Have a last look before it is over.")
#define LOST_UNSOLD                                                                                                     \
  N_ ("“{title}” ended without a sale. Nothing of yours is held for it any more. There may be more like it on the " \
      "site.")
#define ADJUSTMENT_DOWN                                                                                                \
  N_ ("An administrator corrected your wallet: {price} was taken out. The wallet shows the entry.")
#define PAYOUT_UNTITLED N_ ("{price} was paid into your wallet. You can spend or withdraw it.")
#define REFUND_UNTITLED N_ ("{price} came back into your wallet. You can spend or withdraw it.")

/* Words of the program, as stored; the rest is what an administrator or an auction type wrote. */
static const struct
{
  const char *detail;
  const char *sentence;
} reasons[] = {
  { "type-stopped", N_ ("This kind of auction is switched off on the site just now.") },
  { "type-fault", N_ ("Something went wrong on our side, and we are looking into it.") },
  { "no_bids", N_ ("Nobody bid.") },
  { "reserve_not_met", N_ ("The reserve price was not reached.") },
};

gboolean
nb_wording_is_of_wallet (NbKind kind)
{
  switch (kind)
    {
    case NB_KIND_PAYOUT:
    case NB_KIND_REFUND:
    case NB_KIND_DEPOSIT:
    case NB_KIND_WITHDRAWAL:
    case NB_KIND_ADJUSTMENT:
      return TRUE;
    default:
      return FALSE;
    }
}

const char *
nb_wording_text (const NbMessage *self)
{
  gboolean is_titled = self->title != NULL && *self->title != '\0';

  switch (self->kind)
    {
    case NB_KIND_ENDING_SOON:
      return self->price > 0 ? texts[self->kind] : ENDING_SOON_UNPRICED;
    case NB_KIND_LOST:
      return self->price > 0 ? texts[self->kind] : LOST_UNSOLD;
    case NB_KIND_ADJUSTMENT:
      return self->price >= 0 ? texts[self->kind] : ADJUSTMENT_DOWN;
    case NB_KIND_PAYOUT:
      return is_titled ? texts[self->kind] : PAYOUT_UNTITLED;
    case NB_KIND_REFUND:
      return is_titled ? texts[self->kind] : REFUND_UNTITLED;
    default:
      return texts[self->kind];
    }
}

static const char *
find_sentence (const char *detail)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reasons[i].detail, detail) == 0)
      return reasons[i].sentence;
  return NULL;
}

gboolean
nb_wording_knows (const char *detail)
{
  return find_sentence (detail) != NULL;
}

const char *
nb_wording_reason (const NbMessage *self)
{
  const char *sentence;

  if (self->detail == NULL || *self->detail == '\0')
    return NULL;
  sentence = find_sentence (self->detail);
  return sentence != NULL ? sentence : N_ ("Reason: {detail}");
}

char *
nb_wording_fill (const char *template, const char *title, const char *price, const char *detail)
{
  const struct
  {
    const char *name;
    const char *value;
  } values[] = { { "{title}", title }, { "{price}", price }, { "{detail}", detail } };
  GString *out = g_string_new (NULL);

  for (const char *p = template; *p != '\0';)
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (values) && !g_str_has_prefix (p, values[i].name))
        i++;
      if (i < G_N_ELEMENTS (values))
        {
          g_string_append (out, values[i].value);
          p += strlen (values[i].name);
        }
      else
        g_string_append_c (out, *p++);
    }
  return g_string_free (out, FALSE);
}
