//! AES DUKPT (ANSI X9.24-3), answered by paysec-dukpt: initial keys and working keys of AES.
use std::{env, error::Error, fmt::Write, fs, path::Path};

use paysec_crypto::AesKeySize;
use paysec_crypto_rustcrypto::RustCryptoProvider;
use paysec_dukpt::{
    InitialKeyId, KeySerialNumber, WorkingKeyUsage, derive_initial_key, derive_working_key,
};

const SEED: u64 = 20261121;
const CASES: usize = 1500;
const USES: [(&str, WorkingKeyUsage); 8] = [
    ("keyEncryption", WorkingKeyUsage::KeyEncryption),
    ("pin", WorkingKeyUsage::PinEncryption),
    ("macGenerate", WorkingKeyUsage::MessageAuthenticationGeneration),
    ("macVerify", WorkingKeyUsage::MessageAuthenticationVerification),
    ("macBoth", WorkingKeyUsage::MessageAuthenticationBothWays),
    ("dataEncrypt", WorkingKeyUsage::DataEncryptionEncrypt),
    ("dataDecrypt", WorkingKeyUsage::DataEncryptionDecrypt),
    ("dataBoth", WorkingKeyUsage::DataEncryptionBothWays),
];

/// SplitMix64: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// A counter that a terminal can send: one to sixteen ones.
    fn counter(&mut self) -> u32 {
        loop {
            let counter = (self.next() & self.next()) as u32;
            if (1..=16).contains(&counter.count_ones()) {
                return counter;
            }
        }
    }
}

fn hex(data: &[u8]) -> String {
    data.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

fn row(numbers: &mut Numbers) -> Result<String, Box<dyn Error>> {
    let provider = RustCryptoProvider::new();
    let length = 16 + 8 * numbers.below(3);
    let bdk = numbers.bytes(length);
    let id: [u8; 8] = numbers.bytes(8).as_slice().try_into()?;
    let counter = numbers.counter();
    let (name, usage) = USES[numbers.below(USES.len())];
    // A working key is no stronger than the key it comes from (X9.24-3 6.1).
    let working = 16 + 8 * numbers.below((length - 16) / 8 + 1);
    let initial_id = InitialKeyId::new(id);
    let initial =
        derive_initial_key(&provider, &bdk[..], AesKeySize::try_from(length)?, initial_id)?;
    let key = derive_working_key(
        &provider,
        &bdk[..],
        AesKeySize::try_from(length)?,
        usage,
        AesKeySize::try_from(working)?,
        KeySerialNumber::new(initial_id, counter),
    )?;
    Ok(format!(
        "   [\"{}\",\"{}\",\"{counter:08X}\",\"{name}\",\"aes{}\",\"{}\",\"{}\"]",
        hex(&bdk),
        hex(&id),
        working * 8,
        hex(initial.expose_secret()),
        hex(key.expose_secret()),
    ))
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: vectors FOLDER")?;
    let mut numbers = Numbers(SEED);
    let rows = (0..CASES).map(|_| row(&mut numbers)).collect::<Result<Vec<_>, _>>()?;
    let text = format!(
        r#"{{
 "source": "scripts/vectors/rust, seed {SEED}, answered by paysec-dukpt 0.2.0 (crates.io)",
 "notes": "Same operation as dukpt-aes.json: AES working keys no longer than the base derivation key.",
 "tables": [
  {{"id": "aes", "op": "dukpt-aes", "constants": {{}}, "columns": ["bdk","ikid","counter","usage","keyType","=ik","=workingKey"], "rows": [
{}
  ]}}
 ]
}}
"#,
        rows.join(",\n")
    );
    fs::write(Path::new(&folder).join("dukpt-aes.json"), text)?;
    Ok(())
}
