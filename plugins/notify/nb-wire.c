/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread around one curl_multi: transfers come in by a queue, and go back to the main context by another. */
#include "nb-wire.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Enough for each channel that uses it, were all the others slow. */
#define TRANSFERS_MAX 128
#define TRANSFERS_PER_HOST_MAX 16
#define IDLE_CONNECTIONS_MAX 32
#define IDLE_SECONDS 30
#define CONNECT_SECONDS 10
#define REPLY_SECONDS 10
#define TRANSFER_SECONDS 30
/* For a turn; with the transfer itself a minute. */
#define TURN_SECONDS 30
#define ANSWER_MAX (64 * 1024)
#define NICE 10
#define POLL_IDLE_MS 60000
#define POLL_BUSY_MS 1000
#define FAULT_PAUSE_US (100 * 1000)

typedef struct
{
  CURL *easy;
  NbWireFunc function;
  gpointer user_data;
  gint64 asked_at; /* monotonic */
  gsize answered;  /* bytes */
  NbWireResult result;
} Transfer;

struct _NbWire
{
  GMainContext *context;
  GThread *thread;
  CURLM *multi;

  GMutex lock;
  GQueue incoming; /* Transfer, of the callers */
  GQueue done;     /* Transfer, for the main context */
  GSource *source; /* (nullable): will hand out `done` */
  gboolean is_closing;

  /* The thread's own. */
  GQueue waiting;      /* Transfer, for a turn */
  GHashTable *running; /* Transfer */
  GHashTable *sockets; /* descriptors that are open */
};

static void
transfer_free (Transfer *self)
{
  g_clear_pointer (&self->easy, curl_easy_cleanup);
  g_free (self);
}

/* What the other side says, on the wire's thread. */

static gboolean
is_answer_bounded (Transfer *transfer, gsize size)
{
  transfer->answered += size;
  return transfer->answered <= ANSWER_MAX;
}

static size_t
on_body (char *bytes, size_t size, size_t n, void *user_data)
{
  return is_answer_bounded (user_data, size * n) ? size * n : 0;
}

static void
keep_reply (Transfer *transfer, const char *bytes, gsize size)
{
  gsize length = MIN (size, sizeof transfer->result.reply - 1);

  if (size < 3 || !g_ascii_isdigit (bytes[0]) || !g_ascii_isdigit (bytes[1]) || !g_ascii_isdigit (bytes[2]))
    return;
  /* The answer to a farewell, which curl says after a refusal, would hide why. */
  if (strncmp (bytes, "221", 3) == 0)
    return;
  for (gsize i = 0; i < length; i++)
    transfer->result.reply[i] = g_ascii_isprint (bytes[i]) ? bytes[i] : ' ';
  transfer->result.reply[length] = '\0';
  g_strchomp (transfer->result.reply);
}

static size_t
on_header (char *bytes, size_t size, size_t n, void *user_data)
{
  keep_reply (user_data, bytes, size * n);
  return is_answer_bounded (user_data, size * n) ? size * n : 0;
}

/* Sockets are known, so that none can hold the end up: curl waits for the answer to its farewell. */

static int
on_socket_made (void *user_data, curl_socket_t fd, curlsocktype purpose)
{
  NbWire *self = user_data;

  g_hash_table_add (self->sockets, GINT_TO_POINTER (fd));
  return CURL_SOCKOPT_OK;
}

static int
on_socket_closing (void *user_data, curl_socket_t fd)
{
  NbWire *self = user_data;

  g_hash_table_remove (self->sockets, GINT_TO_POINTER (fd));
  return close (fd);
}

static void
shut_sockets (NbWire *self)
{
  GHashTableIter iter;
  gpointer fd;

  g_hash_table_iter_init (&iter, self->sockets);
  while (g_hash_table_iter_next (&iter, &fd, NULL))
    shutdown (GPOINTER_TO_INT (fd), SHUT_RDWR);
}

/* The way back to the main context. */

