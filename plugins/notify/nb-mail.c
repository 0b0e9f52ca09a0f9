/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks whether its address may be written to, writes it, hands it to the wire, and judges what the server said. */
#include "nb-mail.h"

#include "nb-kinds.h"
#include "nb-mail-address.h"
#include "nb-mail-quota.h"
#include "nb-mail-text.h"
#include "nb-mail-wish.h"

#include <glib/gi18n.h>
#include <string.h>

struct _NbMail
{
  GObject parent_instance;

  NbStore *store;
  NbComposer *composer;   /* (nullable) */
  NbWire *wire;           /* (nullable): not owned */
  NbMailAccount *account; /* (nullable) */
  NbMailQuota *quota;
  gint is_on; /* atomic: store threads ask */
  gboolean has_key;
  guint8 key[NB_MAIL_KEY_BYTES];
};

/* One try. */
typedef struct
{
  NbMail *mail;
  const NbNotice *notice;
  gboolean makes_key;
  guint8 key[NB_MAIL_KEY_BYTES];
  gboolean is_refused;
  GBytes *letter; /* (nullable) */
  gsize sent;
  struct curl_slist *recipients;
  NbDelivery outcome;
  char *reason; /* (nullable) */
} Try;

static void nb_mail_notifier_init (NbNotifierInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (NbMail, nb_mail, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_NOTIFIER, nb_mail_notifier_init))

static void
try_free (gpointer data)
{
  Try *self = data;

  g_clear_pointer (&self->letter, g_bytes_unref);
  curl_slist_free_all (self->recipients);
  g_free (self->reason);
  g_free (self);
}

