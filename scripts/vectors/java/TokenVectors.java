import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.MGF1ParameterSpec;
import java.util.Date;
import java.util.Hashtable;
import java.util.Map;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAttributeTableGenerator;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.KeyTransRecipientInfoGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.crypto.CryptoServicesRegistrar;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.operator.jcajce.JceAsymmetricKeyWrapper;

/** TR-34 tokens (ASC X9 TR-34:2019 clause 5 and annex B) made by Bouncy Castle's CMS. */
public final class TokenVectors {
  private static final ASN1ObjectIdentifier NONCE =
      new ASN1ObjectIdentifier("1.2.840.113549.1.9.25.3");
  private static final Date FROM = new Date(1767225600000L), UNTIL = new Date(2082758400000L);
  private static final OAEPParameterSpec OAEP = new OAEPParameterSpec(
      "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
  private static final String[][] HEADERS = {
      {"K0", "A", "B"}, {"K0", "T", "B"}, {"K1", "A", "D"}, {"K1", "T", "E"}, {"B0", "T", "X"},
      {"P0", "A", "E"}, {"D0", "A", "B"}, {"M6", "A", "C"}, {"E0", "T", "X"}, {"V1", "T", "V"}};

  private final Tables t = new Tables();
  /** Everything that is drawn comes from the seed: a run can be repeated. */
  private final SecureRandom random = new SecureRandom() {
    @Override
    public void nextBytes(byte[] out) {
      t.random.nextBytes(out);
    }
  };

  {
    // Initialisation vectors and blinding are drawn from here, whatever the builders are given.
    CryptoServicesRegistrar.setSecureRandom(random);
  }

  private final KeyPair authorityKeys = keys(), senderKeys = keys(), receiverKeys = keys();
  private final X509CertificateHolder authority = certify("Test CA", authorityKeys, 1, true);
  private final X509CertificateHolder sender = certify("Test KDH", senderKeys, 2, false);
  private final X509CertificateHolder receiver = certify("Test KRD", receiverKeys, 3, false);

  private TokenVectors() throws Exception {}

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    new TokenVectors().write(Path.of(arguments[0]));
  }

  private KeyPair keys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", "BC");
    generator.initialize(2048, random);
    return generator.generateKeyPair();
  }

  private X509CertificateHolder certify(String name, KeyPair pair, long serial, boolean isCa)
      throws Exception {
    return new X509v3CertificateBuilder(new X500Name("CN=Test CA"), BigInteger.valueOf(serial),
        FROM, UNTIL, new X500Name("CN=" + name),
        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()))
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa))
        .build(signer(authorityKeys));
  }

  private ContentSigner signer(KeyPair pair) throws Exception {
    return new JcaContentSignerBuilder("SHA256withRSA").setProvider("BC")
        .build(pair.getPrivate());
  }

  private static IssuerAndSerialNumber nameOf(X509CertificateHolder certificate) {
    return new IssuerAndSerialNumber(certificate.getIssuer(), certificate.getSerialNumber());
  }

  private byte[] keyBlock(byte[] key, byte[] header) throws Exception {
    ASN1Encodable attribute = new DERSequence(new ASN1Encodable[] {
        PKCSObjectIdentifiers.data, new DERSet(new DEROctetString(header))});
    return new DERSequence(new ASN1Encodable[] {
        new ASN1Integer(1), nameOf(sender), new DEROctetString(key), attribute})
        .getEncoded(ASN1Encoding.DER);
  }

  private byte[] envelope(byte[] block) throws Exception {
    CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
    generator.addRecipientInfoGenerator(new KeyTransRecipientInfoGenerator(nameOf(receiver),
        new JceAsymmetricKeyWrapper(OAEP, receiverKeys.getPublic()).setProvider("BC")
            .setSecureRandom(random)) {});
    CMSEnvelopedData made = generator.generate(new CMSProcessableByteArray(block),
        new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).setProvider("BC")
            .setSecureRandom(random).build());
    return made.toASN1Structure().getContent().toASN1Primitive().getEncoded(ASN1Encoding.DER);
  }

  private AttributeTable attributes(Map<?, ?> known, byte[] nonce, byte[] header) {
    Hashtable<ASN1ObjectIdentifier, Attribute> all = new Hashtable<>();
    put(all, CMSAttributes.contentType,
        (ASN1ObjectIdentifier) known.get(CMSAttributeTableGenerator.CONTENT_TYPE));
    put(all, CMSAttributes.messageDigest,
        new DEROctetString((byte[]) known.get(CMSAttributeTableGenerator.DIGEST)));
    put(all, NONCE, new DEROctetString(nonce));
    put(all, PKCSObjectIdentifiers.data, new DEROctetString(header));
    return new AttributeTable(all);
  }

  private static void put(
      Hashtable<ASN1ObjectIdentifier, Attribute> all, ASN1ObjectIdentifier type, ASN1Encodable v) {
    all.put(type, new Attribute(type, new DERSet(v)));
  }

  private byte[] token(byte[] key, byte[] header, byte[] nonce) throws Exception {
    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    generator.addSignerInfoGenerator(new SignerInfoGeneratorBuilder(
        new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
        .setSignedAttributeGenerator(known -> attributes(known, nonce, header))
        .build(signer(senderKeys), sender));
    byte[] envelope = envelope(keyBlock(key, header));
    return generator.generate(
        new CMSProcessableByteArray(PKCSObjectIdentifiers.envelopedData, envelope), true)
        .toASN1Structure().getEncoded(ASN1Encoding.DER);
  }

  private Object[] row() throws Exception {
    String[] head = HEADERS[t.random.nextInt(HEADERS.length)];
    String version = t.random.nextBoolean() ? "00" : "01";
    String exportability = "ENS".charAt(t.random.nextInt(3)) + "";
    String label = t.random.nextBoolean() ? "" : "LB10" + t.digits(12, 12);
    String header = String.format("D%04d%s%s%s%s%s%02d00%s", 16 + label.length(), head[0], head[1],
        head[2], version, exportability, label.length() / 16, label);
    byte[] key = head[1].equals("T") ? t.desKey(16, 24) : t.bytes(16 + 8 * t.random.nextInt(3));
    byte[] nonce = t.bytes(16);
    byte[] made = token(key, header.getBytes(StandardCharsets.US_ASCII), nonce);
    return new Object[] {Tables.hex(nonce), Tables.hex(made), Tables.hex(key), head[0], head[1],
        head[2], version, exportability};
  }

  private void write(Path folder) throws Exception {
    String constants = String.format("\"authority\": \"%s\", \"kdhCertificate\": \"%s\", "
        + "\"krdCertificate\": \"%s\", \"krdKey\": \"%s\", \"now\": \"2026-11-21T00:00:00Z\"",
        Tables.hex(authority.getEncoded()), Tables.hex(sender.getEncoded()),
        Tables.hex(receiver.getEncoded()), Tables.hex(receiverKeys.getPrivate().getEncoded()));
    Tables.write(folder, "tr34",
        "scripts/vectors/java/TokenVectors.java, seed " + Tables.SEED
            + ", tokens made by Bouncy Castle 1.81 (bcpkix-jdk18on)",
        "tr34-open: certificates in DER, krdKey in PKCS #8; the receiver opens the token that"
            + " answers its nonce. Test keys.",
        t.table("token", "tr34-open",
            "nonce token =key =usage =algorithm =modeOfUse =keyVersion =exportability", constants,
            this::row));
  }
}
