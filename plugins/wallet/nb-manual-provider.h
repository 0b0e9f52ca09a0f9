/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The payment provider for demonstrations and tests: no real money moves. */
#pragma once

#include <neighborbid/neighborbid.h>

#define NB_TYPE_MANUAL_PROVIDER (nb_manual_provider_get_type ())
G_DECLARE_FINAL_TYPE (NbManualProvider, nb_manual_provider, NB, MANUAL_PROVIDER, GObject)

NbPaymentProvider *nb_manual_provider_new (void);
