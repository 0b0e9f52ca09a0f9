/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the lock or waits for it; whoever has it starts redis-server, and again when it ends. */
#include "nb-redis-server.h"

#include "nb-redis-address.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PROGRAM "redis-server"
#define LOCK_PAUSE_MS 500
#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 5000
#define STOP_LIMIT_MS 2000
/* Who served this long begins with a short pause again. */
#define GOOD_LIFE (10 * G_USEC_PER_SEC)

struct _NbRedisServer
{
  char *folder;
  char *socket;
  char *url;
  char *program;
  char *log; /* what redis-server says; begun anew with each */
  GMainContext *context;
  int lock; /* the descriptor of the lock file */
  gboolean is_holder;
  GSubprocess *process; /* (nullable) */
  GPid pid;             /* 0: none runs, or its end was noticed */
  GCancellable *watch;  /* (nullable): ends waiting for the process' end */
  GSource *timer;       /* (nullable): the next try, for the lock or to start */
  gint64 started_at;
  guint pause;
};

static gboolean
fail_with_errno (GError **error, const char *path, int code)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

static void
set_timer (NbRedisServer *self, guint milliseconds, GSourceFunc func)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  if (func == NULL)
    return;
  self->timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* In the child, between fork and exec. It ends with its parent, however that ends; if that was before the kernel had
 * been asked, it is somebody else's child by now. A Ctrl+C on the terminal is for the parent alone. */
static void
tie_to_parent (gpointer user_data)
{
  const pid_t *parent = user_data;

  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid () != *parent)
    _exit (127);
  setpgid (0, 0);
}

static gboolean
redirect_output (NbRedisServer *self, GSubprocessLauncher *launcher, GError **error)
{
  int out = open (self->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  int err;

  if (out < 0)
    return fail_with_errno (error, self->log, errno);
  g_subprocess_launcher_take_stdout_fd (launcher, out);
  err = fcntl (out, F_DUPFD_CLOEXEC, 3);
  if (err < 0)
    return fail_with_errno (error, self->log, errno);
  g_subprocess_launcher_take_stderr_fd (launcher, err);
  return TRUE;
}

static GSubprocess *
spawn (NbRedisServer *self, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  pid_t *parent = g_new (pid_t, 1);
  const char *argv[] = {
    self->program,
    "--port",
    "0",
    "--unixsocket",
    self->socket,
    "--unixsocketperm",
    "700",
    "--dir",
    self->folder,
    "--save",
    "",
    "--appendonly",
    "no",
    "--daemonize",
    "no",
    "--databases",
    "1",
    "--maxmemory",
    "64mb",
    "--maxmemory-policy",
    "volatile-ttl",
    "--loglevel",
    "warning",
    NULL,
  };

  *parent = getpid ();
  g_subprocess_launcher_set_child_setup (launcher, tie_to_parent, parent, g_free);
  if (!redirect_output (self, launcher, error))
    return NULL;
  return g_subprocess_launcher_spawnv (launcher, argv, error);
}

/* Returns: (transfer full): the last line that redis-server wrote */
static char *
get_last_words (NbRedisServer *self)
{
  g_autofree char *text = NULL;
  char *last;

  if (!g_file_get_contents (self->log, &text, NULL, NULL))
    return g_strdup ("it said nothing");
  g_strchomp (text);
  last = strrchr (text, '\n');
  return g_strdup (last != NULL ? last + 1 : text[0] != '\0' ? text : "it said nothing");
}

static char *
describe_end (NbRedisServer *self, GSubprocess *process)
{
  g_autofree char *words = get_last_words (self);

  if (g_subprocess_get_if_exited (process))
    return g_strdup_printf ("exit code %d: %s", g_subprocess_get_exit_status (process), words);
  return g_strdup_printf ("signal %d", g_subprocess_get_term_sig (process));
}

static gboolean start (NbRedisServer *self, GError **error);

static gboolean
on_pause_over (gpointer user_data)
{
  NbRedisServer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (start (self, &error))
    return G_SOURCE_REMOVE;
  if (self->pause < LONGEST_PAUSE_MS)
    g_warning ("the private Redis can't be started: %s", error->message);
  self->pause = MIN (self->pause * 2, LONGEST_PAUSE_MS);
  set_timer (self, self->pause, on_pause_over);
  return G_SOURCE_REMOVE;
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GSubprocess *process = G_SUBPROCESS (source);
  NbRedisServer *self;
  g_autofree char *reason = NULL;

  /* Cancelled: the server is freed. */
  if (!g_subprocess_wait_finish (process, result, NULL))
    return;
  self = user_data;
  reason = describe_end (self, process);
  if (g_get_monotonic_time () - self->started_at >= GOOD_LIFE)
    self->pause = FIRST_PAUSE_MS;
  /* One that can't live says why often enough, but not for ever. */
  if (self->pause < LONGEST_PAUSE_MS)
    g_warning ("the private redis-server ended by itself (%s); it is started again in %u ms", reason, self->pause);
  self->pid = 0;
  g_clear_object (&self->process);
  g_clear_object (&self->watch);
  set_timer (self, self->pause, on_pause_over);
  self->pause = MIN (self->pause * 2, LONGEST_PAUSE_MS);
}

static gboolean
start (NbRedisServer *self, GError **error)
{
  const char *id;

  self->process = spawn (self, error);
  if (self->process == NULL)
    return FALSE;
  id = g_subprocess_get_identifier (self->process);
  self->pid = id != NULL ? (GPid)atoi (id) : 0; /* NULL: it has ended again already */
  self->started_at = g_get_monotonic_time ();
  self->watch = g_cancellable_new ();
  g_subprocess_wait_async (self->process, self->watch, on_ended, self);
  return TRUE;
}

static gboolean
take_lock (NbRedisServer *self)
{
  self->is_holder = flock (self->lock, LOCK_EX | LOCK_NB) == 0;
  return self->is_holder;
}

static gboolean
on_lock_pause_over (gpointer user_data)
{
  NbRedisServer *self = user_data;

  if (!take_lock (self))
    return G_SOURCE_CONTINUE;
  g_message ("the private Redis is run by this process now");
  return on_pause_over (self);
}

static gboolean
open_folder (NbRedisServer *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "redis.lock", NULL);

  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    return fail_with_errno (error, self->folder, errno);
  self->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->lock < 0)
    return fail_with_errno (error, path, errno);
  if (!take_lock (self) && errno != EWOULDBLOCK)
    return fail_with_errno (error, path, errno);
  return TRUE;
}

