/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a person's wallet with one statement for each part. */
#include "nb-wallet-statement.h"

#include "nb-ledger.h"

#include <glib/gi18n.h>

#define DEFAULT_LIMIT 20
#define MAX_LIMIT 100

static const NbSql sql_holds = {
  "SELECT h.auction_id, h.amount, h.created_at, a.ends_at, a.title FROM holds AS h"
  " LEFT JOIN auctions AS a ON a.id = h.auction_id WHERE h.person_id = ##person::gint64"
  " ORDER BY h.created_at, h.auction_id LIMIT ##limit::gint64",
  NULL,
  "xxxxs",
};

#define LINES                                                                                                          \
  "SELECT l.id, l.at, l.kind, l.from_bucket, l.to_bucket, l.amount, l.available_after, l.locked_after, l.auction_id,"  \
  " a.title FROM ledger AS l LEFT JOIN auctions AS a ON a.id = l.auction_id"                                           \
  " WHERE l.person_id = ##person::gint64 AND l.id < ##before::gint64"

static const NbSql sql_lines = {
  LINES " ORDER BY l.id DESC LIMIT ##limit::gint64",
  NULL,
  "xxsssxxxxs",
};

static const NbSql sql_lines_of_kind = {
  LINES " AND l.kind = ##kind::string ORDER BY l.id DESC LIMIT ##limit::gint64",
  NULL,
  "xxsssxxxxs",
};

static void
clear_hold (gpointer data)
{
  NbStatementHold *hold = data;

  g_free (hold->title);
}

static void
clear_line (gpointer data)
{
  NbStatementLine *line = data;

  g_free (line->kind);
  g_free (line->from);
  g_free (line->to);
  g_free (line->title);
}

NbWalletStatement *
nb_wallet_statement_new (NbWallet *wallet, gint64 person)
{
  NbWalletStatement *self = g_new0 (NbWalletStatement, 1);

  self->wallet = g_object_ref (wallet);
  self->person = person;
  self->before = G_MAXINT64;
  self->holds = g_array_new (FALSE, FALSE, sizeof (NbStatementHold));
  self->lines = g_array_new (FALSE, FALSE, sizeof (NbStatementLine));
  g_array_set_clear_func (self->holds, clear_hold);
  g_array_set_clear_func (self->lines, clear_line);
  return self;
}

void
nb_wallet_statement_free (NbWalletStatement *self)
{
  g_clear_object (&self->wallet);
  g_free (self->kind);
  g_array_unref (self->holds);
  g_array_unref (self->lines);
  g_free (self);
}

static gboolean
refuse (const char *field, const char *msgid, GError **error)
{
  g_autoptr (GError) reason = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (reason, field);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
nb_wallet_statement_take_query (NbWalletStatement *self, NbRequest *request, GError **error)
{
  const char *limit = nb_request_get_query (request, "limit");
  const char *cursor = nb_request_get_query (request, "cursor");
  const char *kind = nb_request_get_query (request, "kind");
  guint64 number = DEFAULT_LIMIT;

  if (limit != NULL && !g_ascii_string_to_unsigned (limit, 10, 1, MAX_LIMIT, &number, NULL))
    return refuse ("limit", N_ ("limit must be a whole number from 1 to 100"), error);
  if (cursor != NULL && !nb_id_parse (cursor, &self->before))
    return refuse ("cursor", N_ ("cursor must be the next_cursor of an answer"), error);
  if (kind != NULL && *kind != '\0' && !nb_ledger_is_kind (kind))
    return refuse ("kind", N_ ("kind must be a kind of ledger row, such as deposit or hold"), error);
  self->limit = number;
  self->kind = kind != NULL && *kind != '\0' ? g_strdup (kind) : NULL;
  return TRUE;
}

static gboolean
read_holds (NbWalletStatement *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRows) rows = NULL;

  rows = nb_transaction_query (transaction, &sql_holds,
                               NB_PARAMS (NB_INT (self->person), NB_INT (self->hold_limit + 1)), error);
  if (rows == NULL)
    return FALSE;
  self->has_more_holds = nb_rows_get_n (rows) > self->hold_limit;
  for (gsize i = 0; i < MIN (nb_rows_get_n (rows), self->hold_limit); i++)
    {
      NbStatementHold hold = {
        .auction = nb_rows_get_int (rows, i, 0),
        .amount = nb_rows_get_int (rows, i, 1),
        .since = nb_rows_get_int (rows, i, 2),
        .ends_at = nb_rows_get_int (rows, i, 3),
        .title = g_strdup (nb_rows_get_text (rows, i, 4)),
      };

      g_array_append_val (self->holds, hold);
    }
  return TRUE;
}

static void
take_line (NbWalletStatement *self, const NbRows *rows, gsize row)
{
  NbStatementLine line = {
    .id = nb_rows_get_int (rows, row, 0),
    .at = nb_rows_get_int (rows, row, 1),
    .kind = g_strdup (nb_rows_get_text (rows, row, 2)),
    .from = g_strdup (nb_rows_get_text (rows, row, 3)),
    .to = g_strdup (nb_rows_get_text (rows, row, 4)),
    .amount = nb_rows_get_int (rows, row, 5),
    .after = { nb_rows_get_int (rows, row, 6), nb_rows_get_int (rows, row, 7) },
    .auction = nb_rows_get_int (rows, row, 8),
    .title = g_strdup (nb_rows_get_text (rows, row, 9)),
  };

  g_array_append_val (self->lines, line);
}

static gboolean
read_lines (NbWalletStatement *self, NbTransaction *transaction, GError **error)
{
  gint64 limit = self->limit + 1;
  g_autoptr (NbRows) rows = NULL;

  if (self->kind == NULL)
    rows = nb_transaction_query (transaction, &sql_lines,
                                 NB_PARAMS (NB_INT (self->person), NB_INT (self->before), NB_INT (limit)), error);
  else
    rows = nb_transaction_query (
        transaction, &sql_lines_of_kind,
        NB_PARAMS (NB_INT (self->person), NB_INT (self->before), NB_TEXT (self->kind), NB_INT (limit)), error);
  if (rows == NULL)
    return FALSE;
  self->has_more = nb_rows_get_n (rows) > self->limit;
  for (gsize i = 0; i < MIN (nb_rows_get_n (rows), self->limit); i++)
    take_line (self, rows, i);
  return TRUE;
}

gboolean
nb_wallet_statement_read (NbTransaction *transaction, gpointer statement, GError **error)
{
  NbWalletStatement *self = statement;

  g_array_set_size (self->holds, 0);
  g_array_set_size (self->lines, 0);
  return nb_wallet_read_balance (self->wallet, transaction, self->person, &self->balance, error)
         && (self->hold_limit == 0 || read_holds (self, transaction, error))
         && (self->limit == 0 || read_lines (self, transaction, error));
}
