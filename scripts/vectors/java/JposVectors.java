import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import javax.crypto.spec.DESKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jpos.security.MKDMethod;
import org.jpos.security.SMAdapter;
import org.jpos.security.SMException;
import org.jpos.security.SecureDESKey;
import org.jpos.security.Util;
import org.jpos.security.jceadapter.JCESecurityModule;

/** Card values, PIN blocks and key hygiene, answered by jPOS, and weak keys by the JDK. */
public final class JposVectors extends JCESecurityModule {
  private static final String SOURCE =
      "scripts/vectors/java/JposVectors.java, seed " + Tables.SEED + ", answered by jPOS 2.1.10";
  private final Tables t = new Tables();
  private final Path folder;

  private JposVectors(Path folder, String masterKeys) throws SMException {
    super(masterKeys);
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    JposVectors made = new JposVectors(Path.of(arguments[0]), masterKeyFile());
    made.cardValues();
    made.pinBlocks();
    made.keys();
  }

  /** jPOS wants keys of its own, under which it holds all others: any will do. */
  private static String masterKeyFile() throws Exception {
    StringBuilder text = new StringBuilder();
    Tables own = new Tables();
    for (int i = 0; i < 15; i++) {
      text.append(String.format("LMK0x%02x=%s%n", i, Tables.hex(own.desKey(16))));
    }
    Path file = Files.createTempFile("jpos", ".lmk");
    file.toFile().deleteOnExit();
    return Files.writeString(file, text).toString();
  }

  private SecureDESKey secure(byte[] key, String type) throws SMException {
    return encryptToLMK((short) (key.length * 8), type, clear(key));
  }

  /** As the JDK wants it: 8 bytes for DES, 24 for triple DES. */
  private static Key clear(byte[] key) {
    if (key.length == 8) return new SecretKeySpec(key, "DES");
    byte[] full = new byte[24];
    System.arraycopy(key, 0, full, 0, key.length);
    if (key.length == 16) System.arraycopy(key, 0, full, 16, 8);
    return new SecretKeySpec(full, "DESede");
  }

  private void cardValues() throws Exception {
    String card = "pan expiry serviceCode";
    Tables.write(folder, "card-values-jpos", SOURCE,
        "Operations as in card-values.json. dcvv: the card's key is derived from imk by option A"
            + " with sequence number 00.",
        t.table("cvv", "cvv", "cvk " + card + " =cvv", "", () -> {
          byte[] cvk = t.desKey(16);
          String pan = t.digits(12, 19), expiry = t.digits(4, 4), code = t.digits(3, 3);
          return new Object[] {Tables.hex(cvk), pan, expiry, code,
              calculateCVD(pan, clear(cvk), expiry, code)};
        }),
        t.table("dcvv", "dcvv", "imk " + card + " atc =dcvv", "", () -> {
          byte[] imk = t.desKey(16);
          String pan = t.digits(13, 19), expiry = t.digits(4, 4), code = t.digits(3, 3);
          String atc = t.digits(4, 4);
          byte[] packed = new java.math.BigInteger("1" + atc, 16).toByteArray();
          byte[] two = {packed[packed.length - 2], packed[packed.length - 1]};
          return new Object[] {Tables.hex(imk), pan, expiry, code, atc, calculatedCVV(
              pan, secure(imk, SMAdapter.TYPE_MK_AC), expiry, code, two, MKDMethod.OPTION_A)};
        }),
        t.table("cavv", "cavv", "cvk pan trackingNumber resultCode secondFactorCode =cavv", "",
            () -> {
              byte[] cvk = t.desKey(16);
              String pan = t.digits(12, 19), number = t.digits(4, 4);
              String result = t.digits(1, 1), factor = t.digits(2, 2);
              return new Object[] {Tables.hex(cvk), pan, number, result, factor, calculateCAVVImpl(
                  pan, secure(cvk, SMAdapter.TYPE_CVK), number, result, factor)};
            }),
        t.table("cvc3", "cvc3", "imk pan psn track atc un =cvc3", "", () -> {
          byte[] imk = t.desKey(16), track = t.bytes(3 + t.random.nextInt(60));
          byte[] atc = t.bytes(2), un = t.bytes(4);
          String pan = t.digits(13, 19), psn = t.digits(2, 2);
          return new Object[] {Tables.hex(imk), pan, psn, Tables.hex(track), Tables.hex(atc),
              Tables.hex(un), calculateCVC3(secure(imk, SMAdapter.TYPE_MK_CVC3), pan, psn, atc, un,
                  track, MKDMethod.OPTION_A)};
        }));
  }

  private String blockTable(String id, int format, String columns, String constants, PinBlock make)
      throws Exception {
    return t.table(id, "pin-encode", columns, constants, () -> make.row((byte) format));
  }

  private interface PinBlock {
    Object[] row(byte format) throws SMException;
  }

  /** What jPOS takes for the account: twelve digits without the check digit. */
  private static String twelve(String pan) {
    return pan.substring(pan.length() - 13, pan.length() - 1);
  }

