/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel that writes down what it delivers. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define TEST_TYPE_RECORDER (test_recorder_get_type ())
G_DECLARE_FINAL_TYPE (TestRecorder, test_recorder, TEST, RECORDER, GObject)

/* Every person is reached. Each delivery adds a line to the file @path before it has ended: the message's id, its kind,
 * its person, its auction or 0, its price or 0. */
TestRecorder *test_recorder_new (const char *path);

G_END_DECLS
