//! What was measured, as the tables that people read.

use crate::support::Outcome;
use crate::support::stats::Spread;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};

/// What a figure says: a ratio, or milliseconds, or whatever its unit is.
pub struct Row {
    pub id: &'static str,
    pub what: String,
    pub ours: String,
    pub baseline: String,
    /// What is held against the limits.
    pub figure: Spread,
    pub unit: &'static str,
    /// The baseline against itself.
    pub control: Option<Spread>,
    pub must: f64,
    pub aim: f64,
}

impl Row {
    fn verdict(&self) -> &'static str {
        match self.figure.median {
            median if median <= self.aim => "aim",
            median if median <= self.must => "must",
            _ => "missed",
        }
    }

    fn line(&self) -> String {
        let Row { id, what, ours, baseline, figure, unit, control, must, aim } = self;
        let control = control.map_or_else(|| "".to_owned(), |control| control.to_string());
        let verdict = self.verdict();
        format!("| {id} | {what} | {ours} | {baseline} | {figure}{unit} | {control} | {must}{unit} | {aim}{unit} | {verdict} |")
    }
}

/// What stands around the figures in README.
const BEGIN: &str = "<!-- figures: written by make bench -->";
const END: &str = "<!-- end of the figures -->";

const HEAD: &str = "| | what | ours | baseline | figure | baseline / itself | must | aim | met |\n|---|---|---|---|---|---|---|---|---|";

/// Prints what one figure has come to.
pub fn print(rows: &[Row]) -> Outcome<()> {
    let mut out = io::stdout();
    for row in rows {
        writeln!(out, "{}", row.line())?;
    }
    Ok(out.flush()?)
}

pub fn say(line: &str) -> Outcome<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Writes the document that README links.
pub fn write(path: &str, rows: &[Row]) -> Outcome<()> {
    let mut text = String::from(include_str!("report/head.md"));
    writeln!(text, "\nMeasured on {}.\n\n{HEAD}", machine())?;
    for row in rows {
        writeln!(text, "{}", row.line())?;
    }
    Ok(fs::write(path, text)?)
}

/// Puts the figures into README, between the two lines that mark their place.
pub fn write_into(path: &str, rows: &[Row]) -> Outcome<()> {
    let text = fs::read_to_string(path)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{path} has no place for the figures: {BEGIN} {END}"))?;
    let mut table = format!("\nMeasured on {}.\n\n| | console | bare minimum | ratio |\n|---|---|---|---|\n", machine());
    for Row { what, ours, baseline, figure, unit, .. } in rows {
        match unit.is_empty() {
            true => writeln!(table, "| {what} | {ours} | {baseline} | {figure} |")?,
            false => writeln!(table, "| {what} | {figure}{unit} | | |")?,
        }
    }
    Ok(fs::write(path, format!("{before}{BEGIN}{table}{END}{after}"))?)
}

fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim()));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let day = jiff::Zoned::now().date();
    format!("{day} with {cores} cores ({}), which platform, browsers and console share", model.unwrap_or("unknown"))
}
