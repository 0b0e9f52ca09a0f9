/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a batch writes: the net result, as one statement for each table however many commands there were. */
#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-batch.h"

static const NbSql insert_log = {
  "INSERT INTO bids (id, auction_id, seq, person_id, kind, amount, quantity, shown_amount, region, at) "
  "SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'), "
  "json_extract (value, '$[3]'), json_extract (value, '$[4]'), json_extract (value, '$[5]'), "
  "json_extract (value, '$[6]'), json_extract (value, '$[7]'), json_extract (value, '$[8]'), "
  "json_extract (value, '$[9]') FROM json_each (##rows::string)",
  "INSERT INTO bids (id, auction_id, seq, person_id, kind, amount, quantity, shown_amount, region, at) "
  "SELECT * FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), "
  "CAST (##c2::string AS bigint[]), CAST (##c3::string AS bigint[]), CAST (##c4::string AS text[]), "
  "CAST (##c5::string AS bigint[]), CAST (##c6::string AS bigint[]), CAST (##c7::string AS bigint[]), "
  "CAST (##c8::string AS text[]), CAST (##c9::string AS bigint[]))",
  NULL,
};

#define SET_AUCTION                                                                                                    \
  "seq = v.seq, status = v.status, state = v.state, price = v.price, "                                                 \
  "asking_price = CASE WHEN v.asking_price < 0 THEN auctions.asking_price ELSE v.asking_price END, "                   \
  "leader_id = v.leader_id, bid_count = v.bid_count, ends_at = v.ends_at, original_ends_at = v.original_ends_at, "     \
  "next_due_at = v.next_due_at, paused_at = v.paused_at, paused_status = v.paused_status, "                            \
  "pause_reason = v.pause_reason, closed_at = v.closed_at, close_reason = v.close_reason, "                            \
  "winner_id = v.winner_id, winning_price = v.winning_price, timer_count = v.timer_count "

static const NbSql update_auctions = {
  "UPDATE auctions SET " SET_AUCTION
  "FROM (SELECT json_extract (value, '$[0]') AS id, json_extract (value, '$[1]') AS old_seq, "
  "json_extract (value, '$[2]') AS seq, json_extract (value, '$[3]') AS status, "
  "json_extract (value, '$[4]') AS state, json_extract (value, '$[5]') AS price, "
  "json_extract (value, '$[6]') AS asking_price, json_extract (value, '$[7]') AS leader_id, "
  "json_extract (value, '$[8]') AS bid_count, json_extract (value, '$[9]') AS ends_at, "
  "json_extract (value, '$[10]') AS original_ends_at, json_extract (value, '$[11]') AS next_due_at, "
  "json_extract (value, '$[12]') AS paused_at, json_extract (value, '$[13]') AS paused_status, "
  "json_extract (value, '$[14]') AS pause_reason, json_extract (value, '$[15]') AS closed_at, "
  "json_extract (value, '$[16]') AS close_reason, json_extract (value, '$[17]') AS winner_id, "
  "json_extract (value, '$[18]') AS winning_price, json_extract (value, '$[19]') AS timer_count "
  "FROM json_each (##rows::string)) AS v WHERE auctions.id = v.id AND auctions.seq = v.old_seq",
  "UPDATE auctions SET " SET_AUCTION
  "FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]), "
  "CAST (##c3::string AS text[]), CAST (##c4::string AS text[]), CAST (##c5::string AS bigint[]), "
  "CAST (##c6::string AS bigint[]), CAST (##c7::string AS bigint[]), CAST (##c8::string AS bigint[]), "
  "CAST (##c9::string AS bigint[]), CAST (##c10::string AS bigint[]), CAST (##c11::string AS bigint[]), "
  "CAST (##c12::string AS bigint[]), CAST (##c13::string AS text[]), CAST (##c14::string AS text[]), "
  "CAST (##c15::string AS bigint[]), CAST (##c16::string AS text[]), CAST (##c17::string AS bigint[]), "
  "CAST (##c18::string AS bigint[]), CAST (##c19::string AS bigint[])) "
  "AS v (id, old_seq, seq, status, state, price, asking_price, leader_id, bid_count, ends_at, original_ends_at, "
  "next_due_at, paused_at, paused_status, pause_reason, closed_at, close_reason, winner_id, winning_price, "
  "timer_count) WHERE auctions.id = v.id AND auctions.seq = v.old_seq",
  NULL,
};

/* Columns that are set are written anew in every index that has them, also when their values stay: so a bid sets no
 * more than it changes. */
