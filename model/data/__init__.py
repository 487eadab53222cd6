"""Data: pictures, sources, splits by place, and the torch datasets over them."""
