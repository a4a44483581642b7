/* OpenSSL's own rate, one slice at a time: reads a name per line, answers with ns per operation.
 * Schedules are made once, as in the code that it is compared with. Built by crypto-reference.mjs. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/des.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static DES_key_schedule k1, k2, k3;
static DES_cblock state = {1, 2, 3, 4, 5, 6, 7, 8};
static unsigned char message[256], aes_block[16];
static EVP_CIPHER_CTX *aes;

static void tdes(void) {
  DES_cblock out;
  DES_ecb3_encrypt(&state, &out, &k1, &k2, &k3, DES_ENCRYPT);
  memcpy(state, out, 8);
}

static void two_tdes(void) {
  DES_cblock out;
  DES_ecb3_encrypt(&state, &out, &k1, &k2, &k3, DES_DECRYPT);
  DES_ecb3_encrypt(&out, &state, &k3, &k2, &k1, DES_ENCRYPT);
}

/* ISO 9797-1 algorithm 3 over 256 padded bytes: 32 single blocks, then decrypt and encrypt */
static void retail_mac(void) {
  DES_cblock iv = {0}, out;
  static unsigned char chained[256];
  DES_ncbc_encrypt(message, chained, sizeof message, &k1, &iv, DES_ENCRYPT);
  DES_ecb_encrypt((DES_cblock *)(chained + 248), &out, &k2, DES_DECRYPT);
  DES_ecb_encrypt(&out, &state, &k1, DES_ENCRYPT);
  message[0] ^= state[0];
}

static void aes_one(void) {
  int length;
  unsigned char out[32];
  EVP_EncryptUpdate(aes, out, &length, aes_block, 16);
  memcpy(aes_block, out, 16);
}

static void schedule(void) {
  DES_set_key_unchecked(&state, &k3);
  state[0] ^= k3.ks[0].cblock[0];
  DES_set_key_unchecked(&state, &k3);
}

static const struct {
  const char *name;
  void (*run)(void);
  int count;
} operations[] = {
    {"tdes", tdes, 3000},     {"two-tdes", two_tdes, 1500}, {"retail-mac", retail_mac, 250},
    {"aes", aes_one, 20000},  {"schedule", schedule, 4000},
};

int main(void) {
  unsigned char key[24];
  for (int i = 0; i < 24; i++) key[i] = i * 7 + 3;
  DES_set_key_unchecked((void *)key, &k1);
  DES_set_key_unchecked((void *)(key + 8), &k2);
  DES_set_key_unchecked((void *)key, &k3);
  aes = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(aes, EVP_aes_128_ecb(), 0, key, 0);
  EVP_CIPHER_CTX_set_padding(aes, 0);
  char line[64];
  setvbuf(stdout, 0, _IOLBF, 0);
  printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    double ns = -1;
    for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
      if (strcmp(line, operations[i].name)) continue;
      double start = now_ns();
      for (int n = 0; n < operations[i].count; n++) operations[i].run();
      ns = (now_ns() - start) / operations[i].count;
    }
    printf("%.2f\n", ns);
  }
}
