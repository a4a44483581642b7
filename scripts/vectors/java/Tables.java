import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/** Random inputs from one seed, and files of tables in the format of vectors/README.md. */
final class Tables {
  static final long SEED = 20261121;
  static final int CASES = 1000;

  final Random random = new Random(SEED);

  byte[] bytes(int length) {
    byte[] out = new byte[length];
    random.nextBytes(out);
    return out;
  }

  /** A key of one of the lengths, in odd parity. */
  byte[] desKey(int... lengths) {
    byte[] key = bytes(lengths[random.nextInt(lengths.length)]);
    for (int i = 0; i < key.length; i++) {
      int seven = key[i] & 0xfe;
      key[i] = (byte) (seven | (Integer.bitCount(seven) + 1 & 1));
    }
    return key;
  }

  String digits(int least, int most) {
    int length = least + random.nextInt(most - least + 1);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < length; i++) out.append(random.nextInt(10));
    return out.toString();
  }

  static String hex(byte[] data) {
    StringBuilder out = new StringBuilder();
    for (byte one : data) out.append(String.format("%02X", one));
    return out.toString();
  }

  /** A table: `columns` and the constants as JSON text, and rows of texts, numbers and truths. */
  String table(String id, String op, String columns, String constants, Callable<Object[]> row)
      throws Exception {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < CASES; i++) rows.add("   " + json(row.call()));
    return "  {\"id\": \"" + id + "\", \"op\": \"" + op + "\", \"constants\": {" + constants
        + "}, \"columns\": " + json((Object[]) columns.split(" ")) + ", \"rows\": [\n"
        + String.join(",\n", rows) + "\n  ]}";
  }

  private static String json(Object... cells) {
    List<String> out = new ArrayList<>();
    for (Object cell : cells) out.add(cell instanceof String ? "\"" + cell + "\"" : "" + cell);
    return "[" + String.join(",", out) + "]";
  }

  static void write(Path folder, String name, String source, String notes, String... tables)
      throws IOException {
    String text = "{\n \"source\": \"" + source + "\",\n \"notes\": \"" + notes + "\",\n"
        + " \"tables\": [\n" + String.join(",\n", tables) + "\n ]\n}\n";
    Files.writeString(folder.resolve(name + ".json"), text);
  }
}