static Transfer *
pop_locked (NbWire *self, GQueue *queue)
{
  Transfer *transfer;

  g_mutex_lock (&self->lock);
  transfer = g_queue_pop_head (queue);
  g_mutex_unlock (&self->lock);
  return transfer;
}

static void
tell_all (NbWire *self)
{
  Transfer *transfer;

  while ((transfer = pop_locked (self, &self->done)) != NULL)
    {
      transfer->function (&transfer->result, transfer->user_data);
      transfer_free (transfer);
    }
}

static gboolean
on_done (gpointer user_data)
{
  NbWire *self = user_data;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->source, g_source_unref);
  g_mutex_unlock (&self->lock);
  tell_all (self);
  return G_SOURCE_REMOVE;
}

/* Takes over @transfer. */
static void
hand_back (NbWire *self, Transfer *transfer)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->done, transfer);
  if (self->source == NULL && !self->is_closing)
    {
      self->source = g_idle_source_new ();
      g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
      g_source_set_callback (self->source, on_done, self, NULL);
      g_source_attach (self->source, self->context);
    }
  g_mutex_unlock (&self->lock);
}

static void
end_transfer (NbWire *self, Transfer *transfer, CURLcode code, const char *reason)
{
  NbWireResult *result = &transfer->result;
  curl_off_t retry_after = 0;

  result->code = code;
  if (transfer->answered > ANSWER_MAX)
    g_snprintf (result->error, sizeof result->error, "the answer is longer than %d bytes", ANSWER_MAX);
  else if (code != CURLE_OK && result->error[0] == '\0')
    g_strlcpy (result->error, reason != NULL ? reason : curl_easy_strerror (code), sizeof result->error);
  curl_easy_getinfo (transfer->easy, CURLINFO_RESPONSE_CODE, &result->status);
  if (curl_easy_getinfo (transfer->easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK)
    result->retry_after = (guint)CLAMP (retry_after, 0, G_MAXINT);
  g_clear_pointer (&transfer->easy, curl_easy_cleanup);
  hand_back (self, transfer);
}

/* The thread. */

static void
start_transfer (NbWire *self, Transfer *transfer)
{
  if (curl_multi_add_handle (self->multi, transfer->easy) == CURLM_OK)
    g_hash_table_add (self->running, transfer);
  else
    end_transfer (self, transfer, CURLE_FAILED_INIT, NULL);
}

static void
start_waiting (NbWire *self)
{
  const gint64 oldest = g_get_monotonic_time () - TURN_SECONDS * G_USEC_PER_SEC;
  Transfer *transfer;

  while ((transfer = pop_locked (self, &self->incoming)) != NULL)
    g_queue_push_tail (&self->waiting, transfer);
  while (self->waiting.length > 0 && g_hash_table_size (self->running) < TRANSFERS_MAX)
    start_transfer (self, g_queue_pop_head (&self->waiting));
  while ((transfer = g_queue_peek_head (&self->waiting)) != NULL && transfer->asked_at < oldest)
    end_transfer (self, g_queue_pop_head (&self->waiting), CURLE_OPERATION_TIMEDOUT,
                  "too many transfers are under way; this one did not get its turn");
}

static void
end_running (NbWire *self, Transfer *transfer, CURLcode code, const char *reason)
{
  g_hash_table_remove (self->running, transfer);
  curl_multi_remove_handle (self->multi, transfer->easy);
  end_transfer (self, transfer, code, reason);
}

static void
end_finished (NbWire *self)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read (self->multi, &left)) != NULL)
    {
      const CURLcode code = message->data.result;
      char *transfer = NULL;

      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, &transfer);
      end_running (self, (Transfer *)(gpointer)transfer, code, NULL);
    }
}

static void
abort_all (NbWire *self)
{
  static const char reason[] = "the program stops";
  g_autoptr (GList) running = g_hash_table_get_keys (self->running);
  Transfer *transfer;

  shut_sockets (self);
  for (const GList *l = running; l != NULL; l = l->next)
    {
      ((Transfer *)l->data)->result.error[0] = '\0';
      end_running (self, l->data, CURLE_ABORTED_BY_CALLBACK, reason);
    }
  while ((transfer = g_queue_pop_head (&self->waiting)) != NULL
         || (transfer = pop_locked (self, &self->incoming)) != NULL)
    end_transfer (self, transfer, CURLE_ABORTED_BY_CALLBACK, reason);
}

