/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw sockets to talk to a server under test. */
#include "tests/support/nb-test-server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_S 60

int
nb_test_connect (guint16 port)
{
  const struct timeval patience = { .tv_sec = PATIENCE_S };
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  const int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *)&address, sizeof address) != 0)
    g_error ("connect to port %u: %s", port, g_strerror (errno));
  return fd;
}

void
nb_test_send (int fd, const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      const gssize n = send (fd, text, left, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return;
      text += n;
      left -= n;
    }
}

/* A machine that was stopped and goes on interrupts the wait. Returns: how many bytes came; 0 or less at the end */
static gssize
receive (int fd, char *bytes, gsize size)
{
  gssize n;

  do
    n = recv (fd, bytes, size, 0);
  while (n < 0 && errno == EINTR);
  if (n < 0 && errno == EAGAIN)
    g_error ("neither an answer nor the end of the connection in %d seconds", PATIENCE_S);
  return n;
}

static gboolean
read_some (int fd, GString *text)
{
  char bytes[65536];
  const gssize n = receive (fd, bytes, sizeof bytes);

  if (n <= 0)
    return FALSE;
  g_string_append_len (text, bytes, n);
  return TRUE;
}

char *
nb_test_read_all (int fd)
{
  GString *text = g_string_new (NULL);

  while (read_some (fd, text))
    ;
  return g_string_free (text, FALSE);
}

static gsize
expected_length (const GString *text)
{
  const char *end = strstr (text->str, "\r\n\r\n");
  g_autofree char *length = end != NULL ? nb_test_header (text->str, "Content-Length") : NULL;

  if (end == NULL)
    return G_MAXSIZE;
  return (end + 4 - text->str) + (length != NULL ? strtoul (length, NULL, 10) : 0);
}

char *
nb_test_read_answer (int fd, gsize *body_length)
{
  GString *text = g_string_new (NULL);
  char byte;

  /* One byte at a time, so that the next answer stays in the socket. */
  while (text->len < expected_length (text) && receive (fd, &byte, 1) == 1)
    g_string_append_c (text, byte);
  if (body_length != NULL)
    *body_length = text->str + text->len - nb_test_body (text->str);
  return g_string_free (text, FALSE);
}

char *
nb_test_request (guint16 port, const char *request)
{
  const int fd = nb_test_connect (port);
  char *answer;

  nb_test_send (fd, request);
  answer = nb_test_read_all (fd);
  close (fd);
  return answer;
}

char *
nb_test_ask (guint16 port, const char *method, const char *target, const char *headers, const char *body)
{
  g_autofree char *length = body != NULL ? g_strdup_printf ("Content-Length: %zu\r\n", strlen (body)) : g_strdup ("");
  g_autofree char *request
      = g_strconcat (method, " ", target, " HTTP/1.1\r\nHost: bid.example\r\nConnection: close\r\n", length,
                     headers != NULL ? headers : "", "\r\n", body, NULL);

  return nb_test_request (port, request);
}

guint
nb_test_status (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.") && strlen (answer) > 9 ? (guint)atoi (answer + 9) : 0;
}

char *
nb_test_header (const char *answer, const char *name)
{
  const gsize length = strlen (name);
  const char *line = strstr (answer, "\r\n");

  while (line != NULL && !g_str_has_prefix (line, "\r\n\r\n"))
    {
      line += 2;
      if (g_ascii_strncasecmp (line, name, length) == 0 && line[length] == ':')
        return g_strstrip (g_strndup (line + length + 1, strcspn (line + length + 1, "\r")));
      line = strstr (line, "\r\n");
    }
  return NULL;
}

const char *
nb_test_body (const char *answer)
{
  const char *end = strstr (answer, "\r\n\r\n");

  return end != NULL ? end + 4 : "";
}

void
nb_test_assert_problem (const char *answer, guint status, const char *code)
{
  g_autofree char *type = nb_test_header (answer, "Content-Type");
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);

  if (nb_test_status (answer) != status || strstr (answer, member) == NULL)
    g_error ("expected %u %s, got: %s", status, code, answer);
  g_assert_cmpstr (type, ==, "application/problem+json");
  g_assert_nonnull (strstr (answer, "\"server_time\":\""));
}

guint
nb_test_count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}
