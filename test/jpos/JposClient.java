import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jpos.iso.BaseChannel;
import org.jpos.iso.ISOChannel;
import org.jpos.iso.ISOComponent;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.ISOPackager;
import org.jpos.iso.ISOUtil;
import org.jpos.iso.channel.ASCIIChannel;
import org.jpos.iso.channel.NACChannel;
import org.jpos.iso.packager.ISO87APackager;
import org.jpos.iso.packager.ISO87BPackager;

/**
 * jPOS by a pipe: one command a line in, one answer a line out.
 *
 *   pack PACKAGER MTI FIELDS              -> the packed bytes in hex
 *   open CHANNEL PACKAGER HOST PORT       -> ok
 *   send MTI FIELDS                       -> MTI FIELDS of the answer
 *   close                                 -> ok
 *
 * FIELDS: number, '=' for text or ':' for bytes, the value's bytes in hex; joined by commas.
 */
public final class JposClient {
  private static final int TIMEOUT_MS = 15_000;
  private static ISOChannel channel;

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer;
      try {
        answer = answer(line.split(" "));
      } catch (Exception e) {
        answer = "error " + e.toString().replaceAll("\\s+", " ");
      }
      System.out.println(answer);
      System.out.flush();
    }
  }

  private static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "pack":
        ISOMsg packed = message(words[2], words[3]);
        packed.setPackager(packager(words[1]));
        return ISOUtil.hexString(packed.pack());
      case "open":
        int port = Integer.parseInt(words[4]);
        channel = channel(words[1], words[3], port, packager(words[2]));
        ((BaseChannel) channel).setTimeout(TIMEOUT_MS);
        channel.connect();
        return "ok";
      case "send":
        channel.send(message(words[1], words[2]));
        return show(channel.receive());
      case "close":
        channel.disconnect();
        return "ok";
      default:
        return "error unknown command";
    }
  }

  private static ISOPackager packager(String name) {
    switch (name) {
      case "ISO87A":
        return new ISO87APackager();
      case "ISO87B":
        return new ISO87BPackager();
      default:
        throw new IllegalArgumentException("no such packager");
    }
  }

  private static ISOChannel channel(String name, String host, int port, ISOPackager packager) {
    switch (name) {
      case "ASCIIChannel":
        return new ASCIIChannel(host, port, packager);
      case "NACChannel":
        return new NACChannel(host, port, packager, null);
      default:
        throw new IllegalArgumentException("no such channel");
    }
  }

  private static ISOMsg message(String mti, String fields) throws Exception {
    ISOMsg message = new ISOMsg();
    message.setMTI(mti);
    for (String field : fields.split(",")) {
      int at = Math.max(field.indexOf('='), field.indexOf(':'));
      int number = Integer.parseInt(field.substring(0, at));
      byte[] value = ISOUtil.hex2byte(field.substring(at + 1));
      if (field.charAt(at) == ':') message.set(number, value);
      else message.set(number, new String(value, StandardCharsets.ISO_8859_1));
    }
    return message;
  }

  private static String show(ISOMsg message) throws Exception {
    StringBuilder out = new StringBuilder(message.getMTI());
    String separator = " ";
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) message.getChildren()).entrySet()) {
      int number = (Integer) entry.getKey();
      if (number < 2) continue;
      Object value = ((ISOComponent) entry.getValue()).getValue();
      boolean bytes = value instanceof byte[];
      byte[] raw =
          bytes ? (byte[]) value : value.toString().getBytes(StandardCharsets.ISO_8859_1);
      out.append(separator).append(number).append(bytes ? ':' : '=').append(ISOUtil.hexString(raw));
      separator = ",";
    }
    return out.toString();
  }
}
