//! `~/.alibabacloud/credentials`, an INI file with a section a profile.

use std::{collections::HashMap, path::PathBuf};

use super::{
    Environment, ProviderError, Secret,
    error::{absent, unusable},
    key::key,
    source::{RoleWords, Source},
};

/// The files that may hold them: the one that the environment names, or those that the official
/// packages look for.
pub(super) fn paths(environment: &Environment) -> Vec<PathBuf> {
    const VARIABLE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
    if environment.has(VARIABLE) {
        return environment.file(VARIABLE, "").into_iter().collect();
    }
    [".alibabacloud/credentials", ".alibabacloud/credentials.ini"]
        .into_iter()
        .filter_map(|path| environment.file(VARIABLE, path))
        .collect()
}

/// What the file says of one profile: the one asked for, the one in `ALIBABA_CLOUD_PROFILE`, or
/// `default`.
pub(super) fn source(text: &str, environment: &Environment, profile: Option<&str>) -> Result<Source, ProviderError> {
    let name = match profile {
        Some(profile) => profile.to_owned(),
        None => environment.variable("ALIBABA_CLOUD_PROFILE")?.unwrap_or_else(|| "default".to_owned()),
    };
    let mut section = section(text, &name)?.ok_or_else(|| absent(&format!("no section [{name}]{}", others(text))))?;
    let kind = section.remove("type").unwrap_or_default();
    // Another text may be a secret in the wrong line.
    let shown = KINDS.iter().find(|known| **known == kind).map_or_else(String::new, |kind| format!(" ({kind})"));
    section_source(&kind, section, environment).map_err(|problem| problem.within(&format!("section [{name}]{shown}")))
}

/// The types of sections.
const KINDS: [&str; 5] = ["access_key", "sts", "ram_role_arn", "oidc_role_arn", "ecs_ram_role"];

/// The names of a key's parts.
const KEY: [&str; 3] = ["access_key_id", "access_key_secret", "security_token"];

/// The sections of the file, to be shown when another was meant.
fn others(text: &str) -> String {
    let names = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']')).map(str::to_owned);
    super::source::listed(names)
}

fn section_source(
    kind: &str,
    mut section: HashMap<String, String>,
    environment: &Environment,
) -> Result<Source, ProviderError> {
    let mut take = |name: &str| section.remove(name);
    match kind {
        "access_key" => {
            key(KEY, take("access_key_id"), take("access_key_secret").map(Secret::new), None).map(Source::Static)
        }
        "sts" => {
            let (secret, token) = (take("access_key_secret"), take("security_token"));
            key(KEY, take("access_key_id"), secret.map(Secret::new), token.map(Secret::new)).map(Source::Static)
        }
        "ram_role_arn" => {
            let source = key(KEY, take("access_key_id"), take("access_key_secret").map(Secret::new), None)?;
            let role = role_words(&mut take).resolve(environment)?;
            Ok(Source::Role { source: Box::new(Source::Static(source)), role })
        }
        "oidc_role_arn" => {
            let (provider, file) = (take("oidc_provider_arn"), take("oidc_token_file_path"));
            Source::oidc(provider, file, role_words(&mut take), environment)
        }
        "ecs_ram_role" => Ok(Source::Ecs { role_name: take("role_name") }),
        "" => Err(unusable("missing `type`")),
        _ => Err(unusable(&format!("unknown `type`, expected one of {}", KINDS.join(", ")))),
    }
}

fn role_words(take: &mut impl FnMut(&str) -> Option<String>) -> RoleWords {
    RoleWords {
        arn: take("role_arn"),
        session_name: take("role_session_name"),
        policy: take("policy"),
        ..RoleWords::default()
    }
}

/// The settings of a section; their names are in lower case. What is no setting is passed over, but
/// what is said twice is refused, as the official packages do.
fn section(text: &str, wanted: &str) -> Result<Option<HashMap<String, String>>, ProviderError> {
    let twice = |line: usize| unusable(&format!("section [{wanted}]: duplicate entry in line {}", line + 1));
    let mut found: Option<HashMap<String, String>> = None;
    let mut inside = false;
    for (number, line) in text.trim_start_matches('\u{feff}').lines().map(str::trim).enumerate() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            inside = name == wanted;
            if inside && found.replace(HashMap::new()).is_some() {
                return Err(twice(number));
            }
        } else if inside
            && !line.starts_with(['#', ';'])
            && let Some((name, value)) = line.split_once(['=', ':'])
            && let Some(section) = &mut found
        {
            let value = value.split('#').next().unwrap_or_default().trim();
            if section.insert(name.trim().to_lowercase(), value.to_owned()).is_some() {
                return Err(twice(number));
            }
        }
    }
    Ok(found)
}
