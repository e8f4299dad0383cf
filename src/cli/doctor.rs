//! `letterform doctor`

use std::{collections::HashMap, path::Path, sync::Arc};

use super::{
    Exit, files,
    output::PlainFormat,
    targets::{Scope, TargetArgs},
};
use crate::{
    credentials::{self, CredentialError, DefaultChain, FoundCredentials, masked},
    declaration::{Code, Severity},
    doctor::{
        Check, CheckVerdict, DoctorDocument, Examination,
        Subject::{
            Caller, Clock as ClockSubject, Credentials, Declarations, Endpoint, Permission, Reachable, Signature,
            Upload,
        },
    },
    letter::{DesiredLetter, Picture, ScanObject},
    render::doctor,
    run::{ServiceConfig, ServiceLocation},
    service::{Client, LetterFilter, NoUpload, ReadLetters as _, ServiceError},
    wording::counted,
};

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: PlainFormat,
    #[command(flatten)]
    targets: TargetArgs,
}

/// A clock that is this many seconds off is worth a word.
const SKEW_TO_TELL: i64 = 60;
/// A clock that is this many seconds off makes every request fail.
const SKEW_TO_FAIL: i64 = 15 * 60;

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let examinations = args.targets.resolve()?.run(async |run, scopes| {
        let read = scopes.map(|scope| (declarations(&scope), scope));
        run.each(read, async |((check, scans), scope)| Ok(examine(check, &scans, &scope).await)).await
    })?;
    let examinations = examinations.into_good();
    let healthy = examinations.iter().all(Examination::is_healthy);
    match args.format {
        PlainFormat::Text => files::print_styled(&doctor::text(&examinations))?,
        PlainFormat::Json => files::print_json(&DoctorDocument::new(examinations))?,
    }
    Ok(if healthy { Exit::Done } else { Exit::Failed })
}

async fn examine(declarations: Check, scans: &Scans, scope: &Scope) -> Examination {
    let mut checks = vec![declarations];
    match &scope.service.location {
        ServiceLocation::Sandbox(folder) => {
            let sandbox = format!("the sandbox in {}, which needs no credentials", folder.display());
            checks.push(Check::ok(Endpoint, sandbox));
        }
        ServiceLocation::Remote(endpoint) => {
            let chain = Arc::new(scope.service.credentials(endpoint));
            service(&mut checks, &scope.service, endpoint, &chain, scans).await;
        }
    }
    Examination { account: scope.account.clone(), checks }
}

/// The scans that are declared, by the names under which they are uploaded, each with its length in
/// bytes.
type Scans = HashMap<ScanObject, u64>;

/// The scans of letters. One that can't be read is an error of the declarations.
fn scans(letters: &[DesiredLetter]) -> Scans {
    let length = |desired: &DesiredLetter| {
        let Picture::Scan(scan) = &desired.letter.picture else { return None };
        let folder = desired.source.folder().unwrap_or(Path::new(""));
        Some((scan.object(), std::fs::metadata(folder.join(&scan.path)).ok()?.len()))
    };
    letters.iter().filter_map(length).collect()
}

/// Which files of declarations would be read, and the scans that they name.
fn declarations(scope: &Scope) -> (Check, Scans) {
    const SHOWN: usize = 10;
    let loaded = scope.declarations.load();
    let names = loaded.files.iter().map(|file| file.name().to_owned()).take(SHOWN);
    let more = loaded.files.len().saturating_sub(SHOWN);
    let names = names.chain((more > 0).then(|| format!("and {more} more")));
    let what = format!("{} in {}", counted(loaded.letters.len(), "letter"), counted(loaded.files.len(), "file"));
    let errors = loaded.count(Severity::Error);
    let scans = scans(&loaded.letters);
    let kib = scans.values().sum::<u64>().div_ceil(1024);
    let pictures = (!scans.is_empty()).then(|| format!("{}, {kib} KiB, can be read", counted(scans.len(), "scan")));
    let none = loaded.diagnostics.iter().all(|diagnostic| diagnostic.code == Code::NoDeclarations);
    let check = if errors == 0 {
        Check::ok(Declarations, what).and(pictures).and(names)
    } else if none {
        Check::warning(Declarations, "no files of declarations here").help("name their folder, or run in it")
    } else {
        let what = format!("{}; {what}", counted(errors, "error"));
        Check::failed(Declarations, what, "`letterform validate` shows them all").and(names)
    };
    (check, scans)
}

