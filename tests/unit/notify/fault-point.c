/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts how often the process comes to the point that was planned, and ends it there without a farewell. */
#include "tests/unit/notify/fault-point.h"

#include "core/store/nb-transaction.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef enum
{
  KIND_OTHER = -1,
  KIND_MONEY = FAULT_MONEY_BEFORE_COMMIT,
  KIND_CONSUMER = FAULT_CONSUMER_BEFORE_COMMIT,
  KIND_COURIER = FAULT_COURIER_BEFORE_COMMIT
} Kind;

static const char *const names[N_FAULTS] = {
  "money before COMMIT",  "money in COMMIT",       "money after COMMIT",    "consumer before COMMIT",
  "consumer in COMMIT",   "consumer after COMMIT", "courier before COMMIT", "courier in COMMIT",
  "courier after COMMIT", "delivery not yet made", "delivery just made",    "link cut in COMMIT",
};

static struct
{
  FaultPoint point;
  gint left; /* atomic */
  guint delay;
  const char *log;
  PGconn *cutter; /* (nullable): of its own, to cut the others' */
} plan = { .point = FAULT_NONE };

/* Of the transaction that this thread is in. */
static __thread Kind kind = KIND_OTHER;
static __thread gboolean has_written;

const char *
fault_point_name (FaultPoint point)
{
  return point < N_FAULTS ? names[point] : "none";
}

void
fault_point_plan (FaultPoint point, guint nth, guint delay, const char *log)
{
  plan.point = point;
  plan.left = (gint)nth;
  plan.delay = delay;
  plan.log = log;
}

static void
write_down (void)
{
  g_autofree char *line = g_strconcat (names[plan.point], "\n", NULL);
  int fd = open (plan.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  if (fd < 0 || write (fd, line, strlen (line)) < 0)
    g_error ("%s can't be written to", plan.log);
  close (fd);
}

static gboolean
is_due (FaultPoint point)
{
  return plan.point == point && g_atomic_int_add (&plan.left, -1) == 1;
}

static void
die (void)
{
  kill (getpid (), SIGKILL);
  pause ();
}

static void
wait_a_little (void)
{
  gint64 until = g_get_monotonic_time () + plan.delay;

  while (g_get_monotonic_time () < until)
    ;
}

static gpointer
die_soon (gpointer data)
{
  wait_a_little ();
  die ();
  return NULL;
}

static gpointer
cut_soon (gpointer data)
{
  wait_a_little ();
  PQclear (PQexec (plan.cutter, "SELECT pg_terminate_backend (pid) FROM pg_stat_activity"
                                " WHERE datname = current_database () AND pid <> pg_backend_pid ()"));
  PQfinish (plan.cutter);
  return NULL;
}

void
fault_point_reach (FaultPoint point)
{
  if (!is_due (point))
    return;
  write_down ();
  die ();
}

static void
reach_in_commit (FaultPoint point, GThreadFunc function)
{
  if (!is_due (point))
    return;
  write_down ();
  g_thread_unref (g_thread_new ("fault", function, NULL));
}

static void
reach_before_commit (NbTransaction *transaction)
{
  if (transaction->events != NULL && transaction->events->len > 0)
    kind = KIND_MONEY;
  else if (kind == KIND_OTHER && has_written)
    kind = KIND_COURIER;
  if (kind == KIND_OTHER)
    return;
  fault_point_reach ((FaultPoint)kind);
  reach_in_commit ((FaultPoint)(kind + 1), die_soon);
  if (kind == KIND_MONEY && plan.cutter != NULL)
    reach_in_commit (FAULT_LINK_CUT_IN_COMMIT, cut_soon);
}

static void
on_point (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  if (point == NB_FAULT_BEFORE_BEGIN)
    {
      kind = KIND_OTHER;
      has_written = FALSE;
    }
  else if (point == NB_FAULT_AFTER_WRITE)
    has_written = TRUE;
  else if (point == NB_FAULT_BEFORE_COMMIT)
    reach_before_commit (transaction);
  else if (kind != KIND_OTHER)
    fault_point_reach ((FaultPoint)(kind + 2));
}

void
fault_point_watch (NbStore *store, const char *url)
{
  if (plan.point == FAULT_LINK_CUT_IN_COMMIT && g_str_has_prefix (url, "postgresql:"))
    {
      plan.cutter = PQconnectdb (url);
      if (PQstatus (plan.cutter) != CONNECTION_OK)
        g_error ("%s", PQerrorMessage (plan.cutter));
    }
  nb_store_set_fault_hook (store, on_point, NULL);
}

void
fault_point_set_consumer (void)
{
  kind = KIND_CONSUMER;
}
