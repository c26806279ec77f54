"""The network as plain numbers: nodes, leaky noisy-OR families, tables."""

from kneebayes.network.network import (
    Link,
    Network,
    Node,
    Numbers,
    noisy_or_node,
    root_node,
    table_node,
)

__all__ = ["Link", "Network", "Node", "Numbers", "noisy_or_node", "root_node", "table_node"]
