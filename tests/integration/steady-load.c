/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A steady load of bids over HTTP. */
#include "tests/integration/steady-load.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/nb-test-server.h"

struct _SteadyLoad
{
  guint16 port;
  char *path;
  GPtrArray *threads;
  GMutex lock; /* guards what stands below */
  GCond changed;
  GPtrArray *accepted;
  gint64 amount;
  guint n_answers;
  guint n_cut;
  gboolean is_over;
};

typedef struct
{
  SteadyLoad *load;
  char *token;
} Bidder;

static char *
make_request (SteadyLoad *self, const char *token)
{
  g_autofree char *body = NULL;
  gint64 amount;

  g_mutex_lock (&self->lock);
  amount = ++self->amount;
  g_mutex_unlock (&self->lock);
  body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);
  return g_strdup_printf ("POST %s HTTP/1.1\r\nHost: bid.example\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                          self->path, token, strlen (body), body);
}

static gboolean
is_whole (const char *answer)
{
  g_autofree char *length = nb_test_header (answer, "Content-Length");

  return length != NULL && strlen (nb_test_body (answer)) == g_ascii_strtoull (length, NULL, 10);
}

static void
take_answer (SteadyLoad *self, const char *answer)
{
  guint status = nb_test_status (answer);

  g_mutex_lock (&self->lock);
  if (status == 0 || !is_whole (answer))
    self->n_cut++;
  else if (status == 201)
    {
      g_autoptr (JsonNode) node = json_from_string (nb_test_body (answer), NULL);
      const char *id = json_object_get_string_member (json_node_get_object (node), "bid_id");

      g_ptr_array_add (self->accepted, g_strdup (id));
    }
  else if (status != 409)
    g_error ("a bid was answered with %s", answer);
  self->n_answers += status != 0;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_over (SteadyLoad *self)
{
  gboolean result;

  g_mutex_lock (&self->lock);
  result = self->is_over;
  g_mutex_unlock (&self->lock);
  return result;
}

static gpointer
bid (gpointer data)
{
  Bidder *bidder = data;

  while (!is_over (bidder->load))
    {
      g_autofree char *request = make_request (bidder->load, bidder->token);
      g_autofree char *answer = nb_test_request (bidder->load->port, request);

      take_answer (bidder->load, answer);
    }
  g_free (bidder->token);
  g_free (bidder);
  return NULL;
}

SteadyLoad *
steady_load_start (guint16 port, char **tokens, const char *auction)
{
  SteadyLoad *self = g_new0 (SteadyLoad, 1);

  self->port = port;
  self->path = g_strdup_printf ("/api/v1/auctions/%s/bids", auction);
  self->threads = g_ptr_array_new ();
  self->accepted = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  for (char **token = tokens; *token; token++)
    {
      Bidder *bidder = g_new0 (Bidder, 1);
      bidder->load = self;
      bidder->token = g_strdup (*token);
      g_ptr_array_add (self->threads, g_thread_new ("bidder", bid, bidder));
    }
  return self;
}

void
steady_load_wait_for (SteadyLoad *self, guint n_answers)
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  g_mutex_lock (&self->lock);
  n_answers += self->n_answers;
  while (self->n_answers < n_answers)
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      g_error ("bids are not answered any more: %u of %u", self->n_answers, n_answers);
  g_mutex_unlock (&self->lock);
}

guint
steady_load_count_cut (SteadyLoad *self)
{
  guint result;

  g_mutex_lock (&self->lock);
  result = self->n_cut;
  g_mutex_unlock (&self->lock);
  return result;
}

GPtrArray *
steady_load_end (SteadyLoad *self)
{
  GPtrArray *accepted = self->accepted;

  g_mutex_lock (&self->lock);
  self->is_over = TRUE;
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->path);
  g_free (self);
  return accepted;
}
