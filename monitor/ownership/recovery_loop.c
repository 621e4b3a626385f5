/* Many recoveries in one call, so that Python's lock is let go once for all of them and threads share the cores.
 *
 * The curve is libsecp256k1's, and so is every check but one. The library is not linked: coincurve carries one, and
 * monitor/ownership/recovery_loop.py, which calls this, hands over its functions (declared as in secp256k1_recovery.h).
 */

#include <stddef.h>
#include <string.h>

typedef struct secp256k1_context_struct secp256k1_context;
typedef struct { unsigned char data[65]; } secp256k1_ecdsa_recoverable_signature;
typedef struct { unsigned char data[64]; } secp256k1_pubkey;

struct library {
    const secp256k1_context *context;
    int (*parse)(const secp256k1_context *, secp256k1_ecdsa_recoverable_signature *, const unsigned char *, int);
    int (*recover)(const secp256k1_context *, secp256k1_pubkey *, const secp256k1_ecdsa_recoverable_signature *,
                   const unsigned char *);
    int (*serialize)(const secp256k1_context *, unsigned char *, size_t *, const secp256k1_pubkey *, unsigned int);
    const unsigned char *highest_s;
    unsigned int uncompressed;
};

enum { HIGHEST_ID = 3, NUMBER = 32, ID = 2 * NUMBER, DIGEST = ID + 1, ASKED = DIGEST + NUMBER, KEY = 65 };

static int recover_key(const struct library *library, const unsigned char *asked, unsigned char *key) {
    secp256k1_ecdsa_recoverable_signature signature;
    secp256k1_pubkey point;
    size_t size = KEY;

    return asked[ID] <= HIGHEST_ID
        && memcmp(asked + NUMBER, library->highest_s, NUMBER) <= 0
        && library->parse(library->context, &signature, asked, asked[ID])
        && library->recover(library->context, &point, &signature, asked + DIGEST)
        && library->serialize(library->context, key, &size, &point, library->uncompressed);
}

/* `asked` holds `count` times r, s, recovery id (one byte, 0 to 3) and digest; `keys` gets as many keys of 65 bytes,
 * the first of which is 0 where no key fits. */
void recover_keys(const struct library *library, size_t count, const unsigned char *asked, unsigned char *keys) {
    for (; count > 0; count--, asked += ASKED, keys += KEY) {
        if (!recover_key(library, asked, keys))
            keys[0] = 0;
    }
}
