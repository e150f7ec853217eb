//! How browsers come: the socket, the upgrade, and the reading that goes on until they go.

use super::Outcome;
use super::crowd::{Browser, Crowd};
use super::reader::{read, switched};
use std::rc::Rc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep_until};

impl Crowd {
    /// Opens a browser's socket; the browser reads from then on. `receive_buffer` is the system's choice where there is none.
    /// The first of all follows the calls as well.
    pub async fn open(self: &Rc<Crowd>, receive_buffer: Option<u32>) -> Outcome<Rc<Browser>> {
        let socket = TcpSocket::new_v4()?;
        if let Some(size) = receive_buffer {
            socket.set_recv_buffer_size(size)?;
        }
        let mut stream = socket.connect(self.address).await?;
        let request = format!(
            "GET /live HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nCookie: {}\r\n\r\n",
            self.address, self.cookie
        );
        stream.write_all(request.as_bytes()).await?;
        let rest = switched(&mut stream).await?;
        let browser = Browser::new(self);
        let reading = spawn_local(read(stream, rest, self.clone(), Rc::downgrade(&browser)));
        browser.reads_by(reading.abort_handle());
        Ok(browser)
    }

    /// Opens so many browsers, side by side, evenly spread over a time.
    pub async fn open_many(self: &Rc<Crowd>, count: usize, over: Duration, receive_buffer: Option<u32>) -> Outcome<Vec<Rc<Browser>>> {
        let start = Instant::now();
        let opened: Vec<_> = (0..count)
            .map(|n| {
                let (crowd, at) = (self.clone(), start + over.mul_f64(n as f64 / count as f64));
                spawn_local(async move {
                    sleep_until(at).await;
                    crowd.open(receive_buffer).await.map_err(|error| error.to_string())
                })
            })
            .collect();
        let mut browsers = Vec::new();
        for browser in opened {
            browsers.push(browser.await??);
        }
        Ok(browsers)
    }
}
