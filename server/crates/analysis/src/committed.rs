//! The inventories as the last commit has them. Whoever can read a repository gives the files; here they become inventories to compare with.

use std::sync::{Arc, Mutex, PoisonError};

use hostwise_inventory::Files;

use crate::cluster::Cluster;

/// The files of the last commit, and the inventories that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Committed {
    files: Files,
    clusters: Mutex<Vec<Arc<Cluster>>>,
}

impl Committed {
    pub(crate) fn new(files: Files) -> Self {
        Self { files, clusters: Mutex::default() }
    }

    /// What `now` was in the last commit, for the same release of Kubespray; none when the commit has no such inventory.
    pub(crate) fn cluster(&self, now: &Cluster) -> Option<Arc<Cluster>> {
        let release = now.kubespray.as_ref()?;
        if !now.request.sources.iter().any(|source| self.files.get(source).is_some()) {
            return None;
        }
        let is_it = |cluster: &&Arc<Cluster>| {
            cluster.request == now.request && cluster.kubespray.as_ref().is_none_or(|before| before.is_same(release))
        };
        let mut known = self.clusters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = known.iter().find(is_it) {
            return Some(Arc::clone(cluster));
        }
        let cluster = Arc::new(Cluster::load_for(&self.files, now.request.clone(), release.clone(), None));
        known.retain(|other| other.request != now.request);
        known.push(Arc::clone(&cluster));
        Some(cluster)
    }
}