static const NbSql update_prices = {
  "UPDATE auctions SET seq = v.seq, state = v.state, price = v.price, asking_price = v.asking_price, "
  "leader_id = v.leader_id, bid_count = v.bid_count "
  "FROM (SELECT json_extract (value, '$[0]') AS id, json_extract (value, '$[1]') AS old_seq, "
  "json_extract (value, '$[2]') AS seq, json_extract (value, '$[3]') AS state, json_extract (value, '$[4]') AS price, "
  "json_extract (value, '$[5]') AS asking_price, json_extract (value, '$[6]') AS leader_id, "
  "json_extract (value, '$[7]') AS bid_count "
  "FROM json_each (##rows::string)) AS v WHERE auctions.id = v.id AND auctions.seq = v.old_seq",
  "UPDATE auctions SET seq = v.seq, state = v.state, price = v.price, asking_price = v.asking_price, "
  "leader_id = v.leader_id, bid_count = v.bid_count "
  "FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]), "
  "CAST (##c3::string AS text[]), CAST (##c4::string AS bigint[]), CAST (##c5::string AS bigint[]), "
  "CAST (##c6::string AS bigint[]), CAST (##c7::string AS bigint[])) "
  "AS v (id, old_seq, seq, state, price, asking_price, leader_id, bid_count) "
  "WHERE auctions.id = v.id AND auctions.seq = v.old_seq",
  NULL,
};

static const NbSql delete_timers = {
  "DELETE FROM timers WHERE auction_id IN (SELECT json_extract (value, '$[0]') FROM json_each (##rows::string))",
  "DELETE FROM timers WHERE auction_id = ANY (CAST (##c0::string AS bigint[]))",
  NULL,
};

static const NbSql insert_timers = {
  "INSERT INTO timers (auction_id, name, due_at) SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), "
  "json_extract (value, '$[2]') FROM json_each (##rows::string)",
  "INSERT INTO timers (auction_id, name, due_at) SELECT * FROM unnest (CAST (##c0::string AS bigint[]), "
  "CAST (##c1::string AS text[]), CAST (##c2::string AS bigint[]))",
  NULL,
};

static const NbSql insert_winners = {
  "INSERT INTO winners (auction_id, person_id, quantity, total) SELECT json_extract (value, '$[0]'), "
  "json_extract (value, '$[1]'), json_extract (value, '$[2]'), json_extract (value, '$[3]') "
  "FROM json_each (##rows::string)",
  "INSERT INTO winners (auction_id, person_id, quantity, total) SELECT * FROM unnest (CAST (##c0::string AS bigint[]), "
  "CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]), CAST (##c3::string AS bigint[]))",
  NULL,
};

static const NbSql insert_audits = {
  "INSERT INTO audit (id, at, actor, action, subject, reason) SELECT json_extract (value, '$[0]'), "
  "json_extract (value, '$[1]'), json_extract (value, '$[2]'), json_extract (value, '$[3]'), "
  "json_extract (value, '$[4]'), json_extract (value, '$[5]') FROM json_each (##rows::string)",
  "INSERT INTO audit (id, at, actor, action, subject, reason) SELECT * FROM unnest (CAST (##c0::string AS bigint[]), "
  "CAST (##c1::string AS bigint[]), CAST (##c2::string AS text[]), CAST (##c3::string AS text[]), "
  "CAST (##c4::string AS text[]), CAST (##c5::string AS text[]))",
  NULL,
};

static void
add_auction (NbRowset *wholes, NbRowset *prices, const NbSlot *slot, gint64 now)
{
  const NbAuction *auction = slot->auction;
  g_autofree char *state = nb_variant_to_text (auction->state);
  /* What may be seen of the price only the type knows; while it is stopped, what was seen stays. */
  NbMoney asking = slot->type != NULL ? nb_asking_price (auction, slot->type, now) : -1;
  gboolean is_paused = auction->status == NB_AUCTION_PAUSED;

  if (!nb_slot_is_course_changed (slot))
    {
      nb_rowset_add (prices, auction->id, slot->old_seq, auction->seq, state, auction->price, asking, auction->leader,
                     auction->bid_count);
      return;
    }
  nb_rowset_add (wholes, auction->id, slot->old_seq, auction->seq, nb_auction_status_name (auction->status), state,
                 auction->price, asking, auction->leader, auction->bid_count, auction->ends_at,
                 auction->original_ends_at, nb_slot_get_next_due (slot), slot->paused_at,
                 is_paused ? nb_auction_status_name (slot->paused_status) : "", slot->pause_reason, slot->closed_at,
                 slot->close_reason, slot->winner, slot->winning_price, (gint64)slot->timers->len);
}

static gboolean
write_rows (NbBatch *self, const NbSql *sql, const NbRowset *rows, GError **error)
{
  gint64 n = (gint64)nb_rowset_get_n_rows (rows);

  return n == 0 || nb_transaction_expect (self->transaction, n, sql, NB_PARAMS (NB_ROWS (rows)), error);
}