async fn service(
    checks: &mut Vec<Check>,
    service: &ServiceConfig,
    endpoint: &crate::service::Endpoint,
    chain: &Arc<DefaultChain>,
    scans: &Scans,
) {
    let found = chain.find().await;
    let role = service.access.role.as_ref().map(|role| role.arn.as_str());
    checks.push(credentials(&found, role, chain));
    let region = service.region.as_ref();
    let region = region.map_or_else(String::new, |named| format!(" (region {} from {})", named.region, named.origin));
    checks.push(Check::ok(Endpoint, format!("{endpoint}{region}")));
    let client = match service.client(endpoint.clone(), Arc::clone(chain) as Arc<dyn credentials::CredentialSource>) {
        Ok(client) => client,
        Err(error) => {
            let help = "install this system's CA certificates, or name others with --ca-file";
            checks.push(Check::failed(Reachable, error.to_string(), help));
            return skip(checks, &[ClockSubject, Signature, Caller, Permission, Upload], "nothing can be sent");
        }
    };
    match client.reach().await {
        Ok(reached) => {
            let took = reached.took.as_millis();
            checks.push(Check::ok(Reachable, format!("answered in {took} ms (HTTP {})", reached.status)));
            checks.push(clock_check(reached.clock_skew));
        }
        Err(error) => {
            let help = "check the network, HTTPS_PROXY, --ca-file, and --endpoint or --region";
            checks.push(Check::failed(Reachable, error.to_string(), help));
            return skip(
                checks,
                &[ClockSubject, Signature, Caller, Permission, Upload],
                "the endpoint is not reachable",
            );
        }
    }
    match found {
        Ok(found) => asked(checks, service, chain, (&found, scans), &client).await,
        Err(_) => skip(checks, &[Signature, Caller, Permission, Upload], "no credentials"),
    }
}

fn skip(checks: &mut Vec<Check>, subjects: &[crate::doctor::Subject], reason: &str) {
    checks.extend(subjects.iter().map(|subject| Check::skipped(*subject, format!("not tried: {reason}"))));
}

/// Where credentials are looked for, and which were found.
fn credentials(found: &Result<FoundCredentials, CredentialError>, role: Option<&str>, chain: &DefaultChain) -> Check {
    match found {
        Ok(FoundCredentials { provider, credentials, expires }) => {
            let kind = match (expires, &credentials.token) {
                (Some(expires), _) => format!(", temporary, until {expires:.0}"),
                (None, Some(_)) => ", temporary".to_owned(),
                (None, None) => String::new(),
            };
            let before = chain.providers().into_iter().take_while(|other| other != provider);
            let before: Vec<String> = before.map(|provider| provider.to_string()).collect();
            let passed = (!before.is_empty()).then(|| format!("nothing in: {}", before.join(", ")));
            let what = format!("AccessKey {} from {provider}{kind}", masked(&credentials.access_key_id));
            let role = role.map(|role| format!("with the role {role}"));
            Check::ok(Credentials, what).and(role).and(passed)
        }
        Err(error @ (CredentialError::NotFound { attempts, .. } | CredentialError::Profile { attempts, .. })) => {
            let asked = attempts.iter().map(ToString::to_string);
            let unread = match error {
                CredentialError::NotFound { unread, .. } => unread.as_slice(),
                _ => &[],
            };
            let unread = unread.iter().map(|(other, read)| format!("{other} is set but not read; use {read}"));
            let help = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, run `aliyun configure`, or \
                        name a --profile";
            Check::failed(Credentials, "none found; looked in this order:", help).and(asked.chain(unread))
        }
        Err(error @ CredentialError::Stopped { .. }) => {
            let help = "fix or remove this configuration; letterform doesn't fall back to another account";
            Check::failed(Credentials, error.to_string(), help)
        }
        Err(error) => {
            Check::failed(Credentials, error.to_string(), "sign in again, or get a new token from the CI system")
        }
    }
}

fn clock_check(skew: Option<i64>) -> Check {
    let Some(skew) = skew else {
        return Check::warning(ClockSubject, "the service does not tell what time it has");
    };
    let seconds = skew.unsigned_abs();
    let what = match skew {
        0 => "the same as the service's".to_owned(),
        1.. => format!("{seconds} s ahead of the service's"),
        _ => format!("{seconds} s behind the service's"),
    };
    let help = "set this machine's clock; requests that are more than 15 minutes off are refused";
    match skew.abs() {
        0..=SKEW_TO_TELL => Check::ok(ClockSubject, what),
        ..=SKEW_TO_FAIL => Check::warning(ClockSubject, what).help(help),
        _ => Check::failed(ClockSubject, what, help),
    }
}

