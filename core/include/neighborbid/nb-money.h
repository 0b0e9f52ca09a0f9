/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Amounts of money: integers in the currency's minor unit, bounded and overflow-checked. */
#pragma once

#include <neighborbid/nb-visibility.h>

G_BEGIN_DECLS

/**
 * NbMoney:
 *
 * An amount in the currency's minor unit; the won has none, so 10,000 won is `10000`.
 *
 * Since: 1.0
 */
typedef gint64 NbMoney;

/** NB_MONEY_MAX_OPERATION: the most that one operation may move. */
#define NB_MONEY_MAX_OPERATION G_GINT64_CONSTANT (1000000000000)
/** NB_MONEY_MAX_BALANCE: the most that a bucket may hold. */
#define NB_MONEY_MAX_BALANCE G_GINT64_CONSTANT (1000000000000000)

/**
 * nb_money_is_operation:
 * @amount: an amount in minor units
 *
 * Returns: whether @amount may be moved by one operation: 1 to %NB_MONEY_MAX_OPERATION
 * Since: 1.0
 */
NB_PUBLIC gboolean nb_money_is_operation (NbMoney amount);

/**
 * nb_money_add:
 * @a: an amount
 * @b: another, may be negative
 * @sum: (out): their sum, untouched on failure
 *
 * Returns: %FALSE when the sum leaves ±%NB_MONEY_MAX_BALANCE; nothing is ever wrapped or clamped
 * Since: 1.0
 */
NB_PUBLIC gboolean nb_money_add (NbMoney a, NbMoney b, NbMoney *sum) G_GNUC_WARN_UNUSED_RESULT;

/**
 * nb_money_parse:
 * @text: digits, with commas at the thousands or without; nothing else
 * @amount: (out): the amount in minor units
 * @error: `validation_failed` that says what would be right
 *
 * Reads what a person typed. `1e3`, `1.5`, `-1`, `0`, spaces and wrong commas are refused, never rounded.
 *
 * Returns: whether @amount is an operation's amount
 * Since: 1.0
 */
NB_PUBLIC gboolean nb_money_parse (const char *text, NbMoney *amount, GError **error);

/**
 * nb_money_format:
 * @amount: an amount in minor units
 *
 * Returns: (transfer full): the amount as people read it, such as `10,000원`
 * Since: 1.0
 */
NB_PUBLIC char *nb_money_format (NbMoney amount);

G_END_DECLS
