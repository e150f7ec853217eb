//! What went over the wire: what was odd, the frame or request that is opened, and the lists of the latest.

use super::{Opened, Page};
use crate::server::service::diagnostics::{ExchangeLine, OddView};
use leptos::prelude::*;

impl Page<'_> {
    pub(super) fn odd(&self, odd: &[OddView]) -> AnyView {
        let words = self.words();
        let rows = odd.iter().map(|odd| {
            let too_long = odd.at.is_some() && odd.body.is_none();
            let sample = odd.body.clone().filter(|body| !body.is_empty()).or_else(|| too_long.then(|| words.too_long.to_owned()));
            view! {
                <tr data-odd=odd.what.clone()>
                    <td>{(words.odd)(&odd.what)}</td>
                    <td class="count">{odd.count}</td>
                    <td>{odd.at.as_ref().map(|at| view! { <time>{self.moment(at)}</time> })}</td>
                    <td>
                        {odd.why.clone()}
                        {sample.map(|body| view! { <details><summary>{words.body}</summary><pre tabindex="0">{body}</pre></details> })}
                    </td>
                </tr>
            }
        });
        view! {
            <section id="odd">
                <h2>{words.not_as_expected}</h2>
                <div class="scroll">
                    <table>
                        <thead><tr><th scope="col">{words.what}</th><th scope="col" class="count">{words.count}</th><th scope="col">{words.latest}</th><th scope="col">{words.sample}</th></tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any()
    }

    pub(super) fn open(&self, open: Opened) -> AnyView {
        let words = self.words();
        let exchange = match open {
            Opened::Nothing => return ().into_any(),
            Opened::Gone => return view! { <section id="open"><p data-ok="false">{words.not_kept}</p></section> }.into_any(),
            Opened::Whole(exchange) => exchange,
        };
        let headers: String = exchange.headers.iter().map(|header| format!("{}: {}\n", header.name, header.value)).collect();
        let or_long = |body: Option<String>| body.unwrap_or_else(|| words.too_long.to_owned());
        let is_request = exchange.line.direction.is_none();
        let answer = is_request.then(|| view! { <h2>{words.answer}</h2> <pre tabindex="0">{or_long(exchange.answer_body.clone())}</pre> });
        view! {
            <section id="open">
                <h2>{exchange.line.what.clone()}</h2>
                <pre tabindex="0">{headers} {or_long(exchange.body.clone())}</pre>
                {answer}
            </section>
        }
        .into_any()
    }

    pub(super) fn exchanges(&self, id: &'static str, name: &'static str, lines: &[ExchangeLine], are_requests: bool) -> AnyView {
        let words = self.words();
        let rows = lines.iter().map(|line| {
            let way = match line.direction {
                Some("out") => "→ ",
                Some(_) => "← ",
                None => "",
            };
            let answer = are_requests.then(|| view! { <td>{line.answer.clone()}</td> <td class="count">{line.took_ms}</td> });
            view! {
                <tr>
                    <td><time>{self.moment(&line.at)}</time></td>
                    <td><a href=format!("/diagnostics?open={}#open", line.id)>{way} {line.what.clone()}</a></td>
                    {answer}
                    <td class="count">{line.bytes}</td>
                </tr>
            }
        });
        let answer = are_requests.then(|| view! { <th scope="col">{words.answer}</th> <th scope="col" class="count">"ms"</th> });
        let empty = lines.is_empty().then(|| view! { <p><small>{words.none_yet}</small></p> });
        view! {
            <section id=id>
                <h2>{name}</h2>
                {empty}
                <div class="long" tabindex="0" role="region" aria-label=name>
                    <table>
                        <thead><tr><th scope="col">{words.at}</th><th scope="col">{words.what}</th>{answer}<th scope="col" class="count">{words.bytes}</th></tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any()
    }
}
