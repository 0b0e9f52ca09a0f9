/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transaction that stands still until the test lets it go on, whatever the machine does meanwhile. */
#pragma once

#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

typedef struct
{
  GMutex mutex;
  GCond changed;
  gboolean has_arrived;
  gboolean is_open;
} NbTestGate;

void nb_test_gate_init (NbTestGate *self);
void nb_test_gate_clear (NbTestGate *self);
/* An NbTransactFunc that does nothing but stop at the gate that @user_data points at. */
gboolean nb_test_gate_pass (NbTransaction *transaction, gpointer user_data, GError **error);
/* Waits until a transaction stands at the gate, or has passed it. */
void nb_test_gate_wait (NbTestGate *self);
/* Lets through who stands there, and who comes later. */
void nb_test_gate_open (NbTestGate *self);

G_END_DECLS
