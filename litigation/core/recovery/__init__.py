"""Recovery: what a route is expected to bring, what is proposed within capacity, and what came of it."""
