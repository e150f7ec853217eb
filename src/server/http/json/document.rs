//! The routes, and the OpenAPI document that they make: one list for both, so that they cannot differ. What the document says of the
//! server functions stands where they are declared.

use super::{diagnostics, events, read};
use crate::api::problem::Members;
use crate::api::{bulk, force, phone, scheduled};
use crate::server::auth::session::COOKIE;
use crate::server::console::Console;
use axum::Router;
use axum::response::{IntoResponse, Response};
use http::header;
use std::sync::{Arc, LazyLock};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The one function whose arguments may be long: it names a thousand agents.
pub const LONG_BODY: &str = "/api/bulk/start";

/// The addresses of the server functions that the document describes.
pub fn function_paths() -> Vec<String> {
    Base::openapi().paths.paths.into_keys().collect()
}

/// The views, and the document itself.
pub fn routes() -> Router<Arc<Console>> {
    documented().into()
}

fn documented() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(read::floor))
        .routes(routes!(read::calls))
        .routes(routes!(read::agent))
        .routes(routes!(read::intervention))
        .routes(routes!(events::events))
        .routes(routes!(read::phone))
        .routes(routes!(read::call_data))
        .routes(routes!(diagnostics::overview))
        .routes(routes!(diagnostics::exchange))
        .routes(routes!(diagnostics::memory))
        .routes(routes!(diagnostics::bundle))
        .routes(routes!(diagnostics::log))
        .routes(routes!(diagnostics::note))
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
            are on the platform's clock, as `asOf` is, those of an intervention on the console's. Durations are seconds unless their key says \
            otherwise. Ids are the platform's own: an agent's and a device's have one `@`, before it any characters but controls, at most 256 \
            bytes in all; in a path they are percent-encoded. An operation is finished only by its event: 202 means that it is under way. Numbers of outside parties are \
            masked for roles without the right to see them, wherever they stand; a call whose id holds one is told under another name, which \
            operations take as well. Errors are problem+json with a stable `code`.",
    ),
    paths(
        force::force_drop,
        force::force_join,
        force::force_take,
        force::force_listen,
        force::force_ready,
        force::force_not_ready,
        force::force_logout,
        bulk::bulk_start,
        bulk::bulk_cancel,
        scheduled::scheduled_cancel,
        phone::phone_login,
        phone::phone_logout,
        phone::phone_mode,
        phone::phone_call,
        phone::phone_answer,
        phone::phone_hold,
        phone::phone_retrieve,
        phone::phone_drop,
        phone::phone_transfer,
        phone::phone_conference,
        phone::phone_consult,
        phone::phone_consult_conference,
        phone::phone_consult_cancel,
        phone::phone_consult_transfer,
        phone::phone_record,
        phone::phone_data,
    ),
    components(schemas(Members)),
    tags((name = "views", description = "Read-only"), (name = "operations", description = "For supervisors"),
        (name = "phone", description = "The supervisor's own phone: of a browser's session, not of a token"),
        (name = "diagnostics", description = "The console's inside, for supervisors whom --diagnostics names; of a browser's session, not of a token")),
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
