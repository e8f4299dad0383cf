//! The conversation with an editor.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    thread,
};

use crossbeam_channel::{Receiver, Sender};
use jiff::civil::Date;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileSystemWatcher,
    GlobPattern, InitializeParams, PublishDiagnosticsParams, Registration, RegistrationParams,
    TextDocumentPositionParams, Uri,
    notification::{
        Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument,
        DidOpenTextDocument, DidSaveTextDocument, Notification as _, PublishDiagnostics,
    },
    request::{
        CodeActionRequest, Completion, DocumentSymbolRequest, GotoDeclaration, GotoDefinition, GotoImplementation,
        HoverRequest, PrepareRenameRequest, References, RegisterCapability, Rename, Request as _,
        WorkspaceSymbolRequest,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    abilities::{self, Editor},
    actions, completion, diagnostics,
    documents::{Documents, path_of},
    hover, navigation, position,
    previews::Previews,
};
use crate::declaration::{Asked, DecodedPictures, FileId, LiveDeclarations, Position, decode_pictures};

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The editor asked for it, as the protocol says.
    InOrder,
    /// The editor went away, or said `exit` without `shutdown`.
    OutOfOrder,
}

/// Serves an editor until it ends the session.
///
/// `asked` outranks what workspace files set, and `today` tells the day that it is in China.
///
/// # Errors
/// When the editor does not speak the protocol.
pub fn run(
    connection: &Connection,
    asked: Asked,
    today: &dyn Fn() -> Date,
) -> Result<Ended, lsp_server::ProtocolError> {
    let (id, parameters) = connection.initialize_start()?;
    let parameters: InitializeParams = serde_json::from_value(parameters).unwrap_or_default();
    let answer = serde_json::json!({
        "capabilities": abilities::of_server(),
        "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
    });
    connection.initialize_finish(id, answer)?;
    let mut session = Session::new(connection, asked, today);
    session.begin(&parameters);
    Ok(session.serve())
}

/// How many pictures are decoded before what came of them is told.
const PICTURES: usize = 200;

struct Session<'c> {
    connection: &'c Connection,
    today: &'c dyn Fn() -> Date,
    documents: Documents,
    /// Messages that wait, in their order.
    queue: VecDeque<Message>,
    /// Whether the problems are those of older texts.
    stale: bool,
    /// Files whose problems may be others than the editor was told.
    untold: BTreeSet<FileId>,
    /// What each file was last told.
    told: HashMap<FileId, Vec<lsp_types::Diagnostic>>,
    previews: Previews,
    decoded: (Sender<DecodedPictures>, Receiver<DecodedPictures>),
    /// Whether pictures are being decoded.
    decoding: bool,
    editor: Editor,
    shut_down: bool,
    next_request: i32,
}

impl<'c> Session<'c> {
    fn new(connection: &'c Connection, asked: Asked, today: &'c dyn Fn() -> Date) -> Self {
        let live = LiveDeclarations::new(asked, today());
        Self {
            connection,
            today,
            documents: Documents::new(live),
            queue: VecDeque::new(),
            stale: true,
            untold: BTreeSet::new(),
            told: HashMap::new(),
            previews: Previews::default(),
            decoded: crossbeam_channel::unbounded(),
            decoding: false,
            editor: Editor::default(),
            shut_down: false,
            next_request: 0,
        }
    }

    #[allow(deprecated, reason = "older editors have a root and no folders")]
    fn begin(&mut self, parameters: &InitializeParams) {
        let folders = parameters.workspace_folders.as_ref().filter(|folders| !folders.is_empty());
        let folders: Vec<Uri> = match folders {
            Some(folders) => folders.iter().map(|folder| folder.uri.clone()).collect(),
            None => parameters.root_uri.iter().cloned().collect(),
        };
        for folder in folders.iter().filter_map(path_of) {
            self.documents.live.add_folder(&folder);
        }
        self.editor = Editor::of(parameters);
        if self.editor.tells_of_files {
            self.watch();
        }
    }

