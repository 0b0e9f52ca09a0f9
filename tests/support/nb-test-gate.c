/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transaction that stands still until the test lets it go on. */
#include "tests/support/nb-test-gate.h"

void
nb_test_gate_init (NbTestGate *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->has_arrived = FALSE;
  self->is_open = FALSE;
}

void
nb_test_gate_clear (NbTestGate *self)
{
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
}

gboolean
nb_test_gate_pass (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbTestGate *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->has_arrived = TRUE;
  g_cond_broadcast (&self->changed);
  while (!self->is_open)
    g_cond_wait (&self->changed, &self->mutex);
  return TRUE;
}

void
nb_test_gate_wait (NbTestGate *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->has_arrived)
    g_cond_wait (&self->changed, &self->mutex);
}

void
nb_test_gate_open (NbTestGate *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_open = TRUE;
  g_cond_broadcast (&self->changed);
}