static gboolean
find_program (NbRedisServer *self, GError **error)
{
  self->program = g_find_program_in_path (PROGRAM);
  if (self->program != NULL)
    return TRUE;
  g_set_error_literal (
      error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
      "the program redis-server isn't there: install the package redis-server, or name a Redis of your "
      "own by redis-url");
  return FALSE;
}

NbRedisServer *
nb_redis_server_new (const char *folder, GError **error)
{
  g_autoptr (NbRedisServer) self = g_new0 (NbRedisServer, 1);

  self->lock = -1;
  self->pause = FIRST_PAUSE_MS;
  self->context = g_main_context_ref_thread_default ();
  self->folder = g_canonicalize_filename (folder, NULL);
  self->socket = g_build_filename (self->folder, "redis.sock", NULL);
  self->log = g_build_filename (self->folder, "redis.log", NULL);
  self->url = g_strdup_printf ("unix:%s", self->socket);
  if (!nb_redis_address_check_path (self->socket, error) || !find_program (self, error) || !open_folder (self, error))
    return NULL;
  if (!self->is_holder)
    set_timer (self, LOCK_PAUSE_MS, on_lock_pause_over);
  else if (!start (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *is_over = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *is_over = TRUE;
}

static gboolean
on_stop_limit (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/* It keeps nothing, so it needs no time to end well. The lock is held until it is gone, for the next one's sake. */
static void
stop_process (NbRedisServer *self)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) patience = g_cancellable_new ();
  g_autoptr (GSource) limit = g_timeout_source_new (STOP_LIMIT_MS);
  gboolean is_over = FALSE;

  g_cancellable_cancel (self->watch);
  g_subprocess_force_exit (self->process);
  g_main_context_push_thread_default (context);
  g_source_set_callback (limit, on_stop_limit, patience, NULL);
  g_source_attach (limit, context);
  g_subprocess_wait_async (self->process, patience, on_stopped, &is_over);
  while (!is_over)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (limit);
  g_main_context_pop_thread_default (context);
  g_unlink (self->socket);
}

void
nb_redis_server_free (NbRedisServer *self)
{
  set_timer (self, 0, NULL);
  if (self->process != NULL)
    stop_process (self);
  g_clear_object (&self->process);
  g_clear_object (&self->watch);
  if (self->lock >= 0)
    close (self->lock);
  g_main_context_unref (self->context);
  g_free (self->folder);
  g_free (self->socket);
  g_free (self->url);
  g_free (self->program);
  g_free (self->log);
  g_free (self);
}

const char *
nb_redis_server_get_url (NbRedisServer *self)
{
  return self->url;
}

GPid
nb_redis_server_get_pid (NbRedisServer *self)
{
  return self->pid;
}
