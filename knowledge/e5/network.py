"""The encoder's network in JAX, for learning: from looked-up pieces to unit vectors, with thin matrices beside the
weights. Serving computes the same with graph.py.
"""

from __future__ import annotations

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from knowledge.e5.file import ModelFile

Tree = dict[str, Any]
"""Arrays by name; for all layers one behind the other along the first axis."""
PRODUCTS: Final = ("q", "k", "v", "ao", "fi", "fo")
"""Of a layer: what attention compares and carries, what leaves it, the inner layer in and out."""
RATE: Final = 0.1
"""Of dropout while learning."""


class Network:
    """How pieces become vectors. `weights` are those of a file, spelled out (85 MB): an argument of its own, as JAX
    puts what a function holds into each program that it makes of it."""

    def __init__(self, file: ModelFile) -> None:
        self.shape = file.shape
        self.weights = _weights_of(file)
        self._begin = jnp.asarray(file.figures("emb.ln.w")), jnp.asarray(file.figures("emb.ln.b"))

    def vectors(
        self, weights: Tree, thin: Tree, pieces: jax.Array, there: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """(texts, width), unit rows, from (texts, pieces, width) and which pieces are there. With a key some figures
        are left out at random."""
        layers = self.shape.layers
        keys = jax.random.split(jax.random.PRNGKey(0) if key is None else key, layers)

        def through(state: jax.Array, layer: tuple[Tree, Tree, jax.Array]) -> tuple[jax.Array, None]:
            fixed, beside, own = layer
            return self._layer(fixed, beside, state, there, None if key is None else own), None

        state = _even(pieces, *self._begin, self.shape.epsilon)
        state, _ = jax.lax.scan(through, state, (weights, thin, keys))
        return unit((state * there[..., None]).sum(1) / there.sum(1, keepdims=True))

    def _layer(
        self, weights: Tree, thin: Tree, state: jax.Array, there: jax.Array, key: jax.Array | None
    ) -> jax.Array:
        texts, pieces, width = state.shape
        heads, epsilon = self.shape.heads, self.shape.epsilon
        keys = [None] * 3 if key is None else list(jax.random.split(key, 3))

        def product(name: str, enters: jax.Array) -> jax.Array:
            enter, leave = thin[f"{name}.enters"], thin[f"{name}.leaves"]
            result: jax.Array = enters @ weights[f"{name}.w"] + (enters @ enter) @ leave + weights[f"{name}.b"]
            return result

        def by_head(name: str) -> jax.Array:
            return product(name, state).reshape(texts, pieces, heads, width // heads).transpose(0, 2, 1, 3)

        query, key_, value = map(by_head, "qkv")
        likeness = query @ key_.transpose(0, 1, 3, 2) / np.sqrt(width // heads)
        share = jax.nn.softmax(likeness + jnp.where(there, 0, -1e9)[:, None, None, :], axis=-1)
        seen = (_some(share, keys[0]) @ value).transpose(0, 2, 1, 3).reshape(texts, pieces, width)
        state = _even(state + _some(product("ao", seen), keys[1]), weights["aln.w"], weights["aln.b"], epsilon)
        inner = product("fo", jax.nn.gelu(product("fi", state), approximate=False))
        return _even(state + _some(inner, keys[2]), weights["oln.w"], weights["oln.b"], epsilon)


def thin_start(file: ModelFile, rank: int, key: jax.Array) -> Tree:
    """Thin matrices that change nothing yet: random where a figure enters, zero where it leaves."""
    shape, thin = file.shape, {}
    for name, own in zip(PRODUCTS, jax.random.split(key, len(PRODUCTS)), strict=True):
        enters = shape.inner if name == "fo" else shape.width
        leaves = shape.inner if name == "fi" else shape.width
        thin[f"{name}.enters"] = jax.random.normal(own, (shape.layers, enters, rank)) / np.sqrt(enters)
        thin[f"{name}.leaves"] = jnp.zeros((shape.layers, rank, leaves))
    return thin


def unit(vectors: jax.Array) -> jax.Array:
    """Rows of length 1."""
    result: jax.Array = vectors / jnp.linalg.norm(vectors, axis=1, keepdims=True)
    return result


def _weights_of(file: ModelFile) -> Tree:
    shape, layers = file.shape, range(file.shape.layers)
    weights = {}
    for name in PRODUCTS:
        width = shape.inner if name == "fo" else shape.width
        weights[f"{name}.w"] = jnp.stack([file.weights(f"l{layer}.{name}.w", width).T for layer in layers])
        weights[f"{name}.b"] = jnp.stack([file.figures(f"l{layer}.{name}.b") for layer in layers])
    for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
        weights[name] = jnp.stack([file.figures(f"l{layer}.{name}") for layer in layers])
    return weights


def _even(state: jax.Array, weight: jax.Array, bias: jax.Array, epsilon: float) -> jax.Array:
    """Layer normalisation."""
    away = state - state.mean(-1, keepdims=True)
    result: jax.Array = away / jnp.sqrt((away**2).mean(-1, keepdims=True) + epsilon) * weight + bias
    return result


def _some(figures: jax.Array, key: jax.Array | None) -> jax.Array:
    """Dropout."""
    if key is None:
        return figures
    return jnp.where(jax.random.bernoulli(key, 1 - RATE, figures.shape), figures / (1 - RATE), 0)
