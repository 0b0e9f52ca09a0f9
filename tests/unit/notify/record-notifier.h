/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel that keeps every try, in order, and ends it when and how a test says. */
#pragma once

#include <neighborbid/neighborbid.h>

#define RECORD_TYPE_NOTIFIER (record_notifier_get_type ())
G_DECLARE_FINAL_TYPE (RecordNotifier, record_notifier, RECORD, NOTIFIER, GObject)

typedef struct
{
  gint64 message;
  gint64 person;
  char *subject;
  GTask *task; /* (nullable): none once it has ended */
} RecordedTry;

/* Reaches everyone. @title: (nullable) */
RecordNotifier *record_notifier_new (const char *name, const char *title);
guint record_notifier_get_n (RecordNotifier *self);
const RecordedTry *record_notifier_get (RecordNotifier *self, guint index);
/* Ends the try @index. @reason: NULL for NB_DELIVERY_DONE */
void record_notifier_end (RecordNotifier *self, guint index, NbDelivery result, guint retry_after, const char *reason);
/* Ends every open try, and from now on each by itself, as done. */
void record_notifier_let_through (RecordNotifier *self);
