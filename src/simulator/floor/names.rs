//! Who works here: names and teams by position, so that the roster is the same for every seed.

use super::{Floor, Refusal, TEAMS};

const FAMILY: [&str; 40] = [
    "Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Huang", "Zhao", "Wu", "Zhou", "Xu", "Sun", "Ma", "Zhu", "Hu", "Guo", "He", "Lin", "Gao",
    "Luo", "Zheng", "Liang", "Xie", "Song", "Tang", "Feng", "Deng", "Cao", "Peng", "Zeng", "Xiao", "Tian", "Dong", "Pan", "Yuan", "Cai",
    "Jiang", "Yu", "Du", "Ye",
];

const GIVEN: [&str; 47] = [
    "Min", "Wei", "Fang", "Na", "Jing", "Lei", "Yan", "Qiang", "Juan", "Tao", "Ming", "Chao", "Xia", "Ping", "Gang", "Hui", "Jun", "Ling",
    "Bin", "Xin", "Yu", "Hong", "Jie", "Mei", "Peng", "Rui", "Ting", "Bo", "Xue", "Kai", "Xiaoyan", "Jianhua", "Guoqiang", "Lihua",
    "Yuting", "Zihan", "Haoran", "Yichen", "Siyu", "Jiayi", "Mengqi", "Wenbo", "Xinyi", "Tianyu", "Ruoxi", "Zhiyuan", "Shuai",
];

/// 40 and 47 have no common divisor: 1,880 agents before a name comes twice.
pub fn name(index: usize) -> String {
    let part = |names: &[&'static str], place: usize| names.get(place % names.len().max(1)).copied().unwrap_or_default();
    format!("{} {}", part(&FAMILY, index.wrapping_mul(7).wrapping_add(2)), part(&GIVEN, index))
}

impl Floor {
    /// Gives an agent another name, from now on.
    pub fn set_name(&mut self, agent: &str, name: String) -> Result<(), Refusal> {
        let index = self.agent_index(agent)?;
        self.agents[index].name = name;
        Ok(())
    }
}

/// Neighbours sit in one team, twelve at a time.
pub fn team(index: usize) -> usize {
    index / 12 % TEAMS.len()
}
