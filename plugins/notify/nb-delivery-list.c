/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads deliveries with their messages and people. */
#include "nb-delivery-list.h"

#include <glib/gi18n.h>

#define LIMIT_MAX 100

NbDeliveryList *
nb_delivery_list_new (NbDeliveriesWhich which, guint limit)
{
  NbDeliveryList *self = g_new0 (NbDeliveryList, 1);

  self->which = which;
  self->limit = limit;
  self->before = G_MAXINT64;
  return self;
}

void
nb_delivery_list_free (NbDeliveryList *self)
{
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->census, g_ptr_array_unref);
  g_free (self);
}

static gboolean
refuse (const char *field, const char *msgid, GError **error)
{
  GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (fault, field);
  g_propagate_error (error, fault);
  return FALSE;
}

gboolean
nb_delivery_list_take_query (NbDeliveryList *self, NbRequest *request, GError **error)
{
  const char *limit = nb_request_get_query (request, "limit");
  const char *cursor = nb_request_get_query (request, "cursor");
  const char *dead = nb_request_get_query (request, "dead");
  guint64 number = self->limit;

  if (limit != NULL && !g_ascii_string_to_unsigned (limit, 10, 1, LIMIT_MAX, &number, NULL))
    return refuse ("limit", N_ ("limit must be a whole number from 1 to 100"), error);
  if (cursor != NULL && !nb_id_parse (cursor, &self->before))
    return refuse ("cursor", N_ ("cursor must be the next_cursor of an answer"), error);
  if (dead != NULL && !g_str_equal (dead, "true") && !g_str_equal (dead, "false"))
    return refuse ("dead", N_ ("dead must be true or false"), error);
  self->limit = (guint)number;
  if (dead != NULL)
    self->which = g_str_equal (dead, "true") ? NB_DELIVERIES_DEAD : NB_DELIVERIES_WAITING;
  return TRUE;
}

#define SELECT_ITEMS                                                                                                   \
  "SELECT " NB_MESSAGE_SQL ", d.id, d.person_id, p.nickname, d.channel, d.tries, d.is_dead, d.reason, d.created_at, "  \
  "d.next_at FROM notify_deliveries AS d LEFT JOIN notify_messages AS m ON m.id = d.message_id "                       \
  "LEFT JOIN people AS p ON p.id = d.person_id WHERE d.id < ##before::gint64 "
#define NEWEST "ORDER BY d.id DESC LIMIT ##limit::gint64"
#define ITEM_COLUMNS NB_MESSAGE_COLUMNS "xxssxxsxx"

/* Where the columns behind the message's begin. */
enum
{
  COLUMN_ID = sizeof NB_MESSAGE_COLUMNS - 1,
  COLUMN_PERSON,
  COLUMN_NICKNAME,
  COLUMN_CHANNEL,
  COLUMN_TRIES,
  COLUMN_IS_DEAD,
  COLUMN_REASON,
  COLUMN_CREATED_AT,
  COLUMN_NEXT_AT
};

static void
free_item (gpointer data)
{
  NbDeliveryItem *self = data;

  g_clear_pointer (&self->message, nb_message_free);
  g_free (self->nickname);
  g_free (self->channel);
  g_free (self->reason);
  g_free (self);
}

static char *
dup_text (const NbRows *rows, gsize row, guint column)
{
  const char *text = nb_rows_get_text (rows, row, column);

  return g_strdup (text != NULL ? text : "");
}

static NbDeliveryItem *
item_new (const NbRows *rows, gsize row)
{
  NbDeliveryItem *self = g_new0 (NbDeliveryItem, 1);

  self->id = nb_rows_get_int (rows, row, COLUMN_ID);
  self->person = nb_rows_get_int (rows, row, COLUMN_PERSON);
  self->nickname = dup_text (rows, row, COLUMN_NICKNAME);
  self->channel = dup_text (rows, row, COLUMN_CHANNEL);
  self->tries = nb_rows_get_int (rows, row, COLUMN_TRIES);
  self->is_dead = nb_rows_get_int (rows, row, COLUMN_IS_DEAD) != 0;
  self->reason = dup_text (rows, row, COLUMN_REASON);
  self->created_at = nb_rows_get_int (rows, row, COLUMN_CREATED_AT);
  self->next_at = nb_rows_get_int (rows, row, COLUMN_NEXT_AT);
  if (!nb_rows_is_null (rows, row, 0))
    self->message = nb_message_new_from_row (rows, row);
  return self;
}

gboolean
nb_delivery_list_read (NbTransaction *transaction, gpointer list, GError **error)
{
  static const NbSql sql[] = {
    [NB_DELIVERIES_ALL] = { SELECT_ITEMS NEWEST, NULL, ITEM_COLUMNS },
    [NB_DELIVERIES_WAITING] = { SELECT_ITEMS "AND d.is_dead = 0 " NEWEST, NULL, ITEM_COLUMNS },
    [NB_DELIVERIES_DEAD] = { SELECT_ITEMS "AND d.is_dead = 1 " NEWEST, NULL, ITEM_COLUMNS },
  };
  NbDeliveryList *self = list;
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql[self->which],
                                                  NB_PARAMS (NB_INT (self->before), NB_INT (self->limit + 1)), error);

  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->census, g_ptr_array_unref);
  if (rows == NULL)
    return FALSE;
  self->items = g_ptr_array_new_with_free_func (free_item);
  self->has_more = nb_rows_get_n (rows) > self->limit;
  for (gsize i = 0; i < MIN (nb_rows_get_n (rows), self->limit); i++)
    g_ptr_array_add (self->items, item_new (rows, i));
  if (self->with_census)
    self->census = nb_delivery_census_take (transaction, error);
  return !self->with_census || self->census != NULL;
}

gint64
nb_delivery_list_get_next (NbDeliveryList *self)
{
  return self->has_more ? ((NbDeliveryItem *)g_ptr_array_index (self->items, self->items->len - 1))->id : 0;
}
