//! A program that prints credentials, as a profile of the mode External names it.

use std::{process::Stdio, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::{io::AsyncReadExt, process::Command, time::timeout};
use zeroize::Zeroizing;

use super::{
    ProviderError, Secret,
    error::unusable,
    key::{Fetched, given, key},
    profile::KEY,
};

/// How long the program may take: it may ask a person to sign in.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most that is read of what it prints.
const MAX_OUTPUT: u64 = 1 << 20;

/// How long temporary credentials hold that do not say it: the shortest session that STS gives.
const SHORTEST_SESSION: SignedDuration = SignedDuration::from_mins(15);

/// What the program prints.
#[derive(Deserialize)]
struct Output {
    access_key_id: Option<String>,
    access_key_secret: Option<Secret>,
    sts_token: Option<Secret>,
    expiration: Option<String>,
}

/// Runs the program, without a shell. Its standard error is dropped: it may hold secrets, or text
/// that a CI system obeys.
pub(super) async fn run(command: &str, now: Timestamp) -> Result<Fetched, ProviderError> {
    let words = if cfg!(windows) { split_windows(command) } else { shlex::split(command) };
    let words = words.ok_or_else(|| unusable("unclosed quotation mark in process_command"))?;
    let [program, arguments @ ..] = words.as_slice() else {
        return Err(unusable("empty process_command"));
    };
    let failed = |problem: &str| unusable(&format!("the program {program} {problem}"));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&format!("can't be run: {error}")))?;
    let mut printed = Zeroizing::new(Vec::new());
    let finish = async {
        let output = child.stdout.take().expect("its standard output is a pipe");
        output.take(MAX_OUTPUT + 1).read_to_end(&mut printed).await?;
        // What prints on would wait for a reader.
        if printed.len() as u64 > MAX_OUTPUT {
            child.start_kill()?;
        }
        child.wait().await
    };
    let status = timeout(PATIENCE, finish)
        .await
        .map_err(|_| failed(&format!("took longer than {} seconds", PATIENCE.as_secs())))?
        .map_err(|error| failed(&format!("can't be read: {error}")))?;
    if printed.len() as u64 > MAX_OUTPUT {
        return Err(failed(&format!("printed more than {} KiB", MAX_OUTPUT >> 10)));
    }
    if !status.success() {
        return Err(failed(&format!("failed ({status}); run it in a terminal to see its messages")));
    }
    read(&printed, now).map_err(|problem| failed(&format!("printed no credentials: {problem}")))
}

/// The words of a command line as Windows programs split it: backslashes are part of paths, and
/// only `"` quotes.
fn split_windows(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'"') => word.get_or_insert_default().extend(chars.next()),
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (!quoted).then_some(words)
}

fn read(printed: &[u8], now: Timestamp) -> Result<Fetched, String> {
    // The error itself may quote a secret.
    let output: Output = serde_json::from_slice(printed).map_err(|_| "not the documented JSON".to_owned())?;
    let credentials = key(KEY, output.access_key_id, output.access_key_secret, output.sts_token)
        .map_err(|problem| problem.to_string())?;
    let expires = match given(output.expiration) {
        Some(expiration) => Some(expiration.parse().map_err(|_| "invalid expiration".to_owned())?),
        None => credentials.token.as_ref().map(|_| now.saturating_add(SHORTEST_SESSION).unwrap_or(now)),
    };
    Ok(Fetched { credentials, expires })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_backslashes_of_a_windows_path() {
        let words = |command| split_windows(command).expect("words");
        assert_eq!(words(r"C:\tools\keys.exe --profile a"), [r"C:\tools\keys.exe", "--profile", "a"]);
        assert_eq!(
            words(r#""C:\Program Files\k.exe" --name "a \"b\"" """#),
            [r"C:\Program Files\k.exe", "--name", r#"a "b""#, ""]
        );
        assert_eq!(split_windows(r#""C:\Program Files"#), None);
        assert_eq!(words(" "), Vec::<String>::new());
    }

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time")
    }

    fn expires(printed: &str) -> Result<Option<Timestamp>, String> {
        read(printed.as_bytes(), at("2026-11-23T18:00:00Z")).map(|fetched| fetched.expires)
    }

    #[test]
    fn credentials_hold_until_they_say_or_for_a_short_session_or_for_good() {
        let temporary = r#"{"mode":"StsToken","access_key_id":"i","access_key_secret":"s","sts_token":"t""#;
        let told = format!(r#"{temporary},"expiration":"2026-11-23T19:00:00Z"}}"#);
        assert_eq!(expires(&told), Ok(Some(at("2026-11-23T19:00:00Z"))));
        assert_eq!(expires(&format!("{temporary}}}")), Ok(Some(at("2026-11-23T18:15:00Z"))));
        assert_eq!(expires(r#"{"mode":"AK","access_key_id":"i","access_key_secret":"s","sts_token":""}"#), Ok(None));
    }

    #[test]
    fn what_is_printed_otherwise_is_refused_and_not_quoted() {
        for printed in ["hush", r#"{"access_key_id":"hush"}"#, r#"{"access_key_id":"i","access_key_secret":["hush"]}"#]
        {
            let problem = expires(printed).expect_err(printed);
            assert!(!problem.contains("hush"), "{problem}");
        }
    }
}
