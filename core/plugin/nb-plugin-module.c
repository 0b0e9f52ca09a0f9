/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens modules and refuses those that don't fit, each with one sentence. */
#include "core/plugin/nb-plugin-module.h"

#include "core/plugin/nb-plugin-error.h"

#include <errno.h>
#include <gmodule.h>
#include <neighborbid/nb-plugin.h>
#include <sys/stat.h>

typedef GType (*TypeFunc) (void);

static gboolean
api_fits (guint major, guint minor)
{
  return major == NB_ABI_MAJOR && minor <= NB_ABI_MINOR;
}

gboolean
nb_plugin_module_check_api (const NbManifest *manifest, GError **error)
{
  if (api_fits (manifest->api_major, manifest->api_minor))
    return TRUE;
  g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_ABI, "%s: Api: found %u.%u, but this host offers %d.%d",
               manifest->path, manifest->api_major, manifest->api_minor, NB_ABI_MAJOR, NB_ABI_MINOR);
  return FALSE;
}

/* Code that anybody can change is not code of the operator. */
static gboolean
check_file (const char *path, GError **error)
{
  struct stat about;

  if (stat (path, &about) != 0)
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_MODULE, "%s: can't be read: %s", path, g_strerror (errno));
      return FALSE;
    }
  if (!S_ISREG (about.st_mode))
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_MODULE, "%s: isn't a regular file", path);
      return FALSE;
    }
  if ((about.st_mode & S_IWOTH) != 0)
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_MODULE, "%s: may be written by everybody, expected mode o-w",
                   path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_abi (const char *path, const NbAbi *abi, GError **error)
{
  if (abi->magic != NB_ABI_MAGIC)
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_ABI, "%s: its ABI record begins with 0x%08x, expected 0x%08x",
                 path, abi->magic, NB_ABI_MAGIC);
  else if (!api_fits (abi->major, abi->minor))
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_ABI, "%s: was built for API %u.%u, but this host offers %d.%d",
                 path, abi->major, abi->minor, NB_ABI_MAJOR, NB_ABI_MINOR);
  else if (abi->class_size != sizeof (NbPluginClass))
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_ABI,
                 "%s: was built with a plugin class of %u bytes, but this host has %" G_GSIZE_FORMAT, path,
                 abi->class_size, sizeof (NbPluginClass));
  else
    return TRUE;
  return FALSE;
}

static gpointer
find_symbol (GModule *module, const char *path, const char *name, GError **error)
{
  gpointer symbol = NULL;

  if (!g_module_symbol (module, name, &symbol) || symbol == NULL)
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_MODULE,
                 "%s: has no symbol '%s', expected NB_PLUGIN_DEFINE() in one of its files", path, name);
  return symbol;
}

/* The first code of the plugin that runs, once its record was found to fit. */
static GType
get_class (const char *path, TypeFunc get_type, GError **error)
{
  GType type = get_type ();

  if (type == G_TYPE_INVALID || !g_type_is_a (type, NB_TYPE_PLUGIN) || G_TYPE_IS_ABSTRACT (type))
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_MODULE,
                   "%s: nb_plugin_type() answered %s, expected a class derived from NbPlugin", path,
                   type != G_TYPE_INVALID ? g_type_name (type) : "no type");
      return G_TYPE_INVALID;
    }
  return type;
}

GType
nb_plugin_module_open (const NbManifest *manifest, GError **error)
{
  g_autofree char *name = g_strconcat (manifest->module, ".so", NULL);
  g_autofree char *path = g_build_filename (manifest->dir, name, NULL);

  if (!nb_plugin_module_check_api (manifest, error) || !check_file (path, error))
    return G_TYPE_INVALID;
  GModule *module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module == NULL)
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_MODULE, "%s: can't be opened: %s", path, g_module_error ());
      return G_TYPE_INVALID;
    }
  const NbAbi *abi = find_symbol (module, path, "nb_plugin_abi", error);
  TypeFunc get_type
      = abi != NULL && check_abi (path, abi, error) ? find_symbol (module, path, "nb_plugin_type", error) : NULL;
  if (get_type == NULL)
    {
      g_module_close (module);
      return G_TYPE_INVALID;
    }
  /* A GType can't be taken back, nor the code behind it. */
  g_module_make_resident (module);
  return get_class (path, get_type, error);
}
