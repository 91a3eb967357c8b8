//! Bytes on a socket: requests that no client library would send.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::deadline::Deadline;

/// What came back on a raw connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// All that was read.
    pub bytes: Vec<u8>,
    /// Whether the server closed the connection (a reset counts) before we lost patience.
    pub closed: bool,
}

impl RawAnswer {
    /// Returns the answer as text; bytes that are no UTF-8 become `U+FFFD`.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns the status of the first response; `None` when there is none.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let text = self.text();
        let mut words = text.lines().next()?.split(' ');
        words.next().filter(|protocol| protocol.starts_with("HTTP/"))?;
        words.next()?.parse().ok()
    }
}

/// A connection on which the test decides when each byte is sent.
#[derive(Debug)]
pub struct RawConnection {
    stream: TcpStream,
}

impl RawConnection {
    /// Opens a connection.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream })
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the server has closed the connection.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Reads until the server closes the connection, or until `patience` is over.
    ///
    /// # Errors
    /// When the socket breaks in another way than by the server closing it.
    pub fn read(&mut self, patience: Duration) -> io::Result<RawAnswer> {
        self.read_until(patience, |_| false)
    }

    /// Reads until `enough` is true of all that was read, the server closes the connection, or `patience` is over.
    ///
    /// # Errors
    /// When the socket breaks in another way than by the server closing it.
    pub fn read_until(
        &mut self,
        patience: Duration,
        enough: impl Fn(&[u8]) -> bool,
    ) -> io::Result<RawAnswer> {
        let deadline = Deadline::after(patience);
        let mut answer = RawAnswer {
            bytes: Vec::new(),
            closed: false,
        };
        let mut chunk = [0; 4096];
        while !deadline.is_over() && !enough(&answer.bytes) {
            // A timeout of zero would mean none at all.
            self.stream
                .set_read_timeout(Some(deadline.left().max(Duration::from_millis(1))))?;
            match self.stream.read(&mut chunk) {
                Ok(0) => {
                    answer.closed = true;
                    break;
                }
                Ok(count) => answer.bytes.extend(chunk.iter().take(count)),
                Err(error) if is_closed(&error) => {
                    answer.closed = true;
                    break;
                }
                Err(error) if is_timeout(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(answer)
    }
}

/// Sends `bytes` to `address` and reads until the server closes the connection or `patience` is over.
///
/// A server that answers and hangs up before it has read everything is no error: its answer is what counts.
///
/// # Errors
/// When nobody listens, or the socket breaks in another way than by the server closing it.
pub fn raw_http(address: SocketAddr, bytes: &[u8], patience: Duration) -> io::Result<RawAnswer> {
    let mut connection = RawConnection::open(address)?;
    match connection.send(bytes) {
        Ok(()) => {}
        Err(error) if is_closed(&error) => {}
        Err(error) => return Err(error),
    }
    connection.read(patience)
}

fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted
    )
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