static gboolean
write_timers (NbBatch *self, GError **error)
{
  g_autoptr (NbRowset) auctions = nb_rowset_new ("x");
  g_autoptr (NbRowset) timers = nb_rowset_new ("xsx");

  for (guint i = 0; i < self->ordered_slots->len; i++)
    {
      const NbSlot *slot = g_ptr_array_index (self->ordered_slots, i);

      if (!slot->timers_changed)
        continue;
      if (slot->stored_timers > 0)
        nb_rowset_add (auctions, slot->auction->id);
      for (guint j = 0; j < slot->timers->len; j++)
        {
          const NbTimer *timer = &g_array_index (slot->timers, NbTimer, j);

          nb_rowset_add (timers, slot->auction->id, timer->name, timer->due_at);
        }
    }
  if (nb_rowset_get_n_rows (auctions) > 0
      && nb_transaction_execute (self->transaction, &delete_timers, NB_PARAMS (NB_ROWS (auctions)), error) < 0)
    return FALSE;
  return write_rows (self, &insert_timers, timers, error);
}

static GVariant *
people_variant (const GArray *people)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, people->data, people->len, sizeof (gint64));
}

static void
add_int (GVariantBuilder *payload, const char *name, gint64 value)
{
  g_variant_builder_add (payload, "{sv}", name, g_variant_new_int64 (value));
}

/* Those who led, or bid in this batch, and do not lead now. */
static void
emit_outbid (NbBatch *self, NbSlot *slot)
{
  const NbAuction *auction = slot->auction;
  g_autoptr (GArray) people = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (GVariantBuilder) payload = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  if (auction->leader == 0)
    return;
  if (slot->old_leader != 0)
    nb_slot_add_accepted (slot, slot->old_leader);
  for (guint i = 0; i < slot->accepted->len; i++)
    if (g_array_index (slot->accepted, gint64, i) != auction->leader)
      g_array_append_val (people, g_array_index (slot->accepted, gint64, i));
  if (people->len == 0)
    return;
  add_int (&payload, "seq", auction->seq);
  add_int (&payload, "price", auction->price);
  g_variant_builder_add (&payload, "{sv}", "people", people_variant (people));
  nb_batch_emit (self, slot, "outbid", g_variant_builder_end (&payload));
}

static void
emit_bids (NbBatch *self, NbSlot *slot)
{
  const NbAuction *auction = slot->auction;
  g_auto (GVariantBuilder) payload = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gboolean is_sealed;

  if (slot->accepted->len == 0)
    return;
  is_sealed = nb_registry_is_auction_type_sealed (self->registry, auction->type);
  add_int (&payload, "seq", auction->seq);
  add_int (&payload, "price", is_sealed ? 0 : auction->price);
  add_int (&payload, "leader", is_sealed ? 0 : auction->leader);
  add_int (&payload, "bid_count", auction->bid_count);
  add_int (&payload, "ends_at", auction->ends_at);
  g_variant_builder_add (&payload, "{sv}", "people", people_variant (slot->accepted));
  nb_batch_emit (self, slot, "bid-accepted", g_variant_builder_end (&payload));
  if (!is_sealed)
    emit_outbid (self, slot);
}

static void
emit_each (NbBatch *self, const GPtrArray *events, gboolean opens)
{
  for (guint i = 0; i < events->len; i++)
    {
      NbEvent *event = g_ptr_array_index (events, i);

      if (g_str_equal (nb_event_get_kind (event), "auction-opened") == opens)
        nb_transaction_emit (self->transaction, nb_event_ref (event));
    }
}

/* What opened in the same batch is told before the bids on it, and a close after the bids that led to it. */
static void
emit_all (NbBatch *self)
{
  g_autoptr (GPtrArray) others = g_steal_pointer (&self->events);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_event_unref);
  for (guint i = 0; i < self->ordered_slots->len; i++)
    emit_bids (self, g_ptr_array_index (self->ordered_slots, i));
  emit_each (self, others, TRUE);
  emit_each (self, self->events, FALSE);
  emit_each (self, others, FALSE);
}

static void
note_due (NbBatch *self, const NbSlot *slot)
{
  NbDue due = { slot->auction->id, nb_slot_get_next_due (slot) };

  g_array_append_val (self->dues, due);
}

gboolean
nb_batch_write (NbBatch *self, GError **error)
{
  g_autoptr (NbRowset) wholes = nb_rowset_new ("xxxssxxxxxxxxssxsxxx");
  g_autoptr (NbRowset) prices = nb_rowset_new ("xxxsxxxx");

  for (guint i = 0; i < self->ordered_slots->len; i++)
    {
      const NbSlot *slot = g_ptr_array_index (self->ordered_slots, i);

      note_due (self, slot);
      if (nb_slot_is_changed (slot))
        add_auction (wholes, prices, slot, self->now);
    }
  if (nb_rowset_get_n_rows (wholes) == 0 && nb_rowset_get_n_rows (prices) == 0)
    return TRUE;
  if (!write_rows (self, &insert_log, self->log, error) || !write_rows (self, &update_auctions, wholes, error)
      || !write_rows (self, &update_prices, prices, error) || !write_timers (self, error)
      || !write_rows (self, &insert_winners, self->winners, error)
      || !write_rows (self, &insert_audits, self->audits, error))
    return FALSE;
  if (self->sheet != NULL && !nb_wallet_sheet_write (self->sheet, error))
    return FALSE;
  emit_all (self);
  return TRUE;
}