  private void pinBlocks() throws Exception {
    PinBlock withPan = format -> {
      String pin = t.digits(4, 12), pan = t.digits(13, 19);
      return new Object[] {pin, pan, Tables.hex(calculatePINBlock(pin, format, twelve(pan)))};
    };
    PinBlock alone = format -> {
      String pin = t.digits(4, 12);
      return new Object[] {pin, Tables.hex(calculatePINBlock(pin, format, "000000000000"))};
    };
    PinBlock newPin = format -> {
      String pin = t.digits(4, 12);
      byte[] key = t.bytes(8);
      return new Object[] {
          pin, Tables.hex(key), Tables.hex(calculatePINBlock(pin, format, Tables.hex(key)))};
    };
    PinBlock newAndOldPin = format -> {
      String pin = t.digits(4, 12), old = t.digits(4, 12);
      byte[] key = t.bytes(8);
      byte[] block = calculatePINBlock(pin + ":" + old, format, Tables.hex(key));
      return new Object[] {pin, old, Tables.hex(key), Tables.hex(block)};
    };
    String four = "pin cardKey =block";
    Tables.write(folder, "pin-blocks-jpos", SOURCE,
        "Operation as in pin-blocks-more.json; cardKey is the card's key A.",
        blockTable("iso0", 1, "pin pan =block", "\"format\": \"iso0\"", withPan),
        blockTable("diebold", 3, "pin =block", "\"format\": \"diebold\"", alone),
        blockTable("iso2", 34, "pin =block", "\"format\": \"iso2\"", alone),
        blockTable("mastercard", 35, "pin pan =block",
            "\"format\": \"mastercard-pay-now-pay-later\"", withPan),
        blockTable("visa", 41, four, "\"format\": \"visa-new-pin\"", newPin),
        blockTable("visa-old", 42, "pin oldPin cardKey =block",
            "\"format\": \"visa-new-pin-old-pin\"", newAndOldPin));
  }

  private static boolean isWeak(byte[] key) throws Exception {
    for (int at = 0; at < key.length; at += 8) {
      if (DESKeySpec.isWeak(key, at)) return true;
    }
    return false;
  }

  private static final String[] WEAK = {
      "0101010101010101", "FEFEFEFEFEFEFEFE", "E0E0E0E0F1F1F1F1", "1F1F1F1F0E0E0E0E",
      "011F011F010E010E", "01E001E001F101F1", "01FE01FE01FE01FE", "1FE01FE00EF10EF1",
      "1FFE1FFE0EFE0EFE", "E0FEE0FEF1FEF1FE", "FEE0FEE0FEF1FEF1", "FE01FE01FE01FE01"};

  /** One key in three has a part that is weak, or weak but for one byte. */
  private byte[] maybeWeak() {
    byte[] key = t.desKey(8, 16, 24);
    if (t.random.nextInt(3) > 0) return key;
    int at = 8 * t.random.nextInt(key.length / 8);
    String weak = WEAK[t.random.nextInt(WEAK.length)];
    for (int i = 0; i < 8; i++) {
      key[at + i] = (byte) Integer.parseInt(weak.substring(2 * i, 2 * i + 2), 16);
    }
    if (t.random.nextBoolean()) key[at + t.random.nextInt(8)] ^= 0x30;
    return key;
  }

  private void keys() throws Exception {
    Tables.write(folder, "keys-jpos", SOURCE + ", and weak keys by the JDK's DESKeySpec",
        "check: TDES of zeros, three bytes. components: three of odd parity, joined by XOR. weak:"
            + " whether one of the key's parts is a weak or semi-weak DES key.",
        t.table("check", "check-value", "key =checkValue",
            "\"cipher\": \"des\", \"method\": \"zeros\"", () -> {
              byte[] key = t.desKey(8, 16, 24);
              return new Object[] {Tables.hex(key), Tables.hex(calculateKeyCheckValue(clear(key)))};
            }),
        t.table("parity", "odd-parity", "key =key =odd", "", () -> {
          byte[] key = t.random.nextInt(4) == 0 ? t.desKey(8, 16, 24) : t.bytes(24);
          byte[] adjusted = key.clone();
          Util.adjustDESParity(adjusted);
          return new Object[] {
              Tables.hex(key), Tables.hex(adjusted), Util.isDESParityAdjusted(key)};
        }),
        t.table("components", "combine-components", "first second third =key =checkValue", "",
            () -> {
              int length = 8 * (1 + t.random.nextInt(3));
              byte[][] parts = {t.desKey(length), t.desKey(length), t.desKey(length)};
              SecureDESKey key = formKEYfromThreeClearComponents((short) (8 * length),
                  SMAdapter.TYPE_ZMK, Tables.hex(parts[0]), Tables.hex(parts[1]),
                  Tables.hex(parts[2]));
              byte[] whole = java.util.Arrays.copyOf(decryptFromLMK(key).getEncoded(), length);
              return new Object[] {Tables.hex(parts[0]), Tables.hex(parts[1]),
                  Tables.hex(parts[2]), Tables.hex(whole), Tables.hex(key.getKeyCheckValue())};
            }),
        t.table("weak", "weak-key", "key =weak", "", () -> {
          byte[] key = maybeWeak();
          return new Object[] {Tables.hex(key), isWeak(key)};
        }));
  }
}
