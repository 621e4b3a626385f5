"""The parameters of a coin, without which none of its nodes can be read."""

from monitor.model import ChainParameters, Network


def parameters_of(network: Network) -> ChainParameters:
    """Return what the registry says of the coin of ``network``. Raises ValueError where it says nothing."""
    if network.parameters is None:
        raise ValueError(f"the registry gives no `parameters` of {network.name}")
    return network.parameters
