//! What a number in a text may look like, and what it looks like when it is hidden.

use super::*;
use proptest::prelude::*;

#[test]
fn outside_numbers_keep_their_ends_and_extensions_stay() {
    for (number, masked) in [
        ("13800002408", "138****2408"),
        ("+8613800002408", "+861******2408"),
        ("917602176375", "917*****6375"),
        ("6305123", "*****23"),
        ("8001", "8001"),
        ("80123", "80123"),
        ("", ""),
        ("anonymous", "anonymous"),
        ("138 0000 2408", "138 **** 2408"),
        ("１３８00002408", "１３８****2408"),
        ("sip:138x0000x2408", "sip:138x****x2408"),
    ] {
        assert_eq!(mask_number(number), masked, "{number}");
    }
}

#[test]
fn numbers_inside_a_text_are_hidden_and_call_ids_are_not() {
    let call = "12345678-57cc-4053-b0ce-123456789012";
    assert_eq!(mask_text(&format!("13800002408@test.cc|{call}, 8001")), format!("138****2408@test.cc|{call}, 8001"));
    assert_eq!(mask_text(&format!("rec_{call}.wav")), format!("rec_{call}.wav"));
    assert_eq!(mask_text("call 137-1111-2222 on 2026-11-20"), "call 137-****-2222 on 2026-11-20");
    assert_eq!(mask_text("电话 13800002408。"), "电话 138****2408。");
    assert_eq!(mask_text("tel13800002408 0755-26001234 +86-13800002408"), "tel138****2408 075*-****1234 +86-1******2408");
    assert_eq!(mask_text("-13800002408-"), "-138****2408-");
}

#[test]
fn a_number_is_one_however_it_is_written() {
    for (text, masked) in [
        ("138 0000 2408", "138 **** 2408"),
        ("(138) 0000-2408", "(138) ****-2408"),
        ("138.0000.2408", "138.****.2408"),
        ("138/0000/2408", "138/****/2408"),
        ("138,0000,2408", "138,****,2408"),
        ("138:0000:2408", "138:****:2408"),
        ("[138][0000][2408]", "[138][****][2408]"),
        ("138★0000|2408", "138★****|2408"),
        ("138–0000—2408", "138–****—2408"),
        ("138ー0000－2408", "138ー****－2408"),
        ("+86 (0)138 0000 2408", "+86 (0)*** **** 2408"),
        ("1 3 8 0 0 0 0 2 4 0 8", "1 3 8 * * * * 2 4 0 8"),
        ("138\u{a0}0000\u{3000}2408", "138\u{a0}****\u{3000}2408"),
        ("138\t0000\n2408", "138\t****\n2408"),
        ("１３８００００２４０８", "１３８****２４０８"),
        ("客户一三八零零零零二四零八", "客户一三八****二四零八"),
        ("壹叁捌〇〇〇〇贰肆〇捌", "壹叁捌****贰肆〇捌"),
        ("幺參捌洞洞洞洞两肆洞捌", "幺參捌****两肆洞捌"),
        ("١٣٨٠٠٠٠٢٤٠٨", "١٣٨****٢٤٠٨"),
        ("१३८००००२४०८", "१३८****२४०८"),
        ("𝟏𝟑𝟖𝟎𝟎𝟎𝟎𝟐𝟒𝟎𝟖", "𝟏𝟑𝟖****𝟐𝟒𝟎𝟖"),
        ("¹³⁸⁰⁰⁰⁰²⁴⁰⁸", "¹³⁸****²⁴⁰⁸"),
        ("138\u{200b}0000\u{ad}2408", "138\u{200b}****\u{ad}2408"),
        ("1\u{fe0f}\u{20e3}380000240\u{202e}8", "1\u{fe0f}\u{20e3}38****240\u{202e}8"),
        ("138\u{0}0000\u{7}2408", "138\u{0}****\u{7}2408"),
        ("138%200000%202408", "138%******%**2408"),
        ("138%2D0000%2D2408", "138%2D****%2D2408"),
        ("100%6305123", "100%***5123"),
        ("138%E2%80%8B0000%E2%80%8B2408", "138%E2%80%8B****%E2%80%8B2408"),
        ("%2B86%31%33%38%30%30%30%30%32%34%30%38", "%2B86%3*%**%**%**%**%**%**%**%**%30%38"),
        (r"\u0031\u0033\u0038\u0030\u0030\u0030\u0030\u0032\u0034\u0030\u0038", r"\u0031\u0033\u0038****\u0032\u0034\u0030\u0038"),
        (r"138\u200b0000\u00a02408", r"138\u200b****\u00a02408"),
        (r"138\x300002408", r"138****2408"),
        ("&#49;&#x33;800002408", "&#49;&#x33;8****2408"),
        ("13800002408 13900001111", "138****2408 139****1111"),
        ("1380000 2408", "138**** 2408"),
        ("8001 13800002408", "800* *******2408"),
        ("2017.03.18 13800002408", "2017.03.18 138****2408"),
    ] {
        assert_eq!(mask_text(text), masked, "{text}");
    }
}

