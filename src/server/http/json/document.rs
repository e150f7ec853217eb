//! The routes, and the OpenAPI document that they make: one list for both, so that they cannot differ.

use super::problem::{PROBLEM_JSON, Said};
use super::{operations, read};
use crate::server::auth::session::COOKIE;
use crate::server::console::Console;
use axum::Router;
use axum::response::{IntoResponse, Response};
use http::header;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, Response as Documented, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every JSON route.
pub fn routes() -> Router<Arc<Console>> {
    documented().into()
}

fn documented() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(read::floor))
        .routes(routes!(read::calls))
        .routes(routes!(read::agent))
        .routes(routes!(read::intervention))
        .routes(routes!(operations::drop))
        .routes(routes!(operations::join))
        .routes(routes!(operations::take))
        .routes(routes!(operations::listen))
        .routes(routes!(operations::ready))
        .routes(routes!(operations::not_ready))
        .routes(routes!(operations::logout))
        .routes(routes!(openapi))
}

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "views",
    operation_id = "openapi",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")),
)]
pub async fn openapi() -> Response {
    /// The routes do not change while the program runs.
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| documented().into_openapi().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "supervisor-console",
        description = "The floor of a call centre, its live calls, and the seven operations with which a supervisor steps in. \
            Keys are camelCase and always there: what is not known is null. Times are RFC 3339 in UTC; those of the floor and its calls \
            are on the platform's clock, as `asOf` is, those of a step-in on the console's. Durations are seconds unless their key says \
            otherwise. Ids are the platform's own: an agent's and a device's have one `@`, before it any characters but controls, at most 256 \
            bytes in all; in a path they are percent-encoded. An operation is finished only by its event: 202 means that it is under way. Numbers of outside parties are \
            masked for roles without the right to see them, wherever they stand; a call whose id holds one is told under another name, which \
            operations take as well. Errors are problem+json with a stable `code`.",
    ),
    components(schemas(Said)),
    tags((name = "views", description = "Read-only"), (name = "operations", description = "For supervisors")),
    security(("token" = []), ("session" = [])),
    modifiers(&Schemes),
)]
struct Base;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut Document) {
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("Made by `supervisor-console token`")).build();
        let session = ApiKeyValue::with_description(COOKIE, "A signed-in browser's session");
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    }
}

/// What every view may answer instead.
pub struct ReadProblems;

/// What every operation may answer instead.
pub struct OperationProblems;

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        problems(&[
            ("400", "bad-argument: a parameter is not what it should be; `field` names it"),
            ("401", "signed-out: no token and no session, or one that is not known"),
            ("404", "not-found"),
            ("405", "method-not-allowed"),
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
