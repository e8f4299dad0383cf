//! The options of every command that talks to the service.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use clap::ValueEnum;

use super::variables::Variables;
use crate::{
    accounts::Accounts,
    clock::Clock,
    credentials::{ConfiguredRegion, Environment},
    declaration::workspace::{Access, Account, Settings},
    endpoint::{Endpoint, Region},
    escape::shell_word,
    run::{ServiceConfig, ServiceLocation},
    service::{Roots, SignatureForm},
};

/// Where the sandbox keeps its letters.
const SANDBOX: &str = ".letterform/sandbox";

/// The largest file of certificates, in bytes.
const MAX_CA_FILE: u64 = 16 << 20;

/// Options of every command that talks to the service.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Service")]
#[allow(clippy::doc_markdown, reason = "the help names variables as it names defaults")]
pub(crate) struct ServiceArgs {
    /// Endpoint of the service, such as dysmsapi.aliyuncs.com; plain http for loopback addresses
    /// only [env: LETTERFORM_ENDPOINT]
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    endpoint: Option<String>,
    /// Region, such as cn-hangzhou [env: LETTERFORM_REGION] [default: that of the profile, or
    /// cn-hangzhou]
    #[arg(long, value_name = "ID", conflicts_with = "endpoint")]
    region: Option<Region>,
    /// Profile of the Alibaba Cloud CLI [env: LETTERFORM_PROFILE]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Signature version of requests
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    signature: Form,
    /// Maximum number of concurrent requests [env: LETTERFORM_PARALLELISM] [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    parallelism: Option<u16>,
    /// Timeout of a request, in seconds [env: LETTERFORM_TIMEOUT] [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: Option<u64>,
    /// File with additional trusted root certificates (PEM)
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Use an emulator inside this process instead of the service, its letters kept under DIR
    /// [default: .letterform/sandbox]
    // Without the sign of equality it would take the PATH that follows it.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = SANDBOX)]
    #[cfg_attr(not(feature = "emulator"), arg(hide = true))]
    sandbox: Option<PathBuf>,
}

/// The forms of signatures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// RPC, HMAC-SHA1
    V1,
    /// ACS3-HMAC-SHA256
    #[default]
    V3,
}

impl ServiceArgs {
    /// The same, with what the variables say where the command line says nothing.
    pub(crate) fn or_environment(&self, variables: &Variables<'_>) -> anyhow::Result<Self> {
        let mut args = self.clone();
        // A place on the command line outranks each place in the environment.
        if args.sandbox.is_none() && args.endpoint.is_none() && args.region.is_none() {
            args.endpoint = variables.text("LETTERFORM_ENDPOINT");
            args.region = variables.parse("LETTERFORM_REGION")?;
            if args.endpoint.is_some() && args.region.is_some() {
                bail!("LETTERFORM_ENDPOINT and LETTERFORM_REGION are both set; unset one of them");
            }
        }
        args.profile = args.profile.or_else(|| variables.text("LETTERFORM_PROFILE"));
        if args.parallelism.is_none() {
            args.parallelism = variables.number("LETTERFORM_PARALLELISM", Settings::PARALLELISM)?;
        }
        if args.timeout.is_none() {
            args.timeout = variables.number("LETTERFORM_TIMEOUT", Settings::TIMEOUT)?;
        }
        Ok(args)
    }

