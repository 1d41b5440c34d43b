//! Pacticipants and whose provider is whose.

use std::collections::{HashMap, HashSet};

use crate::domain::id::PacticipantId;

/// A graph of pacticipants, in the order they were first named.
#[derive(Debug, Default)]
pub(crate) struct Network {
    nodes: Vec<Node>,
    places: HashMap<PacticipantId, usize>,
}

/// A pacticipant and its providers.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Its row.
    pub(crate) id: PacticipantId,
    /// Its name.
    pub(crate) name: String,
    /// The providers it has contracts with.
    pub(crate) providers: Vec<PacticipantId>,
}

impl Network {
    /// Adds a contract, and the two it is between where they are new.
    pub(crate) fn connect(&mut self, consumer: (PacticipantId, String), provider: (PacticipantId, String)) {
        let provider_id = provider.0;
        let at = self.place(consumer);
        self.place(provider);
        self.nodes[at].providers.push(provider_id);
    }

    fn place(&mut self, (id, name): (PacticipantId, String)) -> usize {
        *self.places.entry(id).or_insert_with(|| {
            self.nodes.push(Node { id, name, providers: Vec::new() });
            self.nodes.len() - 1
        })
    }

    /// The pacticipants in the order they were first named.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The part that is connected with a pacticipant, in whichever direction.
    pub(crate) fn around(self, centre: PacticipantId) -> Self {
        let mut neighbours: HashMap<PacticipantId, Vec<PacticipantId>> = HashMap::new();
        for node in &self.nodes {
            for &provider in &node.providers {
                neighbours.entry(node.id).or_default().push(provider);
                neighbours.entry(provider).or_default().push(node.id);
            }
        }
        let mut reached = HashSet::from([centre]);
        let mut open = vec![centre];
        while let Some(id) = open.pop() {
            open.extend(neighbours.get(&id).into_iter().flatten().filter(|&&near| reached.insert(near)));
        }
        let nodes: Vec<Node> = self.nodes.into_iter().filter(|node| reached.contains(&node.id)).collect();
        let places = nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        Self { nodes, places }
    }
}
