//! Large answers, written as JSON where they are computed.
//!
//! The framework makes a tree of values of each answer and then a text of the tree, both in the one task that also reads: the outline of a large
//! inventory held back edits and cost several times what computing it does. An answer that was written on the pool goes through the framework as a
//! mark, and its text is put in the place of the mark on the way out.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use serde_json::Value;
use tokio::io::AsyncWrite;
use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;

/// How a message with a mark begins. No result of ours begins with a NUL.
const BEFORE: &[u8] = br#"{"jsonrpc":"2.0","result":"#;
const MARK: &[u8] = br#""\u0000"#;

/// So many bytes may wait for a client that does not read.
const MAX_WAITING: usize = 1 << 20;

/// The texts that wait for their marks, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    n: u64,
    texts: BTreeMap<u64, String>,
}

impl Written {
    /// Keeps the text of an answer; the mark for it.
    pub(crate) fn keep(&self, text: String) -> Value {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.n += 1;
        let n = waiting.n;
        waiting.texts.insert(n, text);
        Value::String(format!("\0{n}"))
    }

    /// The message with the text in the place of its mark; `None` for one without a mark.
    fn put_in(&self, message: &[u8]) -> Option<Vec<u8>> {
        let marked = message.strip_prefix(BEFORE)?.strip_prefix(MARK)?;
        let end = marked.iter().position(|&byte| byte == b'"')?;
        let n: u64 = std::str::from_utf8(&marked[..end]).ok()?.parse().ok()?;
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner).texts.remove(&n)?;
        Some([BEFORE, text.as_bytes(), &marked[end + 1..]].concat())
    }
}

/// The way out: messages with a header each, in pieces of any size.
pub(crate) struct Outlet<W> {
    inner: W,
    written: Written,
    /// The beginning of a message whose end is not there yet.
    begun: Vec<u8>,
    /// What goes out.
    waiting: Vec<u8>,
}

impl<W> Outlet<W> {
    pub(crate) fn new(inner: W, written: Written) -> Self {
        Self { inner, written, begun: Vec::new(), waiting: Vec::new() }
    }

    /// Moves the complete messages to what goes out.
    fn sort(&mut self) {
        let mut at = 0;
        while let Some((header, length)) = header(&self.begun[at..]) {
            let Some(message) = self.begun.get(at + header..at + header + length) else { break };
            match self.written.put_in(message) {
                Some(whole) => {
                    self.waiting.extend_from_slice(format!("Content-Length: {}\r\n\r\n", whole.len()).as_bytes());
                    self.waiting.extend_from_slice(&whole);
                }
                None => self.waiting.extend_from_slice(&self.begun[at..at + header + length]),
            }
            at += header + length;
        }
        self.begun.drain(..at);
    }
}

impl<W: AsyncWrite + Unpin> Outlet<W> {
    fn poll_empty(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut n_gone = 0;
        let outcome = loop {
            if n_gone == self.waiting.len() {
                break Poll::Ready(Ok(()));
            }
            match Pin::new(&mut self.inner).poll_write(cx, &self.waiting[n_gone..]) {
                Poll::Ready(Ok(0)) => break Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(n)) => n_gone += n,
                Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                Poll::Pending => break Poll::Pending,
            }
        };
        self.waiting.drain(..n_gone);
        if self.waiting.is_empty() && self.waiting.capacity() > MAX_WAITING {
            // One large answer is not to keep its memory for ever.
            self.waiting = Vec::new();
        }
        outcome
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Outlet<W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.waiting.len() > MAX_WAITING {
            ready!(self.poll_empty(cx))?;
        }
        self.begun.extend_from_slice(bytes);
        self.sort();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_empty(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_empty(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// The length of a header and of the message behind it, once the header is complete. The framework writes nothing else into one.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let length = std::str::from_utf8(&bytes[..end]).ok()?.strip_prefix("Content-Length: ")?;
    Some((end + 4, length.parse().ok()?))
}

/// Gives requests of the protocol other names, under which their answers may be marks: the framework takes only its own types under their names.
#[derive(Debug)]
pub(crate) struct Renamed<S> {
    pub(crate) inner: S,
    /// The name of the protocol, and ours.
    pub(crate) names: &'static [(&'static str, &'static str)],
}

impl<S: Service<Request, Response = Option<Response>>> Service<Request> for Renamed<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        let Some((_, ours)) = self.names.iter().find(|(name, _)| *name == request.method()) else { return self.inner.call(request) };
        let (_, id, params) = request.into_parts();
        let renamed = Request::build(*ours).params(params.unwrap_or_default());
        self.inner.call(id.into_iter().fold(renamed, |renamed, id| renamed.id(id)).finish())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    /// What comes out of messages that are written in pieces of this size.
    fn out(written: &Written, messages: &[String], size: usize) -> String {
        let mut text = String::new();
        for message in messages {
            text += &format!("Content-Length: {}\r\n\r\n{message}", message.len());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut outlet = Outlet::new(Vec::new(), written.clone());
            for piece in text.as_bytes().chunks(size) {
                outlet.write_all(piece).await.expect("it is taken");
                outlet.flush().await.expect("it goes");
            }
            String::from_utf8(outlet.inner).expect("UTF-8")
        })
    }

    #[test]
    fn a_text_stands_in_the_place_of_its_mark_however_the_message_comes() {
        for size in [1, 7, 1000] {
            let written = Written::default();
            let response = |result: Value| serde_json::to_string(&Response::from_ok(5.into(), result)).expect("JSON");
            let marks = [written.keep("[1, \"é\"]".to_owned()), written.keep("{}".to_owned())];
            let messages = [response(marks[1].clone()), response("\0x".into()), response(marks[0].clone()), response("plain".into())];
            assert_eq!(
                out(&written, &messages, size),
                "Content-Length: 36\r\n\r\n{\"jsonrpc\":\"2.0\",\"result\":{},\"id\":5}\
                 Content-Length: 43\r\n\r\n{\"jsonrpc\":\"2.0\",\"result\":\"\\u0000x\",\"id\":5}\
                 Content-Length: 43\r\n\r\n{\"jsonrpc\":\"2.0\",\"result\":[1, \"é\"],\"id\":5}\
                 Content-Length: 41\r\n\r\n{\"jsonrpc\":\"2.0\",\"result\":\"plain\",\"id\":5}"
            );
            assert!(written.0.lock().expect("no panic").texts.is_empty(), "nothing is kept that went out");
        }
    }
}
