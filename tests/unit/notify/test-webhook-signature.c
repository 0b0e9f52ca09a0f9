/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures against known ones, and what a secret is. */
#include "plugins/notify/nb-webhook-signature.h"

#include <string.h>

/* The example that the implementations of Standard Webhooks are tested with. */
static void
test_known (void)
{
  g_autofree char *signature = nb_webhook_sign ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                                "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}");

  g_assert_cmpstr (signature, ==, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void
test_everything_counts (void)
{
  const char *secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_hash_table_add (all, nb_webhook_sign (secret, "msg_1", 1, "{}"));
  g_hash_table_add (all, nb_webhook_sign (secret, "msg_2", 1, "{}"));
  g_hash_table_add (all, nb_webhook_sign (secret, "msg_1", 2, "{}"));
  g_hash_table_add (all, nb_webhook_sign (secret, "msg_1", 1, "{ }"));
  g_hash_table_add (all, nb_webhook_sign ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", "msg_1", 1, "{}"));
  g_assert_cmpuint (g_hash_table_size (all), ==, 5);
}

static void
test_new_secrets (void)
{
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 100; i++)
    {
      char *secret = nb_webhook_secret_new ();

      g_assert_true (g_str_has_prefix (secret, "whsec_"));
      g_assert_true (nb_webhook_secret_check (secret, NULL));
      g_hash_table_add (all, secret);
    }
  g_assert_cmpuint (g_hash_table_size (all), ==, 100);
}

static char *
secret_of (gsize length)
{
  g_autofree guint8 *bytes = g_malloc0 (length + 1);
  g_autofree char *text = g_base64_encode (bytes, length);

  return g_strconcat ("whsec_", text, NULL);
}

static void
test_what_a_secret_is (void)
{
  static const char *const bad[] = {
    "",
    "whsec_",
    "secret",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ",
    "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=",
    "whsec_MfKQ9r8GKYqrTwjUPD8I-PZIo2LaLaSw",
    "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      if (nb_webhook_secret_check (bad[i], &error))
        g_error ("“%s” is no secret", bad[i]);
      /* Whoever reads the error must not read the secret. */
      g_assert_true (strlen (bad[i]) < 10 || strstr (error->message, bad[i] + 6) == NULL);
    }
  for (gsize length = 0; length < 80; length++)
    {
      g_autofree char *secret = secret_of (length);

      g_assert_cmpint (nb_webhook_secret_check (secret, NULL), ==, length >= 24 && length <= 64);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/webhook-signature/known-example", test_known);
  g_test_add_func ("/notify/webhook-signature/everything-counts", test_everything_counts);
  g_test_add_func ("/notify/webhook-signature/new-secrets-are-all-different", test_new_secrets);
  g_test_add_func ("/notify/webhook-signature/what-a-secret-is", test_what_a_secret_is);
  return g_test_run ();
}
