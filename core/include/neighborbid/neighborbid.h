/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one header that a plugin includes. */
#pragma once

#include <neighborbid/nb-auction-type.h>
#include <neighborbid/nb-auction.h>
#include <neighborbid/nb-composer.h>
#include <neighborbid/nb-decision.h>
#include <neighborbid/nb-english-type.h>
#include <neighborbid/nb-error.h>
#include <neighborbid/nb-event.h>
#include <neighborbid/nb-json.h>
#include <neighborbid/nb-live.h>
#include <neighborbid/nb-market.h>
#include <neighborbid/nb-metrics.h>
#include <neighborbid/nb-money.h>
#include <neighborbid/nb-notifier.h>
#include <neighborbid/nb-plugin.h>
#include <neighborbid/nb-request.h>
#include <neighborbid/nb-rows.h>
#include <neighborbid/nb-settings.h>
#include <neighborbid/nb-socket.h>
#include <neighborbid/nb-store.h>
#include <neighborbid/nb-visibility.h>
#include <neighborbid/nb-wallet.h>
