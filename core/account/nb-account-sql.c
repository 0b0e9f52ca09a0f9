/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* People in the database. */
#include "core/account/nb-account-sql.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_ROLES 8
#define MAX_ROLE_LENGTH 32

static const NbSql region_exists = { "SELECT code FROM regions WHERE code = ##code::string", NULL, "s" };
static const NbSql insert_person
    = { "INSERT INTO people (id, username, nickname, email, region, language, password_hash, roles, created_at) "
        "VALUES (##id::gint64, ##username::string, ##nickname::string, ##email::string, ##region::string, "
        "##language::string, ##hash::string, ##roles::string, ##now::gint64) ON CONFLICT (username) DO NOTHING",
        NULL, NULL };
static const NbSql find_person
    = { "SELECT id, username, nickname, region, language, roles, is_suspended, created_at, password_hash FROM people "
        "WHERE username = ##username::string",
        NULL, "xsssssxxs" };
static const NbSql update_region
    = { "UPDATE people SET region = ##region::string WHERE id = ##id::gint64", NULL, NULL };
static const NbSql update_roles
    = { "UPDATE people SET roles = ##roles::string WHERE username = ##username::string", NULL, NULL };
static const NbSql update_suspended
    = { "UPDATE people SET is_suspended = ##suspended::gint64 WHERE username = ##username::string", NULL, NULL };
static const NbSql delete_sessions
    = { "DELETE FROM sessions WHERE person_id IN (SELECT id FROM people WHERE username = ##username::string)", NULL,
        NULL };

static gboolean
check_region (NbTransaction *transaction, const char *code, GError **error)
{
  g_autoptr (NbRows) rows = NULL;
  GError *refusal;

  if (code[0] == '\0')
    return TRUE;
  rows = nb_transaction_query (transaction, &region_exists, NB_PARAMS (NB_TEXT (code)), error);
  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 1)
    return TRUE;
  refusal
      = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("there is no region with the code {code}"), "code", code, NULL);
  nb_error_set_field (refusal, "region");
  g_propagate_error (error, refusal);
  return FALSE;
}

/* Returns: (transfer full) (nullable): @roles with one space between them */
static char *
normalize_roles (const char *roles, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (roles != NULL ? roles : "", " ,", -1);
  g_autoptr (GString) normal = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      gsize length = strlen (words[i]);

      if (length == 0)
        continue;
      if (length > MAX_ROLE_LENGTH || strspn (words[i], "abcdefghijklmnopqrstuvwxyz-") != length || ++n > MAX_ROLES)
        {
          nb_set_error (error, NB_ERROR_VALIDATION_FAILED,
                        N_ ("roles must be up to {max} words of a-z and '-', such as admin"), "max",
                        G_STRINGIFY (MAX_ROLES), NULL);
          return NULL;
        }
      g_string_append_printf (normal, "%s%s", normal->len > 0 ? " " : "", words[i]);
    }
  return g_strdup (normal->str);
}

gint64
nb_account_sql_insert (NbTransaction *transaction, const NbNewPerson *person, const char *password_hash,
                       const char *roles, GError **error)
{
  g_autofree char *normal_roles = normalize_roles (roles, error);
  gint64 id = nb_id_new ();
  gint64 n;

  if (normal_roles == NULL || !check_region (transaction, person->region, error))
    return 0;
  n = nb_transaction_execute (transaction, &insert_person,
                              NB_PARAMS (NB_INT (id), NB_TEXT (person->username), NB_TEXT (person->nickname),
                                         NB_TEXT (person->email), NB_TEXT (person->region), NB_TEXT (person->language),
                                         NB_TEXT (password_hash), NB_TEXT (normal_roles),
                                         NB_INT (nb_transaction_now (transaction))),
                              error);
  if (n == 0)
    {
      GError *taken
          = nb_error_new (NB_ERROR_NAME_TAKEN, N_ ("the username {name} is taken"), "name", person->username, NULL);

      nb_error_set_field (taken, "username");
      g_propagate_error (error, taken);
    }
  return n == 1 ? id : 0;
}

gboolean
nb_account_sql_find (NbTransaction *transaction, const char *username, NbAccount **account, char **password_hash,
                     GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &find_person, NB_PARAMS (NB_TEXT (username)), error);

  *account = NULL;
  *password_hash = NULL;
  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    return TRUE;
  *account
      = nb_account_new (nb_rows_get_int (rows, 0, 0), nb_rows_get_text (rows, 0, 1), nb_rows_get_text (rows, 0, 2),
                        nb_rows_get_text (rows, 0, 3), nb_rows_get_text (rows, 0, 4), nb_rows_get_text (rows, 0, 5),
                        nb_rows_get_int (rows, 0, 6) != 0, nb_rows_get_int (rows, 0, 7));
  *password_hash = g_strdup (nb_rows_get_text (rows, 0, 8));
  return TRUE;
}

gboolean
nb_account_sql_set_region (NbTransaction *transaction, gint64 person, const char *region, GError **error)
{
  gint64 n;

  if (!check_region (transaction, region, error))
    return FALSE;
  n = nb_transaction_execute (transaction, &update_region, NB_PARAMS (NB_TEXT (region), NB_INT (person)), error);
  if (n == 0)
    nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is no such person"), NULL);
  return n == 1;
}

gint64
nb_accounts_create (NbTransaction *transaction, const NbSignUp *sign_up, const char *password_hash, const char *roles,
                    GError **error)
{
  g_autoptr (NbNewPerson) person = nb_new_person_new (sign_up, error);

  return person != NULL ? nb_account_sql_insert (transaction, person, password_hash, roles, error) : 0;
}

static gboolean
refuse_unknown (const char *username, GError **error)
{
  nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is nobody with the username {name}"), "name", username, NULL);
  return FALSE;
}

gboolean
nb_accounts_set_roles (NbTransaction *transaction, const char *username, const char *roles, GError **error)
{
  g_autofree char *normal = normalize_roles (roles, error);
  g_autofree char *folded = nb_username_fold (username);
  gint64 n;

  if (normal == NULL)
    return FALSE;
  if (folded == NULL)
    return refuse_unknown (username, error);
  n = nb_transaction_execute (transaction, &update_roles, NB_PARAMS (NB_TEXT (normal), NB_TEXT (folded)), error);
  return n == 0 ? refuse_unknown (username, error) : n == 1;
}

gboolean
nb_accounts_set_suspended (NbTransaction *transaction, const char *username, gboolean is_suspended, GError **error)
{
  g_autofree char *folded = nb_username_fold (username);
  gint64 n;

  if (folded == NULL)
    return refuse_unknown (username, error);
  n = nb_transaction_execute (transaction, &update_suspended,
                              NB_PARAMS (NB_INT (is_suspended ? 1 : 0), NB_TEXT (folded)), error);
  if (n == 0)
    return refuse_unknown (username, error);
  if (n < 0 || !is_suspended)
    return n == 1;
  return nb_transaction_execute (transaction, &delete_sessions, NB_PARAMS (NB_TEXT (folded)), error) >= 0;
}
