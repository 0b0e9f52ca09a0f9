/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the live states that Redis keeps and compares each with its auction. A Redis that isn't there is no fault: it
 * is not needed for anything that is true. */
#include "nb-live-check.h"

#include "nb-redis-address.h"

#include <gio/gunixsocketaddress.h>
#include <hiredis/hiredis.h>
#include <string.h>

/* Of all that Redis keeps so many are looked at. */
#define MAX_STATES 500
#define MAX_ROUNDS 1000
#define MAX_FAULTS 20

struct _NbLiveCheck
{
  char *url;
  char *password; /* (nullable) */
  char *prefix;
};

static const struct timeval patience = { .tv_sec = 1 };

static const NbSql sql_auction = { "SELECT seq, price FROM auctions WHERE id = ##auction::gint64", NULL, "xx" };

static void
context_free (redisContext *context)
{
  redisFree (context);
}

static void
reply_free (redisReply *reply)
{
  freeReplyObject (reply);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (redisContext, context_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (redisReply, reply_free)

static redisReply *
run (redisContext *context, int n_words, const char **words)
{
  redisReply *reply = redisCommandArgv (context, n_words, words, NULL);

  if (reply == NULL || reply->type != REDIS_REPLY_ERROR)
    return reply;
  freeReplyObject (reply);
  return NULL;
}

static gboolean
sign_in (redisContext *context, const NbRedisAddress *address)
{
  const char *words[] = { "AUTH", address->user, address->password };
  const char *plain[] = { "AUTH", address->password };
  g_autofree char *database = g_strdup_printf ("%u", address->database);
  const char *selected[] = { "SELECT", database };
  g_autoptr (redisReply) reply = NULL;

  if (address->password != NULL)
    {
      g_autoptr (redisReply) answer = address->user != NULL ? run (context, 3, words) : run (context, 2, plain);

      if (answer == NULL)
        return FALSE;
    }
  if (address->database == 0)
    return TRUE;
  reply = run (context, 2, selected);
  return reply != NULL;
}

/* Returns: (transfer full) (nullable): NULL when it can't be reached, which is no fault */
static redisContext *
connect_to (NbLiveCheck *self, GError **error)
{
  g_autoptr (NbRedisAddress) address = nb_redis_address_new (self->url, self->password, error);
  g_autoptr (redisContext) context = NULL;

  if (address == NULL)
    return NULL;
  if (G_IS_UNIX_SOCKET_ADDRESS (address->target))
    context = redisConnectUnixWithTimeout (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address->target)),
                                           patience);
  else if (G_IS_NETWORK_ADDRESS (address->target))
    context = redisConnectWithTimeout (g_network_address_get_hostname (G_NETWORK_ADDRESS (address->target)),
                                       g_network_address_get_port (G_NETWORK_ADDRESS (address->target)), patience);
  if (context == NULL || context->err != 0 || redisSetTimeout (context, patience) != REDIS_OK
      || !sign_in (context, address))
    return NULL;
  return g_steal_pointer (&context);
}

/* Adds the keys of one round, and leaves the next round's place in @cursor. FALSE when Redis is gone. */
static gboolean
scan (redisContext *context, const char *pattern, GString *cursor, GPtrArray *keys)
{
  const char *words[] = { "SCAN", cursor->str, "MATCH", pattern, "COUNT", "1000" };
  g_autoptr (redisReply) reply = run (context, G_N_ELEMENTS (words), words);
  const redisReply *found
      = reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 ? reply->element[1] : NULL;

  if (found == NULL || found->type != REDIS_REPLY_ARRAY)
    return FALSE;
  g_string_assign (cursor, reply->element[0]->str);
  for (gsize i = 0; i < found->elements; i++)
    g_ptr_array_add (keys, g_strndup (found->element[i]->str, found->element[i]->len));
  return TRUE;
}

/* What has a meaning in a pattern stands for itself in the prefix. */
static char *
make_pattern (const char *prefix)
{
  g_autoptr (GString) pattern = g_string_new (NULL);

  for (const char *p = prefix; *p != '\0'; p++)
    {
      if (strchr ("*?[]\\", *p) != NULL)
        g_string_append_c (pattern, '\\');
      g_string_append_c (pattern, *p);
    }
  g_string_append (pattern, ":{*}:state");
  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

static GPtrArray *
list_keys (NbLiveCheck *self, redisContext *context)
{
  g_autofree char *pattern = make_pattern (self->prefix);
  g_autoptr (GString) cursor = g_string_new ("0");
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < MAX_ROUNDS && keys->len < MAX_STATES; i++)
    if (!scan (context, pattern, cursor, keys) || g_str_equal (cursor->str, "0"))
      break;
  return keys;
}