    /// Asks the editor to tell of files that change on the disk: declarations and pictures.
    fn watch(&mut self) {
        // Emacs reads no star within braces.
        let declarations = ["**/letters.{yaml,yml}", "**/*.letters.{yaml,yml}", "**/letterform.yaml"];
        let pictures = "**/*.{jpg,jpeg,png,gif,JPG,JPEG,PNG,GIF}";
        let watchers = declarations.into_iter().chain([pictures]);
        let watchers =
            watchers.map(|glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.into()), kind: None });
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.collect() };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        self.next_request += 1;
        let id = RequestId::from(self.next_request);
        let parameters = RegistrationParams { registrations: vec![registration] };
        self.send(Request::new(id, RegisterCapability::METHOD.to_owned(), parameters).into());
    }

    fn serve(&mut self) -> Ended {
        let inbox = unbounded(self.connection.receiver.clone());
        loop {
            self.queue.extend(inbox.try_iter());
            if let Some(message) = self.queue.pop_front() {
                if let Some(ended) = self.take(message) {
                    return ended;
                }
                continue;
            }
            // What is said of a text that changes again at once is of no use.
            if self.stale || !self.untold.is_empty() {
                self.tell();
                continue;
            }
            crossbeam_channel::select! {
                recv(inbox) -> message => match message {
                    Ok(message) => self.queue.push_back(message),
                    Err(_) => return Ended::OutOfOrder,
                },
                recv(self.decoded.1) -> decoded => if let Ok(decoded) = decoded {
                    self.decoding = false;
                    self.documents.live.know(decoded);
                    self.stale = true;
                },
            }
        }
    }

    fn take(&mut self, message: Message) -> Option<Ended> {
        match message {
            Message::Request(request) => self.answer(request),
            Message::Notification(notification) if notification.method == "exit" => {
                return Some(if self.shut_down { Ended::InOrder } else { Ended::OutOfOrder });
            }
            Message::Notification(notification) => self.hear(notification),
            Message::Response(_) => {}
        }
        None
    }

    fn send(&self, message: Message) {
        // An editor that is gone is noticed where messages are received.
        let _ = self.connection.sender.send(message);
    }

    /// Judges the declarations and sends what is new.
    fn tell(&mut self) {
        self.refresh();
        for file in std::mem::take(&mut self.untold) {
            let new = diagnostics::of_file(&self.documents, file);
            let old = self.told.get(&file);
            if old == Some(&new) || old.is_none() && new.is_empty() {
                continue;
            }
            let Some(uri) = self.documents.uri(file) else { continue };
            let version = self.documents.version(file);
            let parameters = PublishDiagnosticsParams { uri, diagnostics: new.clone(), version };
            self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), parameters).into());
            self.told.insert(file, new);
        }
    }

    /// Judges the texts as they are now. What is new is told when no message waits.
    fn refresh(&mut self) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        self.documents.live.on_day((self.today)());
        self.untold.extend(self.documents.live.judge());
        let mut wanted = self.documents.live.wanted_pictures();
        // The others are wanted again when these are known.
        wanted.truncate(PICTURES);
        if !wanted.is_empty() && !std::mem::replace(&mut self.decoding, true) {
            let decoded = self.decoded.0.clone();
            thread::spawn(move || decoded.send(decode_pictures(wanted)));
        }
    }

    fn hear(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Some(DidOpenTextDocumentParams { text_document: text }) = parsed(params) else { return };
                self.documents.open(&text.uri, text.version, &text.text);
            }
            DidChangeTextDocument::METHOD => {
                let Some(DidChangeTextDocumentParams { text_document: text, content_changes }) = parsed(params) else {
                    return;
                };
                self.documents.change(&text.uri, text.version, &content_changes);
            }
            DidCloseTextDocument::METHOD => {
                let Some(DidCloseTextDocumentParams { text_document: text }) = parsed(params) else { return };
                self.documents.close(&text.uri);
            }
            DidSaveTextDocument::METHOD if !self.editor.tells_of_files => self.documents.live.look_around(),
            DidChangeWatchedFiles::METHOD => {
                let Some(DidChangeWatchedFilesParams { changes }) = parsed(params) else { return };
                let paths: Vec<_> = changes.iter().filter_map(|change| path_of(&change.uri)).collect();
                self.documents.live.changed_on_disk(&paths);
            }
            DidChangeWorkspaceFolders::METHOD => {
                let Some(DidChangeWorkspaceFoldersParams { event }) = parsed(params) else { return };
                for folder in event.removed.iter().filter_map(|folder| path_of(&folder.uri)) {
                    self.documents.live.remove_folder(&folder);
                }
                for folder in event.added.iter().filter_map(|folder| path_of(&folder.uri)) {
                    self.documents.live.add_folder(&folder);
                }
            }
            // What changed before is told all the same.
            _ => return,
        }
        self.stale = true;
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let answer = if self.is_cancelled(&id) {
            Err((ErrorCode::RequestCanceled, "the request was cancelled".to_owned()))
        } else if method == "shutdown" {
            self.shut_down = true;
            Ok(Some(Value::Null))
        } else if self.shut_down {
            Err((ErrorCode::InvalidRequest, "the server was shut down".to_owned()))
        } else {
            self.result(&id, &method, params)
        };
        if let Some(answer) = answer.transpose() {
            self.send(response(id, answer));
        }
    }

    /// Answers a request by work that takes a while, without keeping others waiting.
    fn answer_later(&self, id: &RequestId, work: impl FnOnce() -> Result<Value, Failure> + Send + 'static) {
        let (id, editor) = (id.clone(), self.connection.sender.clone());
        thread::spawn(move || editor.send(response(id, work())).is_ok());
    }

    /// Whether the editor took a request back that it still waits for.
    fn is_cancelled(&self, id: &RequestId) -> bool {
        let number = |id: &RequestId| serde_json::to_value(id).ok();
        self.queue.iter().any(|message| match message {
            Message::Notification(notification) if notification.method == Cancel::METHOD => {
                notification.params.get("id") == number(id).as_ref()
            }
            _ => false,
        })
    }

    /// The result of a request; `None` for one that is answered later.
    fn result(&mut self, id: &RequestId, method: &str, params: Value) -> Result<Option<Value>, Failure> {
        self.documents.live.read();
        let documents = &self.documents;
        let result = match method {
            HoverRequest::METHOD => {
                self.refresh();
                let at = self.position(params)?;
                let shown = at.map(|at| hover::hover(&self.documents, at, (self.today)()));
                match shown {
                    Some(shown) if self.editor.shows_pictures && shown.scan.is_some() => {
                        let previews = self.previews.clone();
                        self.answer_later(id, move || json(&shown.pictured(&previews)));
                        return Ok(None);
                    }
                    shown => json(&shown.and_then(hover::Shown::linked)),
                }
            }
            CodeActionRequest::METHOD => {
                self.refresh();
                let parameters: lsp_types::CodeActionParams = wanted(params)?;
                let (uri, only) = (&parameters.text_document.uri, parameters.context.only.as_deref());
                let Some(file) = self.documents.file(uri) else { return Ok(Some(Value::Null)) };
                json(&actions::actions(&self.documents, (uri, file, parameters.range), only))
            }
            Completion::METHOD => {
                let at = self.position(params)?;
                json(&at.map(|(file, at)| completion::completion(documents, file, at)))
            }
            GotoDefinition::METHOD => self.places(params, navigation::definition),
            GotoDeclaration::METHOD => self.places(params, navigation::predecessors),
            GotoImplementation::METHOD => self.places(params, navigation::defaults),
            References::METHOD => self.places(params, navigation::references),
            DocumentSymbolRequest::METHOD => {
                let parameters: lsp_types::DocumentSymbolParams = wanted(params)?;
                let file = documents.file(&parameters.text_document.uri);
                json(&file.map(|file| navigation::symbols(documents, file)))
            }
            WorkspaceSymbolRequest::METHOD => {
                let parameters: lsp_types::WorkspaceSymbolParams = wanted(params)?;
                json(&navigation::workspace_symbols(documents, &parameters.query))
            }
            PrepareRenameRequest::METHOD => {
                let at = self.position(params)?;
                json(&at.and_then(|(file, at)| navigation::renamable(documents, file, at)))
            }
            Rename::METHOD => {
                let parameters: lsp_types::RenameParams = wanted(params)?;
                let at = self.place(&parameters.text_document_position);
                let (file, at) = at.ok_or((ErrorCode::RequestFailed, "the file is no declaration".to_owned()))?;
                let edit = navigation::rename(documents, file, at, &parameters.new_name);
                json(&edit.map_err(|message| (ErrorCode::RequestFailed, message))?)
            }
            _ => Err((ErrorCode::MethodNotFound, format!("{method} is not supported"))),
        };
        result.map(Some)
    }

    fn places(
        &self,
        params: Value,
        find: fn(&Documents, FileId, Position) -> Vec<lsp_types::Location>,
    ) -> Result<Value, Failure> {
        let at = self.position(params)?;
        json(&at.map(|(file, at)| find(&self.documents, file, at)))
    }

    /// The file and the position of a request; `None` for a file that is none of declarations.
    fn position(&self, params: Value) -> Result<Option<(FileId, Position)>, Failure> {
        let parameters: TextDocumentPositionParams = wanted(params)?;
        Ok(self.place(&parameters))
    }

    fn place(&self, parameters: &TextDocumentPositionParams) -> Option<(FileId, Position)> {
        let file = self.documents.file(&parameters.text_document.uri)?;
        Some((file, position::place(self.documents.live.source(file), parameters.position)))
    }
}

