"""How exact and how quick the flow engines are."""
