/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathers what is wrong in the configuration, so that all of it is told at once. */
#include "core/app/nb-config-fault.h"

static void
nb_config_fault_free (gpointer data)
{
  NbConfigFault *fault = data;

  g_free (fault->origin);
  g_free (fault->section);
  g_free (fault->key);
  g_free (fault->message);
  g_free (fault);
}

GPtrArray *
nb_config_faults_new (void)
{
  return g_ptr_array_new_with_free_func (nb_config_fault_free);
}

void
nb_config_faults_add (GPtrArray *faults, const char *origin, const char *section, const char *key, const char *format,
                      ...)
{
  NbConfigFault *fault = g_new0 (NbConfigFault, 1);
  va_list arguments;

  fault->origin = g_strdup (origin);
  fault->section = g_strdup (section ? section : "");
  fault->key = g_strdup (key ? key : "");
  va_start (arguments, format);
  fault->message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (faults, fault);
}

char *
nb_config_fault_print (const NbConfigFault *fault)
{
  GString *line = g_string_new (fault->origin);

  g_string_append (line, ": ");
  if (*fault->section)
    g_string_append_printf (line, "[%s]%s", fault->section, *fault->key ? " " : ": ");
  if (*fault->key)
    g_string_append_printf (line, "%s: ", fault->key);
  g_string_append (line, fault->message);
  return g_string_free (line, FALSE);
}
