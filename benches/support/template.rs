//! One of the platform's samples with room for other ids, serials and times.

use std::io::Write;

/// The tenant of the samples, and ours.
const THEIRS: &str = "zhen04.cc";
const OURS: &str = "test.cc";

enum Part {
    Text(String),
    Agent,
    Source,
    Subject,
    Caller,
    Called,
    Call,
    Serial,
    Time,
    Reason,
}

/// What goes into the room.
pub struct Slots<'a> {
    pub agent: u32,
    pub source: u64,
    pub subject: u64,
    pub caller: u64,
    pub called: u64,
    pub call: &'a str,
    pub serial: u64,
    pub time: [u8; 19],
    pub reason: &'a str,
}

pub struct Template(Vec<Part>);

impl Template {
    /// Reads a sample, in which each field has a line.
    pub fn new(sample: &str) -> Template {
        let value_of = |key: &str| sample.split_once(&format!("\"{key}\": \"")).and_then(|(_, rest)| rest.split('"').next());
        let call = value_of("callId").unwrap_or("no call");
        let mut template = Template(Vec::new());
        for line in sample.lines() {
            let key = line.trim().split('"').nth(1).unwrap_or_default();
            match key {
                "serial" => template.line("\"serial\": ", Part::Serial, ",\n"),
                "eventTime" => template.line("\"eventTime\": \"", Part::Time, "\",\n"),
                "reason" => template.line("\"reason\": \"", Part::Reason, "\",\n"),
                _ => template.ids(line, key, call),
            }
        }
        template.compact();
        template
    }

    /// Leaves out the space between the fields, as on the wire.
    fn compact(&mut self) {
        for part in &mut self.0 {
            if let Part::Text(text) = part {
                *text = text.lines().map(str::trim_start).collect::<String>().replace("\": ", "\":");
            }
        }
    }

    fn line(&mut self, before: &str, part: Part, after: &str) {
        self.text(before);
        self.0.push(part);
        self.text(after);
    }

    fn ids(&mut self, line: &str, key: &str, call: &str) {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once(THEIRS) {
            let stem = before.trim_end_matches('@');
            let text = stem.trim_end_matches(|c: char| c.is_ascii_digit());
            let number = stem.strip_prefix(text).unwrap_or_default();
            if stem.len() == before.len() || number.is_empty() {
                self.text(before);
            } else {
                self.text(text);
                self.0.push(if number.starts_with('5') { Part::Agent } else { device(key) });
                self.text("@");
            }
            self.text(OURS);
            rest = after;
        }
        if let Some((before, after)) = rest.split_once(call) {
            self.text(before);
            self.0.push(Part::Call);
            rest = after;
        }
        self.text(rest);
        self.text("\n");
    }

    fn text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.0.push(Part::Text(text.to_owned())),
        }
    }

    /// Writes the body in place of what is in `out`.
    pub fn fill(&self, slots: &Slots, out: &mut Vec<u8>) {
        out.clear();
        for part in &self.0 {
            // Writing to memory does not fail.
            match part {
                Part::Text(text) => out.write_all(text.as_bytes()),
                Part::Agent => write!(out, "{}", slots.agent),
                Part::Source => write!(out, "{}", slots.source),
                Part::Subject => write!(out, "{}", slots.subject),
                Part::Caller => write!(out, "{}", slots.caller),
                Part::Called => write!(out, "{}", slots.called),
                Part::Call => out.write_all(slots.call.as_bytes()),
                Part::Serial => write!(out, "{}", slots.serial),
                Part::Time => out.write_all(&slots.time),
                Part::Reason => out.write_all(slots.reason.as_bytes()),
            }
            .ok();
        }
    }
}

/// Whose telephone stands in the field.
fn device(key: &str) -> Part {
    match key {
        "callingDevice" => Part::Caller,
        "calledDevice" => Part::Called,
        "deviceId" | "connectionId" => Part::Subject,
        _ if key.ends_with("Device") => Part::Subject,
        _ => Part::Source,
    }
}
