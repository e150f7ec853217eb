//! What views and operations may answer instead, for the OpenAPI document.

use crate::api::problem::PROBLEM_JSON;
use std::collections::BTreeMap;
use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response as Documented, ResponseBuilder};

/// What every view may answer instead.
pub struct ReadProblems;

/// What every operation may answer instead.
pub struct OperationProblems;

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        problems(&[
            ("400", "bad-argument: a parameter is not what it should be; `field` names it"),
            ("401", "signed-out: no token and no session, or one that is not known"),
            ("403", "not-permitted: the role does not permit it, or --diagnostics does not"),
            ("404", "not-found"),
            ("405", "method-not-allowed"),
            ("429", "busy: too many follow the events"),
            ("503", "stopping, database: try again in a moment"),
        ])
    }
}

impl IntoResponses for OperationProblems {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        problems(&[
            ("400", "bad-argument, malformed-json"),
            ("401", "signed-out: no token and no session, or one that is not known"),
            ("403", "not-permitted: the role does not permit it or the console does not offer it; wrong-origin"),
            ("405", "method-not-allowed"),
            ("409", "obstacle: it cannot work here and now; changed: it would do something else than expected; refused: by the platform"),
            ("408", "bad-argument: the body did not come in time"),
            ("413", "too-large"),
            ("415", "unsupported-media-type: the body must be application/json"),
            ("429", "busy: too many at once"),
            ("500", "audit-failed: nothing was sent; transport, internal"),
            ("502", "unreachable: nothing was sent; not-understood"),
            (
                "503",
                "no-platform-session: no supervisor is signed in with whose session a token could ask; database-lost, stopping: nothing was sent; database",
            ),
            ("504", "outcome-unknown: no answer of the platform's came, it may or may not have taken effect"),
        ])
    }
}

fn problems(list: &[(&str, &str)]) -> BTreeMap<String, RefOr<Documented>> {
    let problem = |(status, says): &(&str, &str)| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        ((*status).to_owned(), RefOr::T(ResponseBuilder::new().description(*says).content(PROBLEM_JSON, content).build()))
    };
    list.iter().map(problem).collect()
}