/// The messages of a channel, in one that takes all that come: those that wait are seen.
fn unbounded(messages: Receiver<Message>) -> Receiver<Message> {
    let (all, inbox) = crossbeam_channel::unbounded();
    thread::spawn(move || {
        messages.into_iter().all(|message| all.send(message).is_ok());
    });
    inbox
}

/// Why a request has no result.
type Failure = (ErrorCode, String);

fn response(id: RequestId, answer: Result<Value, Failure>) -> Message {
    Message::Response(match answer {
        Ok(result) => Response::new_ok(id, result),
        Err((code, message)) => Response::new_err(id, code as i32, message),
    })
}

fn parsed<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

fn wanted<T: DeserializeOwned>(params: Value) -> Result<T, Failure> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn json(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_is_told_whatever_else_is_said() {
        let (server, editor) = Connection::memory();
        let today = || jiff::civil::date(2026, 6, 1);
        let mut session = Session::new(&server, Asked::default(), &today);
        let document =
            json!({"uri": "file:///a/letters.yaml", "languageId": "yaml", "version": 1, "text": "letters: []"});
        let opened = (DidOpenTextDocument::METHOD, json!({"textDocument": document}));
        for (method, parameters) in [opened, ("$/setTrace", json!({"value": "off"}))] {
            session.hear(Notification::new(method.to_owned(), parameters));
        }
        assert!(session.stale);
        session.tell();
        let Some(Message::Notification(told)) = editor.receiver.try_iter().next() else { panic!("told nothing") };
        assert_eq!(told.params["diagnostics"][0]["code"], "LF-version-missing");
    }

    #[test]
    fn a_request_that_the_editor_takes_back_while_it_waits_has_no_result() {
        let (server, editor) = Connection::memory();
        let today = || jiff::civil::date(2026, 6, 1);
        let mut session = Session::new(&server, Asked::default(), &today);
        session.queue.push_back(Notification::new(Cancel::METHOD.to_owned(), json!({"id": 7})).into());
        for id in [7, 8] {
            session.answer(Request::new(id.into(), WorkspaceSymbolRequest::METHOD.to_owned(), json!({"query": ""})));
        }
        let answers: Vec<Message> = editor.receiver.try_iter().collect();
        let codes: Vec<Option<i32>> = answers
            .into_iter()
            .map(|message| match message {
                Message::Response(response) => response.response_result.err().map(|error| error.code),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(codes, [Some(ErrorCode::RequestCanceled as i32), None]);
    }
}
