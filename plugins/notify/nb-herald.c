/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the outbox's events, and looks now and then for what no event tells. */
#include "nb-herald.h"

#include "nb-chore.h"
#include "nb-crier.h"
#include "nb-fanout.h"
#include "nb-last-call.h"
#include "nb-news.h"
#include "nb-old-messages.h"
#include "nb-outcome.h"
#include "nb-standings.h"

/* Seconds between two looks. */
#define LOOK_EVERY 15
#define DELETE_EVERY 300

struct _NbHerald
{
  NbChannelsFunc list_channels;
  void (*written) (gpointer user_data);
  gpointer user_data;
  NbCrier *crier;
  NbChore *last_call;
  NbChore *old_messages;
  gint64 ending_soon;
  gint64 retention;
};

static void
on_last_call (gpointer user_data)
{
  NbHerald *self = user_data;

  nb_crier_wake (self->crier);
}

NbHerald *
nb_herald_new (NbStore *store, NbChannelsFunc list_channels, void (*written) (gpointer user_data), gpointer user_data)
{
  NbHerald *self = g_new0 (NbHerald, 1);

  self->list_channels = list_channels;
  self->written = written;
  self->user_data = user_data;
  self->crier = nb_crier_new (store, list_channels, written, user_data);
  self->last_call = nb_chore_new (store, "looking for auctions that end soon", nb_last_call_find, on_last_call, self);
  self->old_messages = nb_chore_new (store, "deleting old messages", nb_old_messages_delete, NULL, NULL);
  return self;
}

void
nb_herald_set_times (NbHerald *self, gint64 ending_soon, gint64 retention)
{
  self->ending_soon = ending_soon;
  self->retention = retention;
}

void
nb_herald_stop (NbHerald *self)
{
  nb_crier_stop (self->crier);
  nb_chore_stop (self->last_call);
  nb_chore_stop (self->old_messages);
  g_free (self);
}

static gboolean
is_of_pause (const NbEvent *event)
{
  const char *kind = nb_event_get_kind (event);

  return g_str_equal (kind, "auction-paused") || g_str_equal (kind, "auction-resumed");
}

/* Of an auction that was paused more than once meanwhile, the last tells how it is. */
static gboolean
is_overtaken (const GPtrArray *outcomes, guint place)
{
  const NbEvent *event = g_ptr_array_index (outcomes, place);

  for (guint i = place + 1; is_of_pause (event) && i < outcomes->len; i++)
    {
      const NbEvent *later = g_ptr_array_index (outcomes, i);

      if (is_of_pause (later) && nb_event_get_auction (later) == nb_event_get_auction (event))
        return TRUE;
    }
  return FALSE;
}

static gboolean
tell_outcomes (const NbNews *news, GHashTable *lots, NbPost *post, NbTransaction *transaction, GError **error)
{
  g_autoptr (GPtrArray) fanouts = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_fanout_free);
  gint64 now = nb_transaction_now (transaction);

  for (guint i = 0; i < news->outcomes->len; i++)
    {
      const NbEvent *event = g_ptr_array_index (news->outcomes, i);

      if (!is_overtaken (news->outcomes, i)
          && !nb_outcome_tell (event, nb_lots_find (lots, nb_event_get_auction (event)), now, post, fanouts))
        nb_news_warn (event);
    }
  return nb_fanouts_write (fanouts, transaction, error);
}

static gboolean
consume (NbTransaction *transaction, GPtrArray *events, gpointer user_data, GError **error)
{
  NbHerald *self = user_data;
  g_autoptr (GPtrArray) channels = self->list_channels (self->user_data);
  g_autoptr (NbNews) news = nb_news_new (events);
  g_autoptr (NbPost) post = nb_post_new (channels);
  g_autoptr (GHashTable) lots = nb_lots_load (transaction, news->auctions, error);

  return lots != NULL && nb_standings_tell (news->courses, lots, post, transaction, error)
         && tell_outcomes (news, lots, post, transaction, error) && nb_post_write (post, transaction, error);
}

static void
consumed (gpointer user_data)
{
  NbHerald *self = user_data;

  self->written (self->user_data);
  nb_crier_wake (self->crier);
}

const NbConsumer *
nb_herald_get_consumer (void)
{
  static const NbConsumer consumer = { .consume = consume, .consumed = consumed };

  return &consumer;
}

void
nb_herald_wake (NbHerald *self)
{
  nb_crier_wake (self->crier);
  if (self->ending_soon > 0)
    nb_chore_wake (self->last_call, self->ending_soon);
}

gboolean
nb_herald_is_idle (NbHerald *self)
{
  return nb_crier_is_idle (self->crier) && nb_chore_is_idle (self->last_call) && nb_chore_is_idle (self->old_messages);
}

static gboolean
on_look (gpointer user_data)
{
  nb_herald_wake (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_delete (gpointer user_data)
{
  NbHerald *self = user_data;

  nb_chore_wake (self->old_messages, self->retention);
  return G_SOURCE_CONTINUE;
}

gboolean
nb_herald_start (NbHerald *self, NbContext *context, GError **error)
{
  if (nb_context_does_jobs (context)
      && (!nb_context_add_timer (context, LOOK_EVERY, on_look, self, error)
          || !nb_context_add_timer (context, DELETE_EVERY, on_delete, self, error)))
    return FALSE;
  /* From here on other threads know @self. */
  if (!nb_context_set_consumer (context, nb_herald_get_consumer (), self, error))
    return FALSE;
  if (nb_context_does_jobs (context))
    nb_herald_wake (self);
  return TRUE;
}
