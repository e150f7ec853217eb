//! An agent's day in figures, as AgentStatusEvent reports it. Times in floor milliseconds.

use super::{CallType, Millis};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub calls_in: u32,
    pub calls_out: u32,
    pub calls_internal: u32,
    pub offered: u32,
    pub dialled: u32,
    pub in_talk: Millis,
    pub out_talk: Millis,
    pub internal_talk: Millis,
    pub max_talk: Millis,
    pub ring: Millis,
    pub dial: Millis,
    pub hold: Millis,
    pub idle: Millis,
    pub idle_count: u32,
    pub aux: Millis,
    pub aux_count: u32,
    pub max_aux: Millis,
    pub acw: Millis,
    pub acw_count: u32,
}

impl Counters {
    /// A status has ended that lasted `length`.
    pub fn left(&mut self, status: &str, length: Millis) {
        let talk = match status {
            "OnCallOut" => Some(&mut self.out_talk),
            "CallInternal" => Some(&mut self.internal_talk),
            "OnCallIn" | "Conference" => Some(&mut self.in_talk),
            _ => None,
        };
        if let Some(talk) = talk {
            *talk += length;
            self.max_talk = self.max_talk.max(length);
        }
        match status {
            "Ringing" => self.ring += length,
            "Dailing" | "Ringback" => self.dial += length,
            "OnHold" => self.hold += length,
            "Ready" => {
                self.idle += length;
                self.idle_count += 1;
            }
            "NotReady" => {
                self.aux += length;
                self.aux_count += 1;
                self.max_aux = self.max_aux.max(length);
            }
            "WorkNotReady" => {
                self.acw += length;
                self.acw_count += 1;
            }
            _ => {}
        }
    }

    pub fn answered(&mut self, kind: CallType) {
        match kind {
            CallType::Inbound => self.calls_in += 1,
            CallType::Outbound => self.calls_out += 1,
            CallType::Internal => self.calls_internal += 1,
        }
    }

    pub fn talked(&self) -> u32 {
        self.calls_in + self.calls_out + self.calls_internal
    }

    /// The platform's names and texts; `seconds` turns floor milliseconds into seconds.
    pub fn report(&self, status: &str, seconds: impl Fn(Millis) -> u64) -> Vec<(&'static str, String)> {
        let average = |sum: Millis, count: u32| {
            if count == 0 { "0.0".to_owned() } else { format!("{:.1}", seconds(sum) as f64 / f64::from(count)) }
        };
        let talk = self.in_talk + self.out_talk + self.internal_talk;
        let total = self.offered + self.dialled;
        let abandoned = self.offered.saturating_sub(self.calls_in + self.calls_internal);
        let busy = talk + self.hold + self.acw + self.ring + self.dial;
        let rate = |connection: u64, whole: u64| {
            if whole == 0 { "0.0".to_owned() } else { format!("{:.4}", connection as f64 * 100.0 / whole as f64) }
        };
        let text = |value: u32| value.to_string();
        let time = |value: Millis| seconds(value).to_string();
        vec![
            ("CallsTotal", text(total)),
            ("CallsTotalTalk", text(self.talked())),
            ("CallsOffered", text(self.offered)),
            ("CallsRinged", text(self.offered)),
            ("CallsAband", text(abandoned)),
            ("CallsInTalk", text(self.calls_in)),
            ("CallsOut", text(self.dialled)),
            ("CallsOutTalk", text(self.calls_out)),
            ("CallsInternal", text(self.calls_internal)),
            ("CallsInternalTalk", text(self.calls_internal)),
            ("TalkTime", time(talk)),
            ("InTalkTime", time(self.in_talk)),
            ("OutTalkTime", time(self.out_talk)),
            ("InternalTalkTime", time(self.internal_talk)),
            ("MaxTalkTime", time(self.max_talk)),
            ("AvgTalkTime", average(talk, self.talked())),
            ("AvgInTalkTime", average(self.in_talk, self.calls_in)),
            ("AvgOutTalkTime", average(self.out_talk, self.calls_out)),
            ("AvgInternalTalkTime", average(self.internal_talk, self.calls_internal)),
            ("AvgWorkTime", average(talk + self.hold + self.acw, self.talked())),
            ("RingTime", time(self.ring)),
            ("AvgRingTime", average(self.ring, self.offered)),
            ("AnswerTime", time(self.ring)),
            ("AvgAnswerTime", average(self.ring, self.calls_in)),
            ("AnswerRate", rate(u64::from(self.calls_in), u64::from(self.offered))),
            ("AbandTime", "0".to_owned()),
            ("AvgAbandTime", "0.0".to_owned()),
            ("DialTime", time(self.dial)),
            ("AvgDialTime", average(self.dial, self.dialled)),
            ("HoldTime", time(self.hold)),
            ("AcdTime", time(self.in_talk)),
            ("AcwTime", time(self.acw)),
            ("AcwCount", text(self.acw_count)),
            ("AvgAcwTime", average(self.acw, self.acw_count)),
            ("AuxTime", time(self.aux)),
            ("AuxCount", text(self.aux_count)),
            ("AvgAuxTime", average(self.aux, self.aux_count)),
            ("MaxAuxTime", time(self.max_aux)),
            ("IdleTime", time(self.idle)),
            ("IdleCount", text(self.idle_count)),
            ("AgentUseRate", rate(busy, busy + self.idle + self.aux)),
            ("AgentStatus", status.to_owned()),
        ]
    }
}
