//! The models, oldest first, and which is in force when.

use std::sync::Arc;

use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;

use crate::error::StartError;

/// All models that ever were in force; at least one.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    all: Arc<[ModelInForce]>,
    current: ModelInForce,
}

impl Models {
    pub(crate) fn new(models: Vec<ModelInForce>) -> Result<Self, StartError> {
        let current = models.last().cloned().ok_or(StartError::NoModel)?;
        Ok(Self {
            all: models.into(),
            current,
        })
    }

    /// The one in force now.
    pub(crate) fn current(&self) -> &ModelInForce {
        &self.current
    }

    /// All, oldest first.
    pub(crate) fn all(&self) -> &[ModelInForce] {
        &self.all
    }

    /// Those in force up to `t`, and the one in force then; the first is in force from the beginning.
    pub(crate) fn until(&self, t: Timestamp) -> (Vec<ModelInForce>, ModelInForce) {
        let first = self.all.first().unwrap_or(&self.current).clone();
        let mut until = vec![first.clone()];
        until.extend(self.all.iter().skip(1).filter(|model| model.from <= t).cloned());
        let last = until.last().cloned().unwrap_or(first);
        (until, last)
    }
}
