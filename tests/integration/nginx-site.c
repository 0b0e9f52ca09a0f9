/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fits the shipped configuration of nginx to a temporary folder, and runs nginx with it. */
#include "tests/integration/nginx-site.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/web/nb-server-listener.h"

/* The first descriptor that nginx is told to take over. */
#define FIRST_FD 3

static guint16
get_port (NginxSite *self, gsize i)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (self->sockets[i], NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

guint16
nginx_site_get_http_port (NginxSite *self)
{
  return get_port (self, 0);
}

guint16
nginx_site_get_https_port (NginxSite *self)
{
  return get_port (self, 1);
}

guint16
nginx_site_get_plain_port (NginxSite *self)
{
  return get_port (self, 2);
}

static char *
read_shipped (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "data", "nginx", name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
write_file (NginxSite *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* What an operator changes, too; it must be there. */
static void
change (GString *text, const char *from, char *to)
{
  if (g_string_replace (text, from, to, 1) != 1)
    g_error ("the shipped configuration has no '%s'", from);
  g_free (to);
}

static void
write_site (NginxSite *self, const char *web_url, const char *live_url)
{
  g_autofree char *shipped = read_shipped ("neighborbid.conf");
  GString *text = g_string_new (shipped);

  change (text, "upstream neighborbid_web {\n  server 127.0.0.1:8080;",
          g_strdup_printf ("upstream neighborbid_web {\n  server %s;", web_url + strlen ("http://")));
  change (text, "upstream neighborbid_live {\n  server 127.0.0.1:8080;",
          g_strdup_printf ("upstream neighborbid_live {\n  server %s;", live_url + strlen ("http://")));
  change (text, "/var/lib/nginx/neighborbid-static", g_strdup_printf ("%s/static", self->folder));
  change (text, "  listen 80;\n", g_strdup_printf ("  listen 127.0.0.1:%u;\n", nginx_site_get_http_port (self)));
  change (text, "  listen [::]:80;\n", g_strdup (""));
  change (text, "  listen 443 ssl http2;\n",
          g_strdup_printf ("  listen 127.0.0.1:%u ssl http2;\n", nginx_site_get_https_port (self)));
  change (text, "  listen [::]:443 ssl http2;\n", g_strdup (""));
  change (text, "/etc/ssl/neighborbid/fullchain.pem", g_strdup_printf ("%s/certificate.pem", self->folder));
  change (text, "/etc/ssl/neighborbid/key.pem", g_strdup_printf ("%s/key.pem", self->folder));
  g_string_append_printf (text, "server {\n  listen 127.0.0.1:%u;\n  include snippets/neighborbid-site.conf;\n}\n",
                          nginx_site_get_plain_port (self));
  write_file (self, "neighborbid.conf", text->str);
  g_string_free (text, TRUE);
}

/* In the foreground, and writing to its folder alone. As root its worker stays root, or it could not reach that. */
static void
write_main (NginxSite *self)
{
  static const char *const temporary[] = { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" };
  g_autoptr (GString) text = g_string_new ("daemon off;\nworker_processes 1;\nevents { worker_connections 256; }\n");

  if (geteuid () == 0)
    g_string_append (text, "user root;\n");

  g_string_append_printf (text, "pid %s/pid;\nerror_log %s/error.log info;\nhttp {\naccess_log off;\n", self->folder,
                          self->folder);
  for (gsize i = 0; i < G_N_ELEMENTS (temporary); i++)
    g_string_append_printf (text, "%s_temp_path %s/%s;\n", temporary[i], self->folder, temporary[i]);
  g_string_append (text, "include neighborbid.conf;\n}\n");
  write_file (self, "nginx.conf", text->str);
}

static void
copy_snippet (NginxSite *self, const char *name)
{
  g_autofree char *text = read_shipped (name);
  g_autofree char *target = g_build_filename ("snippets", name, NULL);

  write_file (self, target, text);
}

static void
make_certificate (NginxSite *self)
{
  g_autofree char *key = g_build_filename (self->folder, "key.pem", NULL);
  g_autofree char *certificate = g_build_filename (self->folder, "certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "req", "-x509", "-newkey", "ec",
                          "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                          "/CN=auction.example", "-keyout", key, "-out", certificate, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

void
nginx_site_set_up (NginxSite *self, const char *folder, const char *web_url, const char *live_url)
{
  self->folder = g_strdup (folder);
  for (gsize i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    {
      g_autoptr (GError) error = NULL;

      self->sockets[i] = nb_listener_bind ("127.0.0.1:0", &error);
      g_assert_no_error (error);
    }
  write_main (self);
  write_site (self, web_url, live_url);
  copy_snippet (self, "neighborbid-site.conf");
  copy_snippet (self, "neighborbid-proxy.conf");
  make_certificate (self);
}

/* A test that is ended leaves no nginx behind: at this signal the master ends its worker, too. */
static void
end_with_test (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

/* It takes listening sockets over by the variable NGINX, as a new nginx does from an old one: so no port is a guess. */
static GSubprocess *
launch (NginxSite *self, GSubprocessFlags flags, const char *option)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GString) inherited = g_string_new (NULL);
  g_autofree char *found = g_find_program_in_path ("nginx");
  const char *program = found ? found : "/usr/sbin/nginx";
  g_autofree char *main_file = g_build_filename (self->folder, "nginx.conf", NULL);
  g_autofree char *log = g_build_filename (self->folder, "error.log", NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  if (!g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    g_error ("this test needs nginx (install the package nginx-light)");
  for (gsize i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    {
      g_subprocess_launcher_take_fd (launcher, fcntl (g_socket_get_fd (self->sockets[i]), F_DUPFD_CLOEXEC, FIRST_FD),
                                     FIRST_FD + (int)i);
      g_string_append_printf (inherited, "%d;", FIRST_FD + (int)i);
    }
  g_subprocess_launcher_setenv (launcher, "NGINX", inherited->str, TRUE);
  g_subprocess_launcher_set_child_setup (launcher, end_with_test, NULL, NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, program, "-p", self->folder, "-e", log, "-c", main_file,
                                         option, NULL);
  g_assert_no_error (error);
  return process;
}

void
nginx_site_check (NginxSite *self)
{
  g_autoptr (GSubprocess) process = launch (self, G_SUBPROCESS_FLAGS_STDERR_PIPE, "-t");
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &said, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 0 || strstr (said, "[warn]"))
    g_error ("nginx -t: %s", said);
}

void
nginx_site_start (NginxSite *self)
{
  self->process = launch (self, G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
}

void
nginx_site_tear_down (NginxSite *self)
{
  if (self->process)
    {
      g_subprocess_send_signal (self->process, SIGTERM);
      g_subprocess_wait (self->process, NULL, NULL);
    }
  g_clear_object (&self->process);
  for (gsize i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    g_clear_object (&self->sockets[i]);
  g_free (self->folder);
}
