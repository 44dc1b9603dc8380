// Target `CCrypto`: libcrypto: digests, scrypt and signatures. Only `Cryptography` imports it.
#pragma once
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

// Variadic functions and macros, which Swift cannot import.

static inline EVP_PKEY *ccrypto_generate_p256(void) { return EVP_EC_gen("P-256"); }

static inline long ccrypto_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
