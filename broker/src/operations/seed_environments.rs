//! The environments a new broker begins with.

use uuid::Uuid;

use crate::domain::environment::NewEnvironment;
use crate::domain::timestamp::Timestamp;
use crate::store::{Store, StoreError};

/// Creates `test` and `production` in a database that has neither pacticipants nor environments.
pub(crate) async fn seed_environments(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    match seed(store, now).await {
        // Another replica has begun at the same moment, and was faster.
        Err(error) if error.is_conflict() => Ok(()),
        result => result,
    }
}

async fn seed(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    if tx.environments().new_database().await? {
        for (name, display_name, production) in [("test", "Test", false), ("production", "Production", true)] {
            let environment = NewEnvironment {
                name: name.to_owned(),
                display_name: Some(display_name.to_owned()),
                production,
                contacts: None,
            };
            tx.environments().create(&Uuid::now_v7().to_string(), &environment, now).await?;
        }
    }
    tx.commit().await
}