#[test]
fn dates_times_extensions_and_words_stay() {
    for text in [
        "2017.03.18 14:13:24",
        "2026-11-20",
        "2026/11/20 09:05",
        "2026-11-20T21:45:49.000Z",
        "2017.03.18 14:13:24.123",
        "2017.03.18 14:13:24 – 2017.03.18 15:00:00",
        "14:13:24.500",
        "8001, 8002, 8003",
        "8001; 8002",
        "8001@360.cc",
        "agent:8016@360.cc",
        "crossRefId:2365",
        "b833eb7b-309c-11e7-98a2-06076d833eaa",
        "component.cti.event.DeliveredEvent",
        "100% &amp; %zz \\u00 \\x &#;",
        "Lunch 12:30",
        "",
    ] {
        assert!(matches!(mask_text(text), Cow::Borrowed(same) if same == text), "{text}: {}", mask_text(text));
    }
    for (not_a_date, masked) in [
        ("2017.13.18", "****.**.18"),
        ("2017.03.1813", "201*.**.1813"),
        ("1380.00.02", "****.**.02"),
        ("138000 2017.03.18", "138*** ****.03.18"),
    ] {
        assert_eq!(mask_text(not_a_date), masked);
    }
}

#[test]
fn what_is_known_stays_where_it_is_no_piece_of_a_number() {
    assert_eq!(mask_text_but("Li (50010001) 13800002408", "50010001"), "Li (50010001) 138****2408");
    assert_eq!(mask_text_but("1385001000124", "50010001"), "138******0124");
    assert_eq!(mask_text_but("13800002408", "5001"), "138****2408");
    assert_eq!(mask_text_but("13800002408", ""), "138****2408");
}

/// Signs, spaces and invisible characters that may stand between two digits.
const BETWEEN: [&str; 22] = [
    "", "", "", " ", "  ", "-", ".", "/", "(", ") ", "[", "·", "–", "_", "+", "|", "\u{200b}", "\u{ad}", "\u{feff}", "\u{3000}", "%20",
    "\\u200b",
];

/// A digit in the spellings that people and programs have for it.
fn spelling(digit: char, way: usize) -> String {
    let value = digit.to_digit(10).unwrap_or_default();
    let in_script = |zero: u32| char::from_u32(zero + value).map(String::from).unwrap_or_default();
    match way {
        1 => in_script(0xff10),
        2 => in_script(0x660),
        3 => in_script(0x966),
        4 => in_script(0x1d7ce),
        5 => format!("%{:02x}", 0x30 + value),
        6 => format!("\\u{:04x}", 0x30 + value),
        7 => format!("&#{};", 0x30 + value),
        _ => digit.to_string(),
    }
}

/// The digits of what is shown, in plain writing.
fn plain(text: &str) -> String {
    let mut text = text.replace("%20", " ");
    for value in 0..10 {
        text = text.replace(&format!("%{:02x}", 0x30 + value), &value.to_string());
    }
    let digit = |unit: &Unit| {
        let text = between(&text, unit.start, unit.end);
        let c = spelled(text).map_or_else(|| text.chars().next(), |(_, c)| Some(c))?;
        [0x30, 0xff10, 0x660, 0x966, 0x1d7ce].iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))
    };
    units(&text).iter().filter_map(digit).filter_map(|value| char::from_digit(value, 10)).collect()
}

proptest! {
    #[test]
    fn no_outside_number_is_found_however_it_is_written(
        number in "(86)?1[3-8][0-9]{9}",
        before in "[a-z张 ]{0,4}",
        behind in "[a-z张 ]{0,4}",
        ways in proptest::collection::vec((0..8_usize, 0..BETWEEN.len()), 14),
    ) {
        let mut text = before;
        for (digit, (way, between)) in number.chars().zip(ways) {
            text.push_str(&spelling(digit, way));
            text.push_str(BETWEEN[between]);
        }
        text.push_str(&behind);
        prop_assert!(plain(&text).contains(&number), "the test cannot find it: {}", text);
        let masked = mask_text(&text).into_owned();
        prop_assert!(!plain(&masked).contains(&number), "{} -> {}", text, masked);
        prop_assert!(plain(&masked).len() < number.len(), "{} -> {}", text, masked);
    }

    #[test]
    fn any_text_is_taken_and_the_second_time_changes_nothing(text in "[0-9a-f%:., @*\u{200b}１ー-]{0,40}|\\PC{0,40}") {
        let masked = mask_text(&text).into_owned();
        prop_assert_eq!(mask_text(&masked).into_owned(), masked.clone());
        let number = mask_number(&text).into_owned();
        prop_assert_eq!(mask_number(&number).into_owned(), number.clone());
    }
}