/* Ends the try of @task (transfer full). @reason: (transfer full) (nullable) */
static void
end_try (GTask *task, NbDelivery outcome, char *reason)
{
  Try *try = g_task_get_task_data (task);

  try->outcome = outcome;
  try->reason = reason;
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* What the server said. */

static gboolean
is_about_sign_in (long status)
{
  return status == 530 || status == 534 || status == 535 || status == 538;
}

/* A refusal of this mail, not of the site as a sender: that one ends when the operator has mended it. */
static gboolean
is_refused_for_good (const Try *try, const NbWireResult *result)
{
  if (result->status < 500 || result->status > 599 || is_about_sign_in (result->status))
    return FALSE;
  if (result->code == CURLE_SEND_ERROR)
    return !g_str_has_prefix (result->error, "MAIL failed");
  return result->code == CURLE_WEIRD_SERVER_REPLY && try->sent > 0;
}

static char *
describe (const NbWireResult *result)
{
  const char *said = result->reply[0] != '\0' && result->status >= 400 ? result->reply : result->error;

  switch ((int)result->code)
    {
    case CURLE_LOGIN_DENIED:
      return g_strdup_printf ("the mail server does not accept mail-user with mail-password: %s", said);
    case CURLE_USE_SSL_FAILED:
      return g_strdup_printf ("the mail server offers no TLS, which mail-tls requires: %s", said);
    case CURLE_PEER_FAILED_VERIFICATION:
      return g_strdup_printf ("the mail server's certificate can't be trusted (name its authority by mail-ca-file): %s",
                              result->error);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
      return g_strdup_printf ("no secure connection to the mail server: %s", result->error);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return g_strdup_printf ("the mail server can't be reached: %s", result->error);
    case CURLE_ABORTED_BY_CALLBACK:
      return g_strdup (result->error);
    default:
      return g_strdup_printf ("the mail server did not take it: %s", said);
    }
}

static void
on_sent (const NbWireResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Try *try = g_task_get_task_data (task);

  if (result->code == CURLE_OK)
    {
      nb_mail_quota_count (try->mail->quota, try->notice->email, g_get_monotonic_time ());
      end_try (task, NB_DELIVERY_DONE, NULL);
    }
  else if (is_refused_for_good (try, result))
    end_try (task, NB_DELIVERY_REFUSED,
             g_strdup_printf ("the mail server refused it for good: %s",
                              result->reply[0] != '\0' ? result->reply : result->error));
  else
    end_try (task, NB_DELIVERY_AGAIN, describe (result));
}

/* Sending. */

/* On the wire's thread. */
static size_t
on_read (char *bytes, size_t size, size_t n, void *user_data)
{
  Try *try = user_data;
  gsize length;
  const char *letter = g_bytes_get_data (try->letter, &length);
  const gsize portion = MIN (size * n, length - try->sent);

  memcpy (bytes, letter + try->sent, portion);
  try->sent += portion;
  return portion;
}

static void
send_letter (GTask *task)
{
  Try *try = g_task_get_task_data (task);
  NbMail *self = try->mail;
  g_autofree char *hello = nb_mail_text_dup_hello (self->composer);
  CURL *easy = nb_wire_easy_new ();

  nb_mail_account_apply (self->account, easy, hello);
  try->recipients = curl_slist_append (NULL, try->notice->email);
  curl_easy_setopt (easy, CURLOPT_MAIL_RCPT, try->recipients);
  curl_easy_setopt (easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt (easy, CURLOPT_READDATA, try);
  nb_wire_perform (self->wire, easy, on_sent, task);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Try *try = g_task_get_task_data (task);
  NbMail *self = try->mail;
  NbStore *store = NB_STORE (source);
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  if (!(try->makes_key ? nb_store_transact_finish (store, result, &error)
                       : nb_store_read_finish (store, result, &error)))
    {
      end_try (g_steal_pointer (&task), NB_DELIVERY_AGAIN, g_strdup (error->message));
      return;
    }
  memcpy (self->key, try->key, sizeof self->key);
  self->has_key = TRUE;
  /* Their owner said so after the message was written: there is nobody to tell. */
  if (try->is_refused)
    {
      end_try (g_steal_pointer (&task), NB_DELIVERY_LEFT_OUT, NULL);
      return;
    }
  if (self->wire == NULL || self->account == NULL)
    {
      end_try (g_steal_pointer (&task), NB_DELIVERY_AGAIN, g_strdup ("mail was switched off meanwhile"));
      return;
    }
  token = nb_mail_token_new (self->key, try->notice->person, try->notice->email);
  try->letter = nb_mail_text_write (self->composer, self->account, try->notice, token, &error);
  if (try->letter == NULL)
    end_try (g_steal_pointer (&task), NB_DELIVERY_AGAIN, g_strdup (error->message));
  else
    send_letter (g_steal_pointer (&task));
}

static gboolean
look (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Try *try = user_data;

  if (try->makes_key && !nb_mail_key_make (transaction, try->key, error))
    return FALSE;
  return nb_mail_wish_is_refused (transaction, try->notice->email, &try->is_refused, error);
}

static gboolean
is_of_bids (const char *name)
{
  NbKind kind;

  return nb_kind_find (name, &kind) && nb_kind_group (kind) == NB_GROUP_BIDS;
}

static void
deliver_async (NbNotifier *notifier, const NbNotice *notice, GAsyncReadyCallback callback, gpointer user_data)
{
  NbMail *self = NB_MAIL (notifier);
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Try *try = g_new0 (Try, 1);

  g_task_set_source_tag (task, deliver_async);
  try->mail = self;
  try->notice = notice;
  g_task_set_task_data (task, try, try_free);
  if (self->account == NULL || self->wire == NULL || self->composer == NULL)
    end_try (task, NB_DELIVERY_AGAIN, g_strdup ("mail is off"));
  else if (!nb_mail_address_is_sendable (notice->email))
    end_try (task, NB_DELIVERY_REFUSED, g_strdup ("the person's address is none that mail can be sent to"));
  else if (!nb_mail_quota_has_room (self->quota, notice->email, is_of_bids (notice->kind), g_get_monotonic_time ()))
    end_try (task, NB_DELIVERY_LEFT_OUT, NULL);
  else
    {
      try->makes_key = !self->has_key;
      memcpy (try->key, self->key, sizeof try->key);
      if (try->makes_key)
        nb_store_transact_async (self->store, look, try, NULL, NULL, looked_cb, task);
      else
        nb_store_read_async (self->store, look, try, NULL, NULL, looked_cb, task);
    }
}

static NbDelivery
deliver_finish (NbNotifier *notifier, GAsyncResult *result, guint *retry_after, GError **error)
{
  const Try *try = g_task_get_task_data (G_TASK (result));

  *retry_after = 0;
  if (try->outcome == NB_DELIVERY_AGAIN || try->outcome == NB_DELIVERY_REFUSED)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, try->reason);
  return try->outcome;
}

static gboolean
find_targets (NbNotifier *notifier, NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  return !g_atomic_int_get (&NB_MAIL (notifier)->is_on)
         || nb_mail_wish_find_targets (transaction, people, targets, error);
}

static const char *
get_name (NbNotifier *notifier)
{
  return NB_CHANNEL_MAIL;
}

static const char *
get_title (NbNotifier *notifier)
{
  return g_atomic_int_get (&NB_MAIL (notifier)->is_on) ? N_ ("Mail") : NULL;
}

static void
nb_mail_notifier_init (NbNotifierInterface *iface)
{
  iface->get_name = get_name;
  iface->get_title = get_title;
  iface->find_targets = find_targets;
  iface->deliver_async = deliver_async;
  iface->deliver_finish = deliver_finish;
}

NbMail *
nb_mail_new (NbStore *store, NbComposer *composer)
{
  NbMail *self = g_object_new (NB_TYPE_MAIL, NULL);

  self->store = g_object_ref (store);
  self->composer = composer != NULL ? g_object_ref (composer) : NULL;
  return self;
}

void
nb_mail_configure (NbMail *self, NbMailAccount *account, guint hourly_max)
{
  g_clear_pointer (&self->account, nb_mail_account_free);
  self->account = account;
  nb_mail_quota_set_max (self->quota, hourly_max);
  g_atomic_int_set (&self->is_on, account != NULL);
}

void
nb_mail_set_wire (NbMail *self, NbWire *wire)
{
  self->wire = wire;
}

static void
nb_mail_finalize (GObject *object)
{
  NbMail *self = NB_MAIL (object);

  g_clear_object (&self->store);
  g_clear_object (&self->composer);
  g_clear_pointer (&self->account, nb_mail_account_free);
  g_clear_pointer (&self->quota, nb_mail_quota_free);
  G_OBJECT_CLASS (nb_mail_parent_class)->finalize (object);
}

static void
nb_mail_class_init (NbMailClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_mail_finalize;
}

static void
nb_mail_init (NbMail *self)
{
  self->quota = nb_mail_quota_new ();
}
