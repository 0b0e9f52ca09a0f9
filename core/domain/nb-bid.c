/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a bid tells the type that judges it. */
#include "core/domain/nb-auction-private.h"

gint64
nb_bid_get_id (const NbBid *self)
{
  return self->id;
}

gint64
nb_bid_get_person (const NbBid *self)
{
  return self->person;
}

NbBidKind
nb_bid_get_kind (const NbBid *self)
{
  return self->kind;
}

NbMoney
nb_bid_get_amount (const NbBid *self)
{
  return self->amount;
}

gint64
nb_bid_get_quantity (const NbBid *self)
{
  return self->quantity;
}

gint64
nb_bid_get_at (const NbBid *self)
{
  return self->at;
}

const NbPlace *
nb_bid_get_place (const NbBid *self)
{
  return &self->place;
}