static gboolean
is_closing (NbWire *self)
{
  gboolean is;

  g_mutex_lock (&self->lock);
  is = self->is_closing;
  g_mutex_unlock (&self->lock);
  return is;
}

static gpointer
run (gpointer user_data)
{
  NbWire *self = user_data;
  int running;

  setpriority (PRIO_PROCESS, (id_t)gettid (), NICE);
  while (!is_closing (self))
    {
      start_waiting (self);
      if (curl_multi_perform (self->multi, &running) != CURLM_OK)
        g_usleep (FAULT_PAUSE_US);
      end_finished (self);
      if (self->waiting.length > 0 && g_hash_table_size (self->running) < TRANSFERS_MAX)
        continue;
      if (curl_multi_poll (self->multi, NULL, 0, self->waiting.length > 0 ? POLL_BUSY_MS : POLL_IDLE_MS, NULL)
          != CURLM_OK)
        g_usleep (FAULT_PAUSE_US);
    }
  abort_all (self);
  return NULL;
}

/* For everybody. */

NbWire *
nb_wire_new (void)
{
  static gsize once = 0;
  NbWire *self = g_new0 (NbWire, 1);

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, curl_global_init (CURL_GLOBAL_DEFAULT) == CURLE_OK ? 1 : 2);
  self->context = g_main_context_ref_thread_default ();
  self->multi = curl_multi_init ();
  if (once != 1 || self->multi == NULL)
    g_error ("libcurl can't be set up: no memory, or no random numbers");
  g_mutex_init (&self->lock);
  g_queue_init (&self->incoming);
  g_queue_init (&self->done);
  g_queue_init (&self->waiting);
  self->running = g_hash_table_new (NULL, NULL);
  self->sockets = g_hash_table_new (NULL, NULL);
  curl_multi_setopt (self->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS_MAX);
  curl_multi_setopt (self->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)TRANSFERS_PER_HOST_MAX);
  self->thread = g_thread_new ("wire", run, self);
  return self;
}

void
nb_wire_free (NbWire *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_mutex_unlock (&self->lock);
  curl_multi_wakeup (self->multi);
  g_thread_join (self->thread);
  curl_multi_cleanup (self->multi);
  tell_all (self);
  g_hash_table_unref (self->running);
  g_hash_table_unref (self->sockets);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_free (self);
}

CURL *
nb_wire_easy_new (void)
{
  CURL *easy = curl_easy_init ();

  if (easy == NULL)
    g_error ("libcurl has no memory for a transfer");
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  /* A name that is being looked up must not hold the end up. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt (easy, CURLOPT_PROXY, "");
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "https,smtp,smtps");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
  curl_easy_setopt (easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)REPLY_SECONDS);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT, (long)TRANSFER_SECONDS);
  curl_easy_setopt (easy, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
  return easy;
}

void
nb_wire_perform (NbWire *self, CURL *easy, NbWireFunc function, gpointer user_data)
{
  Transfer *transfer;

  g_return_if_fail (!self->is_closing);
  transfer = g_new0 (Transfer, 1);
  transfer->easy = easy;
  transfer->function = function;
  transfer->user_data = user_data;
  transfer->asked_at = g_get_monotonic_time ();
  curl_easy_setopt (easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, transfer->result.error);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_SOCKOPTFUNCTION, on_socket_made);
  curl_easy_setopt (easy, CURLOPT_SOCKOPTDATA, self);
  curl_easy_setopt (easy, CURLOPT_CLOSESOCKETFUNCTION, on_socket_closing);
  curl_easy_setopt (easy, CURLOPT_CLOSESOCKETDATA, self);
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->incoming, transfer);
  g_mutex_unlock (&self->lock);
  curl_multi_wakeup (self->multi);
}