    /// The service of an account, or of the arguments alone. What the arguments say outranks what
    /// the workspace says.
    pub(crate) fn resolve(
        &self,
        settings: &Settings,
        account: Option<&Account>,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<ServiceConfig> {
        let region = self.region(account)?;
        let location = match (&self.sandbox, &self.endpoint, &self.region, account) {
            (Some(folder), .., None) => ServiceLocation::Sandbox(folder.clone()),
            // Each account has letters of its own, in the sandbox as at the service.
            (Some(folder), .., Some(account)) => ServiceLocation::Sandbox(folder.join(account.name.as_str())),
            (None, Some(url), ..) => ServiceLocation::Remote(Endpoint::parse(url)?),
            (None, None, None, Some(account)) => ServiceLocation::Remote(account.endpoint.clone()),
            (None, None, ..) => {
                ServiceLocation::Remote(region.as_ref().map(|named| named.region).unwrap_or_default().endpoint())
            }
        };
        let access = match (&self.profile, account) {
            (Some(profile), _) => Access { profile: Some(profile.clone()), role: None },
            (None, Some(account)) => account.access.clone(),
            (None, None) => Access::default(),
        };
        Ok(ServiceConfig {
            location,
            region,
            access,
            account_id: account.and_then(|account| account.id.clone()),
            signature: match self.signature {
                Form::V1 => SignatureForm::V1,
                Form::V3 => SignatureForm::V3,
            },
            connections: self.parallelism(settings),
            timeout: Duration::from_secs(self.timeout.or(settings.timeout).unwrap_or(30)),
            roots: self.roots()?,
            clock: Arc::clone(clock),
        })
    }

    /// How many requests may be under way at once.
    pub(crate) fn parallelism(&self, settings: &Settings) -> usize {
        self.parallelism.or(settings.parallelism).unwrap_or(8).into()
    }

    /// The region that decides on the endpoint: the option's, the account's, or that of the
    /// official tools' configuration.
    fn region(&self, account: Option<&Account>) -> anyhow::Result<Option<ConfiguredRegion>> {
        let named = |region, origin: &str| ConfiguredRegion { region, origin: origin.to_owned() };
        if let Some(region) = self.region {
            return Ok(Some(named(region, "--region")));
        }
        if let Some(account) = account {
            return Ok(account.region.map(|region| named(region, "the workspace file")));
        }
        if self.sandbox.is_some() || self.endpoint.is_some() {
            return Ok(None);
        }
        let configured = Environment::of_process().region(self.profile.as_deref());
        let configured = configured.map_err(|problem| anyhow!("{problem}"))?;
        if let Some(ConfiguredRegion { region, origin }) =
            configured.as_ref().filter(|named| !named.region.is_mainland())
        {
            tracing::warn!(
                "region {region} ({origin}) has an endpoint outside mainland China; use --region cn-hangzhou for the main one"
            );
        }
        Ok(configured)
    }

    fn roots(&self) -> anyhow::Result<Roots> {
        let Some(path) = &self.ca_file else { return Ok(Roots::default()) };
        let wrong = || format!("can't use --ca-file {}", path.display());
        if std::fs::metadata(path).is_ok_and(|kind| kind.len() > MAX_CA_FILE) {
            bail!("{}: larger than {} MiB", wrong(), MAX_CA_FILE >> 20);
        }
        Roots::from_pem(&std::fs::read(path).with_context(wrong)?).with_context(wrong)
    }

    /// The options without which a saved plan would be applied elsewhere, as a shell reads them.
    pub(crate) fn to_repeat(&self) -> String {
        let mut out = String::new();
        let mut add = |option: &str, value: Option<&str>| {
            if let Some(value) = value {
                let word = shell_word(value);
                out.extend([" ", option, "=", &word]);
            }
        };
        let path = |path: &PathBuf| path.display().to_string();
        add("--sandbox", self.sandbox.as_ref().map(path).as_deref());
        add("--endpoint", self.endpoint.as_deref());
        add("--region", self.region.as_ref().map(ToString::to_string).as_deref());
        add("--profile", self.profile.as_deref());
        add("--ca-file", self.ca_file.as_ref().map(path).as_deref());
        if matches!(self.signature, Form::V1) {
            add("--signature", Some("v1"));
        }
        out
    }

    /// Refuses what can't be meant for several accounts at once.
    pub(crate) fn check_for<T>(&self, accounts: &Accounts<T>) -> anyhow::Result<()> {
        if self.profile.is_some() && matches!(accounts, Accounts::Workspace(all) if all.len() > 1) {
            bail!(
                "one profile (--profile or LETTERFORM_PROFILE) would be used for every account of the workspace; add --account NAME"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        service: ServiceArgs,
    }

    fn args(line: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<ServiceArgs> {
        let variable =
            |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned());
        let line = std::iter::once("letterform").chain(line.iter().copied());
        Command::try_parse_from(line)?.service.or_environment(&Variables(&variable))
    }

    #[test]
    fn variables_stand_in_for_options_and_the_command_line_outranks_them() {
        let all = [
            ("LETTERFORM_ENDPOINT", "dysmsapi.ap-southeast-1.aliyuncs.com"),
            ("LETTERFORM_PROFILE", "ci"),
            ("LETTERFORM_PARALLELISM", "2"),
            ("LETTERFORM_TIMEOUT", "5"),
        ];
        let set = args(&[], &all).expect("good");
        assert_eq!((set.endpoint.as_deref(), set.profile.as_deref()), (Some(all[0].1), Some("ci")));
        assert_eq!((set.parallelism, set.timeout), (Some(2), Some(5)));
        for place in ["--sandbox", "--region=cn-hangzhou"] {
            assert_eq!(args(&[place], &all).expect("good").endpoint, None, "{place}");
        }
        let line = ["--parallelism=9", "--timeout=7", "--profile=me"];
        let line = args(&line, &all).expect("good");
        assert_eq!((line.parallelism, line.timeout, line.profile.as_deref()), (Some(9), Some(7), Some("me")));
    }

    #[test]
    fn a_variable_with_a_bad_value_is_named() {
        for (name, value) in [
            ("LETTERFORM_PARALLELISM", "0"),
            ("LETTERFORM_PARALLELISM", "257"),
            ("LETTERFORM_TIMEOUT", "soon"),
            ("LETTERFORM_REGION", "cn-nowhere"),
        ] {
            let error = args(&[], &[(name, value)]).expect_err(value).to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
        let both = [("LETTERFORM_ENDPOINT", "https://a"), ("LETTERFORM_REGION", "cn-hangzhou")];
        assert!(args(&[], &both).expect_err("both").to_string().contains("unset one"));
    }
}
