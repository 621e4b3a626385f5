"""How fast signatures are judged, against the bare libraries in the same run."""
