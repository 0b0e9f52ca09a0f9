/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes what a transaction emitted into the outbox, all of it with one statement. */
#include "core/store/nb-outbox.h"

static const NbSql insert_events = {
  .sqlite = "INSERT INTO outbox (id, kind, version, auction_id, payload, created_at) "
            "SELECT value ->> '$[0]', value ->> '$[1]', value ->> '$[2]', value ->> '$[3]', value ->> '$[4]', "
            "##at::gint64 FROM json_each (##rows::string)",
  .postgresql = "INSERT INTO outbox (id, kind, version, auction_id, payload, created_at) "
                "SELECT id, kind, version, auction_id, payload, ##at::gint64 "
                "FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS text[]), "
                "CAST (##c2::string AS bigint[]), CAST (##c3::string AS bigint[]), CAST (##c4::string AS text[])) "
                "AS e (id, kind, version, auction_id, payload)",
};

gboolean
nb_outbox_write (NbTransaction *transaction, const GPtrArray *events, GError **error)
{
  g_autoptr (NbRowset) rows = NULL;

  if (events == NULL || events->len == 0)
    return TRUE;
  rows = nb_rowset_new ("xsxxs");
  for (guint i = 0; i < events->len; i++)
    {
      const NbEvent *event = g_ptr_array_index (events, i);
      /* With type annotations, so that it is read back as what it was. */
      g_autofree char *payload = g_variant_print (nb_event_get_payload (event), TRUE);

      nb_rowset_add (rows, nb_event_get_id (event), nb_event_get_kind (event), (gint64)nb_event_get_version (event),
                     nb_event_get_auction (event), payload);
    }
  return nb_transaction_expect (transaction, events->len, &insert_events,
                                NB_PARAMS (NB_INT (nb_transaction_now (transaction)), NB_ROWS (rows)), error);
}
