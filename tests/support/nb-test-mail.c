/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs mail-server.py, and reads what it wrote. */
#include "tests/support/nb-test-mail.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/* The one that Debian's packages for Python are made for. */
#define PYTHON "/usr/bin/python3"
#define PATIENCE (60 * G_USEC_PER_SEC)
#define LOOK_US 20000

void
nb_test_mail_set_up (NbTestMail *self)
{
  *self = (NbTestMail){ 0 };
  self->folder = g_dir_make_tmp ("neighborbid-mail-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
}

void
nb_test_mail_tear_down (NbTestMail *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  nb_test_mail_stop (self);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->certificate);
  g_free (self->user);
}

void
nb_test_mail_make_certificate (NbTestMail *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  self->certificate = g_build_filename (self->folder, "certificate.pem", NULL);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "req", "-x509", "-newkey", "ec",
                              "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                              "/CN=mail.example", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                              self->certificate, "-out", self->certificate, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
add_argument (GPtrArray *arguments, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_ptr_array_add (arguments, g_strdup (name));
  g_ptr_array_add (arguments, g_strdup (value));
}

static guint16
read_port (GSubprocess *process)
{
  g_autoptr (GDataInputStream) out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = g_data_input_stream_read_line (out, NULL, NULL, NULL);

  if (line == NULL || !g_str_has_prefix (line, "port "))
    g_error ("the mail server did not start; it needs the package python3-aiosmtpd");
  return (guint16)atoi (line + strlen ("port "));
}

void
nb_test_mail_start (NbTestMail *self)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *script
      = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "tests", "support", "mail-server.py", NULL);
  g_autofree char *port = g_strdup_printf ("%u", self->port);
  g_autoptr (GError) error = NULL;

  add_argument (arguments, PYTHON, script);
  add_argument (arguments, "--folder", self->folder);
  add_argument (arguments, "--port", port);
  add_argument (arguments, "--certificate", self->certificate);
  add_argument (arguments, "--user", self->user);
  g_ptr_array_add (arguments, NULL);
  self->process = g_subprocess_newv ((const char *const *)arguments->pdata,
                                     G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  self->port = read_port (self->process);
}

void
nb_test_mail_stop (NbTestMail *self)
{
  if (self->process == NULL)
    return;
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

void
nb_test_mail_answer (NbTestMail *self, const char *step, const char *answer)
{
  g_autofree char *name = g_strconcat ("answer-", step, NULL);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  if (answer == NULL)
    g_assert_no_errno (g_unlink (path));
  else
    g_assert_true (g_file_set_contents (path, answer, -1, NULL));
}

const char *
nb_test_mail_get_header (JsonObject *mail, const char *name)
{
  JsonObject *headers = json_object_get_object_member (mail, "headers");

  return json_object_has_member (headers, name) ? json_object_get_string_member (headers, name) : "";
}

/* Returns: (transfer full) (nullable): the mail of that number; NULL after the last */
static JsonObject *
read_mail (NbTestMail *self, guint number)
{
  g_autofree char *path = g_strdup_printf ("%s/%u.json", self->folder, number);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  node = json_from_string (text, NULL);
  g_assert_nonnull (node);
  return json_node_dup_object (node);
}

GPtrArray *
nb_test_mail_list (NbTestMail *self, const char *recipient, const char *subject)
{
  GPtrArray *mails = g_ptr_array_new_with_free_func ((GDestroyNotify)json_object_unref);
  JsonObject *mail;

  for (guint i = 1; (mail = read_mail (self, i)) != NULL; i++)
    if (strcmp (json_object_get_string_member (mail, "recipients"), recipient) == 0
        && strstr (nb_test_mail_get_header (mail, "subject"), subject) != NULL)
      g_ptr_array_add (mails, mail);
    else
      json_object_unref (mail);
  return mails;
}

GPtrArray *
nb_test_mail_wait (NbTestMail *self, const char *recipient, const char *subject, guint n)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr (GPtrArray) mails = nb_test_mail_list (self, recipient, subject);

  while (mails->len < n)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("%u mails to %s about '%s' instead of %u", mails->len, recipient, subject, n);
      g_usleep (LOOK_US);
      g_ptr_array_unref (mails);
      mails = nb_test_mail_list (self, recipient, subject);
    }
  return g_steal_pointer (&mails);
}
