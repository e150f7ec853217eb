//! Connections that a fault can break: the listener's, and the WebSockets as a whole.

use super::locked;
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A handle to the connection that a request came on.
#[derive(Debug, Clone, Default)]
pub struct Line(Arc<AtomicBool>);

impl Line {
    /// From now on nothing is written: the peer sees the connection close without an answer.
    pub fn break_off(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(Error::new(ErrorKind::ConnectionReset, "broken off by a fault")) } else { Ok(()) }
    }
}

pub struct Listener(TcpListener);

impl Listener {
    pub fn new(listener: TcpListener) -> Self {
        Listener(listener)
    }
}

impl axum::serve::Listener for Listener {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((tcp, peer)) => {
                    // Events are small and must not wait for one another. Without it they only come later.
                    tcp.set_nodelay(true).ok();
                    return (Stream { tcp, line: Line::default() }, peer);
                }
                Err(error) => {
                    // Out of file descriptors, most likely: that passes.
                    tracing::warn!(%error, "the simulator could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Listener>> for Line {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.io().line.clone()
    }
}

pub struct Stream {
    tcp: TcpStream,
    line: Line,
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        self.line.check()?;
        Pin::new(&mut self.tcp).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.line.check()?;
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[std::io::IoSlice<'_>]) -> Poll<Result<usize>> {
        self.line.check()?;
        Pin::new(&mut self.tcp).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

/// All WebSocket connections together.
pub struct Lines {
    cut: Mutex<CancellationToken>,
    stalled_until: watch::Sender<Instant>,
    stop: CancellationToken,
}

impl Lines {
    pub fn new(stop: &CancellationToken) -> Self {
        Lines { cut: Mutex::new(stop.child_token()), stalled_until: watch::Sender::new(Instant::now()), stop: stop.clone() }
    }

    /// Breaks all that are open now.
    pub fn cut(&self) {
        let old = std::mem::replace(&mut *locked(&self.cut), self.stop.child_token());
        old.cancel();
    }

    pub fn stall(&self, length: Duration) {
        self.stalled_until.send_replace(Instant::now() + length);
    }

    /// For a new connection: what ends it, and until when nothing may be sent.
    pub fn join(&self) -> (CancellationToken, watch::Receiver<Instant>) {
        (locked(&self.cut).clone(), self.stalled_until.subscribe())
    }
}
