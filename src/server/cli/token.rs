//! The command `token`: makes, takes back and lists the tokens for scripts, in the same database as the running console's.

use crate::server::auth::token;
use crate::server::cli::TokenArgs;
use crate::server::clock::rfc3339;
use crate::server::config::Database;
use crate::server::store::{Store, StoreError, StoredToken};

/// Why the command did nothing: one line, the remedy in it.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("--database-url sqlite::memory: keeps nothing: give the file that serve uses, for example sqlite:supervisor-console.db")]
    Memory,
    #[error("--name {0} is in use: take that token back first (token --revoke --name {0}), or choose another name")]
    InUse(String),
    #[error("--name {0} names no token in this database: token --list shows them")]
    Unknown(String),
    #[error("--name is missing: say what the token is for, for example --name nightly-report")]
    NoName,
    #[error("--role is missing: viewer only reads, supervisor may step in as well")]
    NoRole,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the command says: `out` for the program that called it, `note` for people.
#[derive(Debug, Default)]
pub struct Said {
    pub out: String,
    pub note: String,
}

/// Carries out the command.
pub async fn command(args: TokenArgs) -> Result<Said, TokenError> {
    let database = args.database();
    if matches!(database, Database::Memory) {
        return Err(TokenError::Memory);
    }
    let (name, role) = (args.name.ok_or(TokenError::NoName), args.role.ok_or(TokenError::NoRole));
    // Nothing is made where it cannot be used.
    let wanted = if args.list || args.revoke { None } else { Some(role?) };
    let name = if args.list { None } else { Some(name?) };
    let store = Store::open(&database)?;
    match (name, wanted) {
        (None, _) => Ok(Said { out: table(&store.tokens().await?), note: String::new() }),
        (Some(name), None) if store.forget_token(name.clone()).await? => {
            Ok(Said { out: String::new(), note: format!("{name} is taken back: requests with its token are refused from now on") })
        }
        (Some(name), None) => Err(TokenError::Unknown(name)),
        (Some(name), Some(role)) => {
            let made = token::make(&store, &name, role.into()).await?;
            let out = made.ok_or_else(|| TokenError::InUse(name.clone()))?;
            let note = format!("{name} ({}): keep the token now, it is not shown again", token::role_code(role.into()));
            Ok(Said { out, note })
        }
    }
}

/// One line a token: name, role, when it was made, when it was last used; tabs between them.
fn table(tokens: &[StoredToken]) -> String {
    let line = |token: &StoredToken| {
        let used = token.used.map_or_else(|| "never used".to_owned(), rfc3339);
        format!("{}\t{}\t{}\t{used}", token.name, token.role, rfc3339(token.made))
    };
    tokens.iter().map(line).collect::<Vec<_>>().join("\n")
}
