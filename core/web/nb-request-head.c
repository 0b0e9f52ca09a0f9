/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a request as raw bytes: strict framing, before any other parser sees it. */
#include "core/web/nb-request-head.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

/* One line without its CRLF. */
typedef struct
{
  const char *text;
  gsize length;
} Line;

typedef struct
{
  NbHead *head;
  guint n_fields;
  guint n_hosts;
  guint n_lengths;
  guint n_codings;
  gboolean is_http10;
  const char **why;
} Scan;

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static gboolean
is_host_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr (".-_:[]", c) != NULL);
}

static gboolean
all_chars (Line line, gboolean (*is_allowed) (char c))
{
  for (gsize i = 0; i < line.length; i++)
    if (!is_allowed (line.text[i]))
      return FALSE;
  return line.length > 0;
}

static gboolean
is_method_char (char c)
{
  return g_ascii_isupper (c);
}

static gboolean
is_target_char (char c)
{
  return c > ' ' && c < 0x7f && strchr ("\"#<>\\^`{|}", c) == NULL;
}

static gboolean
has_valid_escapes (Line target)
{
  for (gsize i = 0; i < target.length; i++)
    if (target.text[i] == '%'
        && (i + 2 >= target.length || !g_ascii_isxdigit (target.text[i + 1]) || !g_ascii_isxdigit (target.text[i + 2])))
      return FALSE;
  return TRUE;
}

static gboolean
is_value_char (char c)
{
  return c == '\t' || ((guchar)c >= ' ' && c != 0x7f);
}

static gboolean
is_digit (char c)
{
  return g_ascii_isdigit (c);
}

static Line
strip (Line line)
{
  while (line.length > 0 && (line.text[0] == ' ' || line.text[0] == '\t'))
    {
      line.text++;
      line.length--;
    }
  while (line.length > 0 && (line.text[line.length - 1] == ' ' || line.text[line.length - 1] == '\t'))
    line.length--;
  return line;
}

static gboolean
line_is (Line line, const char *text)
{
  return line.length == strlen (text) && g_ascii_strncasecmp (line.text, text, line.length) == 0;
}

static NbHeadState
bad (Scan *scan, const char *why)
{
  *scan->why = why;
  return NB_HEAD_BAD;
}

static NbHeadState
check_request_line (Scan *scan, Line line)
{
  const char *first = memchr (line.text, ' ', line.length);
  const char *last = first != NULL ? memrchr (line.text, ' ', line.length) : NULL;
  const Line method = { line.text, first != NULL ? (gsize)(first - line.text) : 0 };
  Line target, version;

  /* CONNECT with a path is none: libsoup would refuse it without a word. */
  if (last == NULL || first == last || !all_chars (method, is_method_char) || method.length > 16
      || line_is (method, "CONNECT"))
    return bad (scan, N_ ("the request line is malformed"));
  target = (Line){ first + 1, last - first - 1 };
  version = (Line){ last + 1, line.text + line.length - last - 1 };
  if (target.length == 0 || target.text[0] != '/' || !all_chars (target, is_target_char) || !has_valid_escapes (target))
    return bad (scan, N_ ("the request target must be a path with valid characters"));
  scan->is_http10 = version.length == 8 && memcmp (version.text, "HTTP/1.0", 8) == 0;
  if (!scan->is_http10 && (version.length != 8 || memcmp (version.text, "HTTP/1.1", 8) != 0))
    return bad (scan, N_ ("only HTTP/1.1 and HTTP/1.0 are spoken here"));
  return NB_HEAD_MORE;
}

static NbHeadState
check_length (Scan *scan, Line value)
{
  if (scan->n_lengths++ > 0 || !all_chars (value, is_digit) || value.length > 15)
    return bad (scan, N_ ("Content-Length must be one number"));
  scan->head->body_length = 0;
  for (gsize i = 0; i < value.length; i++)
    scan->head->body_length = scan->head->body_length * 10 + (value.text[i] - '0');
  return NB_HEAD_MORE;
}

