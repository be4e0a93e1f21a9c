//! Credentials files as `nsc` writes them: a user's JWT, and the seed of the user's key.

use std::path::Path;

use async_nats::ConnectOptions;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::Value;

/// Says what is wrong with a credentials file, as far as it can be told without a server: that it lacks the JWT or the
/// seed, that either is damaged, or that they are not of one user.
///
/// # Errors
/// That, without the file's name and without what it holds.
pub fn check_credentials(file: &Path) -> Result<(), String> {
    read(file).map(drop)
}

/// What a sound file holds.
pub(super) fn read(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    // The client's own look: both parts are there, and the seed's checksum is right.
    let looked_at = ConnectOptions::new().credentials(&text);
    looked_at.map_err(|error| error.to_string())?;
    let lines: Vec<&str> = text.lines().collect();
    let mut parts = lines.windows(3).filter_map(|lines| match lines {
        [before, part, after] if is_rule(before) && is_rule(after) => Some(part.trim()),
        _ => None,
    });
    let user = parts.next().and_then(signed_for).ok_or("its JWT is damaged")?;
    let seed = parts.find_map(|part| KeyPair::from_seed(part).ok());
    match seed {
        Some(seed) if seed.public_key() == user => Ok(text),
        _ => Err("its JWT and its seed are of different users".to_owned()),
    }
}

fn is_rule(line: &str) -> bool {
    line.trim_start().starts_with("---")
}

/// The user of a JWT that is as it was signed. Whether the signer may do that is for the server to know.
fn signed_for(jwt: &str) -> Option<String> {
    let (signed, signature) = jwt.rsplit_once('.')?;
    let (_, claims) = signed.split_once('.')?;
    let said: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let signer = KeyPair::from_public_key(said.get("iss")?.as_str()?).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    // Those of the first version are signed without their header.
    let mut may_be_signed = [signed, claims].into_iter();
    may_be_signed
        .any(|text| signer.verify(text.as_bytes(), &signature).is_ok())
        .then(|| said.get("sub")?.as_str().map(str::to_owned))?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use test_servers::nats::Operator;

    use super::*;

    fn said_of(text: &str) -> Result<(), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        check_credentials(file.path())
    }

    #[test]
    fn what_is_damaged_is_told_and_nothing_of_it_is_shown() {
        let account = Operator::new().account("ours");
        let (whole, other) = (account.user("one"), account.user("two"));
        assert_eq!(said_of(&whole), Ok(()));
        assert_eq!(said_of(&whole.replace('\n', "\r\n")), Ok(()));

        let part = |text: &str, nth: usize| text.lines().nth(nth).unwrap().to_owned();
        let at = |text: &str, what: &str| text.lines().position(|line| line.starts_with(what)).unwrap();
        let (jwt, seed) = (part(&whole, 1), part(&whole, at(&whole, "SU")));
        let flipped = |text: &str, at: usize| {
            let mut bytes = text.to_owned().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let damaged = |part: &str, at: usize| whole.replace(part, &flipped(part, at));
        for (text, expected) in [
            (String::new(), "JWT"),
            (jwt.clone(), "JWT"),
            (whole.replace(&seed, ""), "nkey"),
            (damaged(&jwt, jwt.len() / 2), "its JWT is damaged"),
            (damaged(&jwt, jwt.len() - 20), "its JWT is damaged"),
            (whole.replace(&jwt, &jwt[..jwt.len() - 9]), "its JWT is damaged"),
            (whole.replace(&jwt, "nothing"), "its JWT is damaged"),
            (damaged(&seed, 20), "checksum"),
            (whole.replace(&seed, &seed[..30]), "seed"),
            (
                whole.replace(&seed, &part(&other, at(&other, "SU"))),
                "its JWT and its seed are of different users",
            ),
        ] {
            let why = said_of(&text).unwrap_err();
            assert!(
                why.to_lowercase().contains(&expected.to_lowercase()),
                "{expected}: {why}"
            );
            assert!(!why.contains(&seed) && !why.contains(&jwt), "{why}");
        }
        let missing = check_credentials(Path::new("/nonexistent/user.creds"));
        assert!(missing.unwrap_err().contains("os error 2"));
    }
}
