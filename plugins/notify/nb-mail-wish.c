/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The statements of the mail channel. */
#include "nb-mail-wish.h"

#include "nb-mail-address.h"
#include "nb-preferences.h"

#include <string.h>
#include <sys/random.h>

#define KEY_NAME "unsubscribe"

static const NbSql select_reachable = {
  .sqlite = "SELECT p.id, p.email FROM people AS p WHERE p.email <> ''"
            " AND p.id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))"
            " AND NOT EXISTS (SELECT 1 FROM notify_refused_addresses AS r WHERE r.address = lower (p.email))",
  .postgresql = "SELECT p.id, p.email FROM people AS p WHERE p.email <> ''"
                " AND p.id = ANY (CAST (##c0::string AS bigint[]))"
                " AND NOT EXISTS (SELECT 1 FROM notify_refused_addresses AS r WHERE r.address = lower (p.email))",
  .columns = "xs",
};

static const NbSql select_refusal = {
  .sqlite = "SELECT 1 FROM notify_refused_addresses WHERE address = ##address::string",
  .columns = "x",
};

static const NbSql select_key
    = { .sqlite = "SELECT value FROM notify_keys WHERE name = '" KEY_NAME "'", .columns = "s" };

static const NbSql insert_key = {
  .sqlite = "INSERT INTO notify_keys (name, value) VALUES ('" KEY_NAME "', ##value::string) ON CONFLICT DO NOTHING",
};

static const NbSql select_address
    = { .sqlite = "SELECT email FROM people WHERE id = ##person::gint64", .columns = "s" };

static const NbSql insert_refusal = {
  .sqlite = "INSERT INTO notify_refused_addresses (address, refused_at) VALUES (##address::string, ##now::gint64)"
            " ON CONFLICT DO NOTHING",
};

gboolean
nb_mail_wish_find_targets (NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_reachable, NB_PARAMS (NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      const NbReach reach = { .person = nb_rows_get_int (rows, i, 0), .target = 0 };

      if (nb_mail_address_is_sendable (nb_rows_get_text (rows, i, 1)))
        g_array_append_val (targets, reach);
    }
  return TRUE;
}

gboolean
nb_mail_wish_is_refused (NbTransaction *transaction, const char *address, gboolean *is_refused, GError **error)
{
  g_autofree char *folded = nb_mail_address_fold (address);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_refusal, NB_PARAMS (NB_TEXT (folded)), error);

  if (rows == NULL)
    return FALSE;
  *is_refused = nb_rows_get_n (rows) > 0;
  return TRUE;
}

static gboolean
read_hex (const char *text, guint8 key[NB_MAIL_KEY_BYTES])
{
  if (strlen (text) != NB_MAIL_KEY_BYTES * 2)
    return FALSE;
  for (gsize i = 0; i < NB_MAIL_KEY_BYTES; i++)
    {
      const int high = g_ascii_xdigit_value (text[i * 2]);
      const int low = g_ascii_xdigit_value (text[i * 2 + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      key[i] = (guint8)(high * 16 + low);
    }
  return TRUE;
}

gboolean
nb_mail_key_read (NbTransaction *transaction, guint8 key[NB_MAIL_KEY_BYTES], gboolean *is_there, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_key, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  *is_there = nb_rows_get_n (rows) == 1;
  if (!*is_there || read_hex (nb_rows_get_text (rows, 0, 0), key))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the key in notify_keys is no key");
  return FALSE;
}

static char *
dup_random_hex (GError **error)
{
  guint8 bytes[NB_MAIL_KEY_BYTES];
  GString *text;

  if (getrandom (bytes, sizeof bytes, 0) != (gssize)sizeof bytes)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the system gave no random bytes");
      return NULL;
    }
  text = g_string_new (NULL);
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

gboolean
nb_mail_key_make (NbTransaction *transaction, guint8 key[NB_MAIL_KEY_BYTES], GError **error)
{
  g_autofree char *text = NULL;
  gboolean is_there;

  if (!nb_mail_key_read (transaction, key, &is_there, error))
    return FALSE;
  if (is_there)
    return TRUE;
  text = dup_random_hex (error);
  /* Another process may be first; its key is everybody's then. */
  if (text == NULL || nb_transaction_execute (transaction, &insert_key, NB_PARAMS (NB_TEXT (text)), error) < 0
      || !nb_mail_key_read (transaction, key, &is_there, error))
    return FALSE;
  if (!is_there)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "another process makes the key just now");
  return is_there;
}

gboolean
nb_mail_wish_check_token (NbTransaction *transaction, const char *token, char **address, GError **error)
{
  const gint64 person = nb_mail_token_get_person (token);
  g_autoptr (NbRows) rows = NULL;
  guint8 key[NB_MAIL_KEY_BYTES] = { 0 };
  gboolean is_there;

  *address = NULL;
  if (!nb_mail_key_read (transaction, key, &is_there, error))
    return FALSE;
  rows = nb_transaction_query (transaction, &select_address, NB_PARAMS (NB_INT (person)), error);
  if (rows == NULL)
    return FALSE;
  if (is_there && nb_rows_get_n (rows) == 1
      && nb_mail_token_matches (token, key, person, nb_rows_get_text (rows, 0, 0)))
    *address = g_strdup (nb_rows_get_text (rows, 0, 0));
  return TRUE;
}

gboolean
nb_mail_wish_switch_off (NbTransaction *transaction, gint64 person, GError **error)
{
  for (int kind = 0; kind < NB_N_KINDS; kind++)
    if (!nb_preferences_set (transaction, person, (NbKind)kind, NB_CHANNEL_MAIL, FALSE, error))
      return FALSE;
  return TRUE;
}

gboolean
nb_mail_wish_refuse (NbTransaction *transaction, const char *address, GError **error)
{
  g_autofree char *folded = nb_mail_address_fold (address);

  return nb_transaction_execute (transaction, &insert_refusal,
                                 NB_PARAMS (NB_TEXT (folded), NB_INT (nb_transaction_now (transaction))), error)
         >= 0;
}
