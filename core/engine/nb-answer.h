/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command's answer as text, kept with its idempotency key, and back. */
#pragma once

#include "core/engine/nb-engine-command.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): the answer of @command; NULL for a passing one (busy and the like) that must not
 * be kept */
char *nb_answer_to_text (const NbEngineCommand *command);
/* Answers @command with what was kept. */
void nb_answer_from_text (NbEngineCommand *command, const char *text);

G_END_DECLS