/* A port that no number fits would fail much later, in a parser of URIs. */
static gboolean
has_valid_port (Line host)
{
  const char *colon = memrchr (host.text, ':', host.length);
  const Line port
      = { colon != NULL ? colon + 1 : NULL, colon != NULL ? (gsize)(host.text + host.length - colon - 1) : 0 };

  if (colon == NULL || memchr (colon, ']', port.length + 1) != NULL)
    return TRUE;
  return all_chars (port, is_digit) && port.length <= 5 && atoi (port.text) <= 65535;
}

static NbHeadState
check_host (Scan *scan, Line value)
{
  if (scan->n_hosts++ > 0 || value.length > 255 || !all_chars (value, is_host_char) || !has_valid_port (value))
    return bad (scan, N_ ("Host must be one name with an optional port"));
  scan->head->has_host = TRUE;
  return NB_HEAD_MORE;
}

static NbHeadState
check_expect (Scan *scan, Line value, gsize offset)
{
  if (scan->head->expect_offset != 0 || !line_is (value, "100-continue"))
    return bad (scan, N_ ("Expect can only be 100-continue"));
  scan->head->expect_offset = offset;
  return NB_HEAD_MORE;
}

static NbHeadState
check_field (Scan *scan, Line line, gsize offset)
{
  const char *colon = memchr (line.text, ':', line.length);
  const Line name = { line.text, colon != NULL ? (gsize)(colon - line.text) : 0 };
  Line value;

  if (!all_chars (name, is_token_char))
    return bad (scan, N_ ("a header's name is malformed"));
  value = strip ((Line){ colon + 1, line.length - name.length - 1 });
  if (value.length > 0 && !all_chars (value, is_value_char))
    return bad (scan, N_ ("a header's value has control characters"));
  if (++scan->n_fields > NB_HEAD_MAX_FIELDS)
    return NB_HEAD_TOO_LARGE;
  if (line_is (name, "Content-Length"))
    return check_length (scan, value);
  if (line_is (name, "Transfer-Encoding"))
    scan->n_codings++;
  if (line_is (name, "Host"))
    return check_host (scan, value);
  if (line_is (name, "Expect"))
    return check_expect (scan, value, offset);
  return NB_HEAD_MORE;
}

static NbHeadState
check_whole (Scan *scan)
{
  if (scan->n_codings > 0 && scan->n_lengths > 0)
    return bad (scan, N_ ("Content-Length and Transfer-Encoding exclude each other"));
  if (scan->n_codings > 0)
    {
      *scan->why = N_ ("a body needs Content-Length; Transfer-Encoding is not taken");
      return NB_HEAD_LENGTH_REQUIRED;
    }
  if (scan->n_hosts == 0 && !scan->is_http10)
    return bad (scan, N_ ("Host is missing"));
  return NB_HEAD_COMPLETE;
}

static NbHeadState
check_lines (NbHead *self, const char *data, const char **why)
{
  Scan scan = { .head = self, .why = why };
  gsize start = 0;

  for (guint n = 0;; n++)
    {
      const char *end = memchr (data + start, '\n', self->size - start);
      const Line line = { data + start, end - (data + start) - 1 };
      NbHeadState state;

      if (line.length == 0)
        return check_whole (&scan);
      state = n == 0 ? check_request_line (&scan, line) : check_field (&scan, line, start);
      if (state != NB_HEAD_MORE)
        return state;
      start = end + 1 - data;
    }
}

NbHeadState
nb_head_scan (NbHead *self, const char *data, gsize length, const char **why)
{
  const char *end;

  *why = N_ ("the request's head is too large");
  while ((end = memchr (data + self->scanned, '\n', length - self->scanned)) != NULL)
    {
      const gsize at = end - data;

      if (at == 0 || data[at - 1] != '\r')
        {
          *why = N_ ("lines must end with CR LF");
          return NB_HEAD_BAD;
        }
      self->scanned = at + 1;
      if (at >= 3 && data[at - 2] == '\n')
        {
          self->size = at + 1;
          return self->size > NB_HEAD_MAX_BYTES ? NB_HEAD_TOO_LARGE : check_lines (self, data, why);
        }
    }
  return length > NB_HEAD_MAX_BYTES ? NB_HEAD_TOO_LARGE : NB_HEAD_MORE;
}
