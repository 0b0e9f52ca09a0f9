/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at every address right where a connection is made, so that names, several addresses of a name, and names that
 * change are judged by what is really connected to. */
#include "nb-webhook-sender.h"

#include "nb-webhook-signature.h"
#include "nb-webhook-url.h"

#include <neighborbid/neighborbid.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_SECONDS 10
#define SECONDS 20
#define RETRY_AFTER_MAX (24 * 60 * 60)
#define STATUS_REDIRECT_FIRST 300

/* A request on its way. The wire's thread reads @allowed and @is_plain and writes what is atomic. */
typedef struct
{
  NbNetworks *allowed;
  gboolean is_plain;
  int is_refused; /* atomic: a connection was not made because of its address */
  int is_tried;   /* atomic: one was made to another */
  struct curl_slist *headers;
  char *body;
  NbHookFunc function;
  gpointer user_data;
} Letter;

static void
letter_free (Letter *self)
{
  nb_networks_unref (self->allowed);
  curl_slist_free_all (self->headers);
  g_free (self->body);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Letter, letter_free)

static curl_socket_t
open_socket (void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
  Letter *letter = user_data;
  const NbAddressRank rank = nb_networks_judge (letter->allowed, &address->addr, address->addrlen);
  int fd;

  if (rank == NB_ADDRESS_REFUSED || (letter->is_plain && rank != NB_ADDRESS_ALLOWED))
    {
      g_atomic_int_set (&letter->is_refused, TRUE);
      return CURL_SOCKET_BAD;
    }
  g_atomic_int_set (&letter->is_tried, TRUE);
  fd = socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* An answer that is too long still says by its status what became of the message. */
static gboolean
is_answer (const NbWireResult *result)
{
  return result->code == CURLE_OK || (result->code == CURLE_WRITE_ERROR && result->status >= 200);
}

static NbHookAnswer
read_result (Letter *letter, const NbWireResult *result)
{
  NbHookAnswer answer = { .outcome = NB_HOOK_NOT_REACHABLE,
                          .is_aborted = result->code == CURLE_ABORTED_BY_CALLBACK,
                          .cause = curl_easy_strerror (result->code) };

  if (is_answer (result))
    return (NbHookAnswer){ .outcome = NB_HOOK_ANSWERED,
                           .status = (guint)result->status,
                           .retry_after = MIN (result->retry_after, RETRY_AFTER_MAX) };
  /* A name may have an address that is refused beside one that is only gone for a while. */
  if (g_atomic_int_get (&letter->is_refused) && !g_atomic_int_get (&letter->is_tried))
    answer.outcome = NB_HOOK_REFUSED_ADDRESS;
  else if (result->code == CURLE_OPERATION_TIMEDOUT)
    answer.outcome = NB_HOOK_TIMED_OUT;
  return answer;
}

static void
on_result (const NbWireResult *result, gpointer user_data)
{
  g_autoptr (Letter) letter = user_data;
  const NbHookAnswer answer = read_result (letter, result);

  letter->function (&answer, letter->user_data);
}

static void
add_header (Letter *letter, const char *name, const char *value)
{
  g_autofree char *line = g_strdup_printf ("%s: %s", name, value);

  letter->headers = curl_slist_append (letter->headers, line);
}

static void
add_headers (Letter *letter, const char *secret, const char *id, gint64 now)
{
  const gint64 seconds = now / G_USEC_PER_SEC;
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, seconds);
  g_autofree char *signature = nb_webhook_sign (secret, id, seconds, letter->body);

  add_header (letter, "Content-Type", "application/json");
  add_header (letter, "User-Agent", "NeighborBid/" NB_NOTIFY_VERSION);
  add_header (letter, "webhook-id", id);
  add_header (letter, "webhook-timestamp", timestamp);
  add_header (letter, "webhook-signature", signature);
  /* No question before the body: it is short. */
  letter->headers = curl_slist_append (letter->headers, "Expect:");
}

static CURL *
make_easy (Letter *letter, const char *url)
{
  CURL *easy = nb_wire_easy_new ();

  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, letter->is_plain ? "http" : "https");
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_POST, 1L);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, letter->body);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen (letter->body));
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, letter->headers);
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT, (long)SECONDS);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETDATA, letter);
  /* A connection that is kept is not looked at again: none may be left over from networks that were allowed once. */
  curl_easy_setopt (easy, CURLOPT_FORBID_REUSE, nb_networks_is_empty (letter->allowed) ? 0L : 1L);
  return easy;
}

void
nb_webhook_send (NbWire *wire, NbNetworks *allowed, const char *url, const char *secret, const char *id,
                 const char *body, gint64 now, NbHookFunc function, gpointer user_data)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->allowed = nb_networks_ref (allowed);
  letter->is_plain = nb_webhook_url_is_plain (url);
  letter->body = g_strdup (body);
  letter->function = function;
  letter->user_data = user_data;
  add_headers (letter, secret, id, now);
  nb_wire_perform (wire, make_easy (letter, url), on_result, letter);
}

char *
nb_webhook_body_new (const char *type, gint64 at, JsonObject *data)
{
  g_autoptr (JsonObject) body = json_object_new ();
  g_autofree char *timestamp = nb_time_to_json (at);
  GString *text = g_string_new (NULL);

  json_object_set_string_member (body, "type", type);
  json_object_set_string_member (body, "timestamp", timestamp);
  json_object_set_object_member (body, "data", data);
  nb_json_write_object (text, body);
  return g_string_free (text, FALSE);
}

gboolean
nb_hook_answer_is_success (const NbHookAnswer *self)
{
  return self->outcome == NB_HOOK_ANSWERED && self->status >= 200 && self->status < STATUS_REDIRECT_FIRST;
}

const char *
nb_hook_outcome_name (NbHookOutcome outcome)
{
  static const char *const names[] = {
    [NB_HOOK_ANSWERED] = "answered",
    [NB_HOOK_REFUSED_ADDRESS] = "refused_address",
    [NB_HOOK_NOT_REACHABLE] = "not_reachable",
    [NB_HOOK_TIMED_OUT] = "timed_out",
  };

  return names[outcome];
}

char *
nb_hook_answer_dup_failure (const NbHookAnswer *self)
{
  if (nb_hook_answer_is_success (self))
    return g_strdup ("");
  if (self->outcome == NB_HOOK_ANSWERED)
    return g_strdup_printf ("answered %u", self->status);
  return g_strdup (nb_hook_outcome_name (self->outcome));
}
