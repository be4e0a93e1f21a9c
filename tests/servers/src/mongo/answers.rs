//! Whether a server answers, which is more than that its port takes connections.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A container's port takes connections before its server does, so it is asked.
pub(super) fn answers_within(address: &str, port: u16, time: Duration) -> bool {
    let begun = Instant::now();
    while hello(address, port).is_err() {
        if begun.elapsed() > time {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

/// Sends the command `{hello: 1, $db: "admin"}` as an `OP_MSG` and waits for the head of an answer.
/// See MongoDB's manual, "Wire Protocol" and "BSON".
fn hello(address: &str, port: u16) -> std::io::Result<()> {
    const COMMAND: &[u8] = b"\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0";
    const OP_MSG: i32 = 2013;
    let length = 16 + 4 + 1 + COMMAND.len();
    let head = [i32::try_from(length).unwrap_or(i32::MAX), 1, 0, OP_MSG, 0];
    let mut message: Vec<u8> = head.iter().flat_map(|word| word.to_le_bytes()).collect();
    message.push(0);
    message.extend_from_slice(COMMAND);
    let mut stream = TcpStream::connect((address, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(&message)?;
    stream.read_exact(&mut [0; 16])
}
