//! `letterform emulator`: a stand-in for the service on this machine.

use std::{
    fs, io,
    io::Write,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use anyhow::{Context, bail};

use super::{Exit, failure, files, interrupt};
use crate::{
    emulator::{
        AccessKey, Emulator, EmulatorOptions, Limits, PolicyForm, Running, StateFile, StateLocation,
        faults::{FaultRule, Faults},
    },
    escape::visible,
    retry::Shutdown,
};

/// Serve the API and the object upload on this machine, for rehearsals and tests
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Export a state as JSON
    Export {
        #[command(flatten)]
        state: State,
        /// File to write [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Import letters and objects into a state, all or none
    Import {
        /// File to read
        file: PathBuf,
        #[command(flatten)]
        state: State,
    },
}

#[derive(Debug, clap::Args)]
struct State {
    /// Folder for letters and uploads, or `:memory:`
    #[arg(long = "state", value_name = "DIR", default_value = ".letterform/emulator")]
    location: String,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// Address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8025", value_parser = host_and_port)]
    listen: String,
    #[command(flatten)]
    state: State,
    /// Listen on an address that other machines can reach; they can use the admin endpoint too
    #[arg(long)]
    allow_remote: bool,
    /// AccessKey to accept, as `ID:SECRET`, `ID:SECRET@ACCOUNT` or `ID:SECRET:TOKEN@ACCOUNT`
    /// (repeatable)
    #[arg(long = "access-key", value_name = "ID:SECRET", value_parser = access_key)]
    access_keys: Vec<AccessKey>,
    /// Fault to inject, as `OPERATION FAULT [call=N | p=P [seed=N]]`, such as 'create cut-after
    /// call=3' (repeatable)
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<FaultRule>,
    /// Form of the upload policies: `eq-filename`, `fixed-key`, `starts-with`, `any-prefix`,
    /// `object`, `fixed-object`, `no-key`, or a JSON array of conditions
    #[arg(long, value_name = "FORM", default_value_t)]
    upload_policy: PolicyForm,
    /// Also serve the ECS metadata service with this role: every client gets a key
    #[arg(long, value_name = "ROLE", value_parser = role_name)]
    metadata_role: Option<String>,
    /// Initial letters and objects, as `export` writes them (for `:memory:` and new folders)
    #[arg(long, value_name = "FILE")]
    import: Option<PathBuf>,
}

/// `ADDRESS:PORT` or `HOST:PORT`.
fn host_and_port(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
    match port.map(str::parse::<u16>) {
        Some(Ok(_)) => Ok(text.to_owned()),
        _ => Err("expected an address and a port, such as `127.0.0.1:8025` or `localhost:0`".to_owned()),
    }
}

fn role_name(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || !text.chars().all(good) {
        return Err("a role's name is made of letters, digits, `-`, `_` and `.`".to_owned());
    }
    Ok(text.to_owned())
}

/// Parses an AccessKey; a message about one must not repeat it.
fn access_key(text: &str) -> Result<AccessKey, String> {
    text.parse().map_err(|error: crate::emulator::AccountError| error.to_string())
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no async runtime")?;
    match &args.command {
        None => runtime.block_on(serve(&args.serve)),
        Some(Command::Export { state, out }) => runtime.block_on(export(state, out.as_ref())),
        Some(Command::Import { file, state }) => runtime.block_on(import(file, state)),
    }
}

async fn serve(args: &Serve) -> anyhow::Result<Exit> {
    let addresses = resolve(&args.listen).await?;
    if let Some(remote) = addresses.iter().find(|address| !args.allow_remote && !is_loopback(address.ip())) {
        bail!(
            "{remote} can be reached from other machines; listen on a loopback address such as 127.0.0.1:{}, or say --allow-remote",
            remote.port()
        );
    }
    let access_keys = access_keys(args.access_keys.clone())?;
    let emulator = open(
        &args.state,
        access_keys.clone(),
        Faults(args.faults.clone()),
        args.upload_policy.clone(),
        args.metadata_role.as_deref(),
    )?;
    if let Some(file) = &args.import {
        emulator.import(read(file)?)?;
    }
    let running = emulator.listen(&addresses).await?;
    let stop = Shutdown::new();
    interrupt::hand_over(&stop, "finishing requests under way");
    announce(&running, &access_keys, args).context("standard output can't be written")?;
    stop.requested().await;
    running.shutdown().await?;
    Ok(Exit::Done)
}

/// The addresses of a host and port, those of version 4 first: most of what prints or reads
/// `http://ADDRESS` expects one.
async fn resolve(listen: &str) -> anyhow::Result<Vec<SocketAddr>> {
    let found = tokio::net::lookup_host(listen).await;
    let mut addresses: Vec<_> =
        found.with_context(|| format!("{} is not the name of an address to listen on", visible(listen)))?.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    Ok(addresses)
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn open(
    state: &State,
    access_keys: Vec<AccessKey>,
    faults: Faults,
    upload_policy: PolicyForm,
    metadata_role: Option<&str>,
) -> anyhow::Result<Emulator> {
    let state = StateLocation::from(state.location.as_str());
    let (clock, metadata_role) = (super::clock()?, metadata_role.map(str::to_owned));
    let limits = Limits::default();
    let options = EmulatorOptions { state, access_keys, faults, upload_policy, clock, metadata_role, limits };
    let emulator = Emulator::open(options)?;
    warn_of(&emulator);
    Ok(emulator)
}

/// Says what somebody should know who uses the state.
fn warn_of(emulator: &Emulator) {
    if let Some(warning) = emulator.warning() {
        failure::warn(warning);
    }
}

/// The AccessKeys that were given, and the one of the environment; the default one when there is
/// neither.
fn access_keys(mut given: Vec<AccessKey>) -> anyhow::Result<Vec<AccessKey>> {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let pair = (variable("ALIBABA_CLOUD_ACCESS_KEY_ID"), variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET"));
    if let (Some(id), Some(secret)) = pair
        && !given.iter().any(|key| key.id() == id)
    {
        let key = AccessKey::new(&id, &secret).context("the AccessKey of the environment can't be used")?;
        given.push(match variable("ALIBABA_CLOUD_SECURITY_TOKEN") {
            Some(token) => key.with_token(&token),
            None => key,
        });
    }
    if given.is_empty() {
        given.push(AccessKey::default());
    }
    Ok(given)
}

/// Says where it listens and how to talk to it. The first line is for programs that wait for it;
/// all lines are written at once, so that such a program may stop reading after it.
fn announce(running: &Running, access_keys: &[AccessKey], args: &Serve) -> io::Result<()> {
    let endpoint = running.endpoint();
    let mut lines = vec![format!(
        "letterform emulator listening on http://{} (an emulator: nothing here reaches Alibaba Cloud)",
        running.address()
    )];
    lines.push(match args.state.location.as_str() {
        ":memory:" => "  state        in memory: it is gone when this ends".to_owned(),
        folder => format!("  state        {}", visible(folder)),
    });
    let key_line = |key: &AccessKey| format!("  AccessKey    {} (account {})", visible(key.id()), key.account());
    lines.extend(access_keys.iter().map(key_line));
    lines.push(format!("  admin        {endpoint}/_emulator"));
    lines.extend(args.faults.iter().map(|fault| format!("  fault        {fault}")));
    if !is_loopback(running.address().ip()) {
        lines.push("  REMOTE       other machines can reach this emulator and its admin endpoint".to_owned());
    }
    let key = &access_keys[0];
    let secret = if key.secret == AccessKey::DEFAULT.1 { AccessKey::DEFAULT.1 } else { "(its secret)" };
    lines.push(format!("To use it:\n  export ALIBABA_CLOUD_ACCESS_KEY_ID={}", visible(key.id())));
    lines.push(format!("  export ALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}"));
    lines.push(format!("  letterform plan --endpoint {endpoint}\n"));
    io::stdout().write_all(lines.join("\n").as_bytes())
}

fn read(file: &PathBuf) -> anyhow::Result<StateFile> {
    let text = fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not an exported state", file.display()))
}

async fn export(state: &State, out: Option<&PathBuf>) -> anyhow::Result<Exit> {
    if let StateLocation::Folder(folder) = StateLocation::from(state.location.as_str())
        && !folder.is_dir()
    {
        bail!("there is no state in {}; name its folder with --state", folder.display());
    }
    let emulator = open(state, Vec::new(), Faults::default(), PolicyForm::default(), None)?;
    let mut text = serde_json::to_string_pretty(&emulator.export()?)?;
    text.push('\n');
    emulator.close().await?;
    match out {
        Some(file) => files::write(file, text.as_bytes())?,
        None => files::print(text.as_bytes())?,
    }
    Ok(Exit::Done)
}

async fn import(file: &PathBuf, state: &State) -> anyhow::Result<Exit> {
    let content = read(file)?;
    let emulator = open(state, Vec::new(), Faults::default(), PolicyForm::default(), None)?;
    let imported = emulator.import(content)?;
    emulator.close().await?;
    files::print_styled(&format!(
        "Imported into {}: letters {}, objects {}, signatures {}, qualifications {}\n",
        visible(&state.location),
        imported.letters,
        imported.objects,
        imported.signatures,
        imported.qualifications
    ))?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_bad_access_key_are_not_repeated() {
        let message = access_key("LTAI1:hush@").expect_err("no account");
        assert!(!message.contains("hush"), "{message}");
    }
}
