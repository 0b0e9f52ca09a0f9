/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A storm of bids from several threads over HTTP. */
#include "tests/integration/bid-storm.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

struct _BidStorm
{
  char *url;
  char **auctions;
  GPtrArray *threads;
  GMutex lock; /* guards what stands below */
  GCond changed;
  GPtrArray *accepted;
  gint64 amount; /* the last one that somebody named */
  guint n_running;
};

typedef struct
{
  BidStorm *storm;
  char *token;
} Bidder;

static guint
call (SoupSession *session, const char *url, const char *token, const char *method, const char *path, const char *body,
      char **answer)
{
  g_autofree char *address = g_strconcat (url, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, address);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  g_autoptr (GBytes) request = body ? g_bytes_new (body, strlen (body)) : NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (token)
    soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", bearer);
  if (request)
    soup_message_set_request_body_from_bytes (message, "application/json", request);
  bytes = soup_session_send_and_read (session, message, NULL, NULL);
  if (!bytes)
    return 0;
  if (answer)
    *answer = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return soup_message_get_status (message);
}

guint
bid_storm_call (const char *url, const char *token, const char *method, const char *path, const char *body,
                char **answer)
{
  g_autoptr (SoupSession) session = soup_session_new ();

  return call (session, url, token, method, path, body, answer);
}

/* Each bid names more than all before it, so that most are accepted. */
static char *
next_body (BidStorm *self, const char **auction)
{
  gint64 amount;

  g_mutex_lock (&self->lock);
  amount = ++self->amount;
  g_mutex_unlock (&self->lock);
  *auction = self->auctions[amount % g_strv_length (self->auctions)];
  return g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);
}

static void
remember (BidStorm *self, const char *answer)
{
  g_autoptr (JsonNode) node = json_from_string (answer, NULL);

  g_assert_nonnull (node);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->accepted, g_strdup (json_object_get_string_member (json_node_get_object (node), "bid_id")));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gpointer
bid (gpointer data)
{
  Bidder *bidder = data;
  BidStorm *self = bidder->storm;
  g_autoptr (SoupSession) session = soup_session_new ();
  guint status = 1;

  while (status != 0 && status != 503)
    {
      const char *auction;
      g_autofree char *body = next_body (self, &auction);
      g_autofree char *path = g_strdup_printf ("/api/v1/auctions/%s/bids", auction);
      g_autofree char *answer = NULL;

      status = call (session, self->url, bidder->token, "POST", path, body, &answer);
      if (status == 201)
        remember (self, answer);
      else if (status != 0 && status != 409 && status != 503)
        g_error ("a bid was answered with %u: %s", status, answer);
    }
  g_mutex_lock (&self->lock);
  self->n_running--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_free (bidder->token);
  g_free (bidder);
  return NULL;
}

BidStorm *
bid_storm_start (const char *url, char **tokens, char **auctions)
{
  BidStorm *self = g_new0 (BidStorm, 1);

  self->url = g_strdup (url);
  self->auctions = g_strdupv (auctions);
  self->threads = g_ptr_array_new ();
  self->accepted = g_ptr_array_new_with_free_func (g_free);
  /* Above what any earlier storm named. */
  self->amount = (g_get_real_time () - G_GINT64_CONSTANT (1700000000000000)) / 1000000;
  self->n_running = g_strv_length (tokens);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  for (char **token = tokens; *token; token++)
    {
      Bidder *bidder = g_new0 (Bidder, 1);
      bidder->storm = self;
      bidder->token = g_strdup (*token);
      g_ptr_array_add (self->threads, g_thread_new ("bidder", bid, bidder));
    }
  return self;
}

void
bid_storm_wait_for (BidStorm *self, guint n_accepted)
{
  g_mutex_lock (&self->lock);
  n_accepted += self->accepted->len;
  while (self->accepted->len < n_accepted && self->n_running > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_assert_cmpuint (self->accepted->len, >=, n_accepted);
  g_mutex_unlock (&self->lock);
}

GPtrArray *
bid_storm_end (BidStorm *self)
{
  GPtrArray *accepted = self->accepted;

  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_strfreev (self->auctions);
  g_free (self->url);
  g_free (self);
  return accepted;
}
