/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes structured log messages for people, for programs and for the journal. */
#include "core/app/nb-log.h"

#include <neighborbid/nb-request.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_FIELD_BYTES 8192

/* Read by every thread that logs, so they are atomic. */
static int chosen_format = NB_LOG_AUTO;
static int least_level = G_LOG_LEVEL_INFO;
static char worker[12]; /* empty: this is none; set before other threads start */

static const char *
level_name (GLogLevelFlags level)
{
  switch (level & G_LOG_LEVEL_MASK)
    {
    case G_LOG_LEVEL_ERROR:
      return "fatal";
    case G_LOG_LEVEL_CRITICAL:
      return "error";
    case G_LOG_LEVEL_WARNING:
      return "warning";
    case G_LOG_LEVEL_MESSAGE:
      return "notice";
    case G_LOG_LEVEL_DEBUG:
      return "debug";
    default:
      return "info";
    }
}

/* What GLib adds about the source, and what is written in a place of its own. */
static gboolean
is_detail (const char *key)
{
  static const char *const others[] = { "MESSAGE",   "PRIORITY",  "GLIB_DOMAIN",       "GLIB_OLD_LOG_API", "CODE_FILE",
                                        "CODE_LINE", "CODE_FUNC", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY",  NULL };

  return !g_strv_contains (others, key);
}

/* Returns: (transfer full): the field as valid UTF-8, cut to a bound */
static char *
field_text (const GLogField *field)
{
  const char *value = field->value;
  gsize length = field->length < 0 ? strlen (value) : (gsize)field->length;

  return g_utf8_make_valid (value, MIN (length, MAX_FIELD_BYTES));
}

static char *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key))
      return field_text (&fields[i]);
  return g_strdup ("");
}

/* `NB_REQUEST_ID` is written as `request_id`. */
static char *
detail_name (const char *key)
{
  return g_ascii_strdown (g_str_has_prefix (key, "NB_") ? key + 3 : key, -1);
}

/* A line break in a value must not look like a message of its own. */
static void
append_one_line (GString *line, const char *text)
{
  for (const char *c = text; *c; c++)
    {
      if (*c == '\n' && c[1] != '\0')
        g_string_append (line, "\n    ");
      else if (!g_ascii_iscntrl (*c))
        g_string_append_c (line, *c);
    }
}

char *
nb_log_format_text (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 at)
{
  g_autofree char *time = nb_time_to_json (at);
  g_autofree char *message = find_field (fields, n_fields, "MESSAGE");
  g_autofree char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%s %-7s ", time, level_name (level));
  if (*domain && !g_str_equal (domain, "neighborbid"))
    g_string_append_printf (line, "%s: ", domain);
  append_one_line (line, message);
  for (gsize i = 0; i < n_fields; i++)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (!is_detail (fields[i].key))
        continue;
      name = detail_name (fields[i].key);
      value = field_text (&fields[i]);
      g_string_append_printf (line, " %s=", name);
      append_one_line (line, value);
    }
  g_string_append_c (line, '\n');
  return g_string_free (line, FALSE);
}

static void
append_member (GString *line, const char *name, const char *value)
{
  g_string_append_printf (line, "%s\"%s\":\"", line->len > 1 ? "," : "", name);
  for (const char *c = value; *c; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_printf (line, "\\%c", *c);
      else if ((guchar)*c < 0x20)
        g_string_append_printf (line, "\\u%04x", (guint)*c);
      else
        g_string_append_c (line, *c);
    }
  g_string_append_c (line, '"');
}

char *
nb_log_format_json (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 at)
{
  g_autofree char *time = nb_time_to_json (at);
  g_autofree char *message = find_field (fields, n_fields, "MESSAGE");
  g_autofree char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  GString *line = g_string_new ("{");

  append_member (line, "time", time);
  append_member (line, "level", level_name (level));
  append_member (line, "domain", domain);
  append_member (line, "message", message);
  for (gsize i = 0; i < n_fields; i++)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (!is_detail (fields[i].key))
        continue;
      name = detail_name (fields[i].key);
      value = field_text (&fields[i]);
      append_member (line, name, value);
    }
  g_string_append (line, "}\n");
  return g_string_free (line, FALSE);
}

static GLogWriterOutput
write_fields (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  NbLogFormat format = g_atomic_int_get (&chosen_format);
  g_autofree char *line = NULL;

  if (format == NB_LOG_AUTO && g_log_writer_is_journald (fileno (stderr)))
    return g_log_writer_journald (level, fields, n_fields, user_data);
  if (format == NB_LOG_TEXT || (format == NB_LOG_AUTO && isatty (fileno (stderr))))
    line = nb_log_format_text (level, fields, n_fields, g_get_real_time ());
  else
    line = nb_log_format_json (level, fields, n_fields, g_get_real_time ());
  /* One call for the whole line, so that lines of several threads do not mix. */
  fwrite (line, 1, strlen (line), stderr);
  return G_LOG_WRITER_HANDLED;
}

static GLogWriterOutput
write_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_autofree GLogField *more = NULL;

  /* A smaller number is a more important level. */
  if ((int)(level & G_LOG_LEVEL_MASK) > g_atomic_int_get (&least_level))
    return G_LOG_WRITER_HANDLED;
  if (*worker == '\0')
    return write_fields (level, fields, n_fields, user_data);
  more = g_new (GLogField, n_fields + 1);
  memcpy (more, fields, n_fields * sizeof *fields);
  more[n_fields] = (GLogField){ "NB_WORKER", worker, -1 };
  return write_fields (level, more, n_fields + 1, user_data);
}

void
nb_log_set_worker (guint number)
{
  g_snprintf (worker, sizeof worker, "%u", number);
}

void
nb_log_install (NbLogFormat format, GLogLevelFlags level)
{
  static gsize is_installed = 0;

  g_atomic_int_set (&chosen_format, format);
  g_atomic_int_set (&least_level, (int)level);
  if (g_once_init_enter (&is_installed))
    {
      g_log_set_writer_func (write_message, NULL, NULL);
      g_once_init_leave (&is_installed, 1);
    }
}
