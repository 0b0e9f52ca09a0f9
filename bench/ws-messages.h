/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the server says, taken and checked. */
#pragma once

#include "bench/ws-peer.h"

/* Counts as faults what must never be: a state behind an earlier one, a price that falls, two prices of one
 * change, a second answer to a bid. */
void ws_messages_take (WsLoad *load, WsPeer *self, const WsFrame *frame);