/// What only a signed request can tell.
async fn asked(
    checks: &mut Vec<Check>,
    service: &ServiceConfig,
    chain: &DefaultChain,
    (found, scans): (&FoundCredentials, &Scans),
    client: &Client,
) {
    let answer = client.query(&LetterFilter::default()).await;
    let not_accepted = |subject| Check::skipped(subject, "not tried: the signature is not accepted");
    let (signature, permission) = match &answer {
        Ok(answer) => {
            let letters =
                format!("may ask for letters ({} exist)", answer.value.letters.len() + answer.value.unreadable.len());
            (Check::ok(Signature, "accepted"), Check::ok(Permission, letters))
        }
        Err(error) if is_of_the_signature(error) => {
            return checks.extend([
                refused(Signature, error),
                not_accepted(Caller),
                not_accepted(Permission),
                not_accepted(Upload),
            ]);
        }
        Err(error @ ServiceError::Answered { .. }) => (Check::ok(Signature, "accepted"), refused(Permission, error)),
        Err(error) => (Check::warning(Signature, "no answer that tells"), refused(Permission, error)),
    };
    checks.push(signature);
    checks.push(caller(service, chain, found).await);
    checks.push(permission);
    checks.push(upload(client, scans).await);
}

/// What `apply` needs besides, as far as it can be known without creating a letter. Nothing of it
/// is in the way of a plan.
async fn upload(client: &Client, scans: &Scans) -> Check {
    let all: Vec<(ScanObject, u64)> = scans.iter().map(|(object, length)| (*object, *length)).collect();
    match client.reach_upload(&all).await {
        Ok(host) => {
            let allowed = match all.len() {
                0 => String::new(),
                1 => ", and its policy allows the scan".to_owned(),
                count => format!(", and its policy allows the {count} scans"),
            };
            Check::ok(Upload, format!("{host} answers{allowed}"))
                .and(["the right to create a letter is only known when one is created".to_owned()])
        }
        Err(NoUpload::Refused(error)) => Check { verdict: CheckVerdict::Warning, ..refused(Upload, &error) },
        Err(NoUpload::Unreachable(error)) => Check::warning(Upload, error.to_string())
            .help("`apply` can't upload scans; allow this host in the firewall and the proxy"),
    }
}

fn is_of_the_signature(error: &ServiceError) -> bool {
    const STARTS: [&str; 6] = [
        "Signature",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidTimeStamp",
        "InvalidSecurityToken",
        "Missing",
    ];
    error.code().is_some_and(|code| STARTS.iter().any(|start| code.raw().starts_with(start)))
}

fn refused(subject: crate::doctor::Subject, error: &ServiceError) -> Check {
    let to_support = || format!("give the RequestId of {} to the service's support", error.operation());
    Check::failed(subject, error.to_string(), error.advice().unwrap_or_else(to_support)).request(error.request_id())
}

/// Who the service says that the caller is. Nobody needs a right to ask that.
async fn caller(service: &ServiceConfig, chain: &DefaultChain, found: &FoundCredentials) -> Check {
    let identity = match chain.caller(&found.credentials).await {
        Ok(identity) => identity,
        Err(problem) if service.account_id.is_some() => {
            let help = "the workspace file has the account's id, so STS must answer";
            return Check::failed(Caller, problem.to_string(), help);
        }
        Err(problem) => {
            return Check::warning(Caller, problem.to_string()).help("STS does not answer; plans do without it");
        }
    };
    let what = format!("{} ({}, account {})", identity.arn, identity.identity_type, identity.account_id);
    match &service.account_id {
        Some(expected) if expected.as_str() != identity.account_id => Check::failed(
            Caller,
            what,
            format!("the workspace file says account {expected}: check its profile or role"),
        ),
        _ => Check::ok(Caller, what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Operation;

    #[test]
    fn a_clock_is_told_of_when_it_is_off() {
        for (skew, verdict, word) in [
            (Some(0), CheckVerdict::Ok, "the same"),
            (Some(-60), CheckVerdict::Ok, "60 s behind"),
            (Some(61), CheckVerdict::Warning, "61 s ahead"),
            (Some(-901), CheckVerdict::Failed, "901 s behind"),
            (None, CheckVerdict::Warning, "does not tell"),
        ] {
            let check = clock_check(skew);
            assert_eq!(check.verdict, verdict);
            assert!(check.found[0].contains(word), "{:?}", check.found);
        }
    }

    #[test]
    fn a_refused_signature_is_told_from_a_refused_permission() {
        let error = |code: &str| ServiceError::answered(Operation::QuerySmsAuthorizationLetter, 400, code, "", None);
        assert!(is_of_the_signature(&error("InvalidAccessKeyId.NotFound")));
        assert!(is_of_the_signature(&error("SignatureDoesNotMatch")));
        assert!(!is_of_the_signature(&error("isp.RAM_PERMISSION_DENY")));
        assert!(!is_of_the_signature(&error("Throttling.User")));
    }
}