/* One state as Redis keeps it. */
typedef struct
{
  gint64 auction;
  gint64 seq;
  gint64 price;
} Kept;

static gboolean
read_kept (NbLiveCheck *self, redisContext *context, const char *key, Kept *kept)
{
  const char *words[] = { "HMGET", key, "seq", "price" };
  g_autoptr (redisReply) reply = run (context, G_N_ELEMENTS (words), words);

  if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2
      || reply->element[0]->type != REDIS_REPLY_STRING || reply->element[1]->type != REDIS_REPLY_STRING)
    return FALSE;
  kept->auction = g_ascii_strtoll (key + strlen (self->prefix) + strlen (":{"), NULL, 10);
  kept->seq = g_ascii_strtoll (reply->element[0]->str, NULL, 10);
  kept->price = g_ascii_strtoll (reply->element[1]->str, NULL, 10);
  return TRUE;
}

#define FAULT(faults, ...) g_ptr_array_add (faults, g_strdup_printf (__VA_ARGS__))

/* Redis was read before: what it was told then was committed, so the database is at least as new. Sealed prices are
 * kept as 0. */
static gboolean
compare (NbTransaction *transaction, const Kept *kept, GPtrArray *faults, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql_auction, NB_PARAMS (NB_INT (kept->auction)), error);

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    FAULT (faults, "Redis keeps a state of auction %" G_GINT64_FORMAT ", which there isn't; does another site use it?",
           kept->auction);
  else if (kept->seq > nb_rows_get_int (rows, 0, 0))
    FAULT (faults,
           "Redis keeps seq %" G_GINT64_FORMAT " of auction %" G_GINT64_FORMAT ", the database knows %" G_GINT64_FORMAT
           ": FLUSHDB of this Redis loses nothing",
           kept->seq, kept->auction, nb_rows_get_int (rows, 0, 0));
  else if (kept->seq == nb_rows_get_int (rows, 0, 0) && kept->price != 0 && kept->price != nb_rows_get_int (rows, 0, 1))
    FAULT (faults,
           "Redis keeps a price of %" G_GINT64_FORMAT " for auction %" G_GINT64_FORMAT
           ", the database %" G_GINT64_FORMAT ": FLUSHDB of this Redis loses nothing",
           kept->price, kept->auction, nb_rows_get_int (rows, 0, 1));
  return TRUE;
}

static gboolean
check (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  NbLiveCheck *self = user_data;
  g_autoptr (GArray) states = g_array_new (FALSE, FALSE, sizeof (Kept));
  g_autoptr (GError) fault = NULL;
  g_autoptr (redisContext) context = connect_to (self, &fault);
  g_autoptr (GPtrArray) keys = context != NULL ? list_keys (self, context) : g_ptr_array_new ();

  if (fault != NULL)
    FAULT (faults, "%s", fault->message);
  for (guint i = 0; i < MIN (keys->len, MAX_STATES); i++)
    {
      Kept kept;

      if (read_kept (self, context, keys->pdata[i], &kept))
        g_array_append_val (states, kept);
    }
  for (guint i = 0; i < states->len && faults->len < MAX_FAULTS; i++)
    if (!compare (transaction, &g_array_index (states, Kept, i), faults, error))
      return FALSE;
  return TRUE;
}

NbLiveCheck *
nb_live_check_new (const char *url, const char *password, const char *prefix)
{
  NbLiveCheck *self = g_new0 (NbLiveCheck, 1);

  self->url = g_strdup (url);
  self->password = g_strdup (password);
  self->prefix = g_strdup (prefix);
  return self;
}

void
nb_live_check_free (NbLiveCheck *self)
{
  g_free (self->url);
  g_free (self->password);
  g_free (self->prefix);
  g_free (self);
}

gboolean
nb_live_check_register (NbLiveCheck *self, NbContext *context, GError **error)
{
  return nb_context_add_check (context, "live-state", "what Redis keeps of live auctions is what the database knows",
                               check, self, error);
}
