"""Sleeve over the forearm: a tube of cloth with a hem, folds and weave, along the y axis of the view. Millimetres."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.hands.distance_field import Grid
from pipeline.sketch.types import Array, Mask

CUFF, CUFF_LENGTH = 24.0, 26.0  # from the wrist to the cuff's edge, and how long the cuff is
_HALF_WIDTH, _DEPTH = 36.0, 30.0  # half axes of the tube
_BOW = 4.0  # how far the cuff's edge bends
_EDGE = 1.6  # thickness of the cloth's edge
_SEED = 8


@dataclass(frozen=True, slots=True)
class Sleeve:
    """Where there is cloth, its height and its unit normal (3 x rows x columns)."""

    hit: Mask
    height: Array
    normal: Array


def build_sleeve(grid: Grid, wrist: Array) -> Sleeve:
    """Build the sleeve of a forearm whose wrist is at a point."""
    across = (grid.x - np.float32(wrist[0])) / np.float32(_HALF_WIDTH)
    round_share = np.sqrt(np.clip(1 - across**2, 0.0, 1))
    along = grid.y - np.float32(wrist[1] + CUFF) + np.float32(_BOW) * round_share
    is_cuff = along < CUFF_LENGTH
    widening = np.where(is_cuff, 1.0, 0.975).astype(np.float32)
    hit = (np.abs(across) < widening) & (along > 0)
    bump = (
        _make_folds(grid, along)
        - 0.5 * np.exp(-(((along - 4.5) / 0.5) ** 2))
        - 0.9 * np.exp(-(((along - CUFF_LENGTH) / 0.9) ** 2))
    )
    edge = np.float32(_EDGE) * np.exp(-np.maximum(along, 0) / np.float32(_EDGE))
    height = float(wrist[2]) + _DEPTH * round_share * widening + bump - edge
    slope_y, slope_x = np.gradient(bump - edge, grid.pitch)
    tube = np.stack(np.broadcast_arrays(across, np.float32(0), np.maximum(round_share, 0.05) * _HALF_WIDTH / _DEPTH))
    normal = tube.astype(np.float32) - np.stack([slope_x, slope_y, np.zeros_like(slope_x)]) * tube[2]
    return Sleeve(hit, height.astype(np.float32), normal / np.sqrt((normal**2).sum(axis=0)))


def _make_folds(grid: Grid, along: Array) -> Array:
    """Heights of folds that are deepest behind the cuff, and of the weave."""
    noise = np.random.default_rng(_SEED).standard_normal(grid.shape, np.float32)
    wide = cv2.GaussianBlur(noise, (0, 0), sigmaX=13 / grid.pitch, sigmaY=4.2 / grid.pitch)
    weave = cv2.GaussianBlur(noise, (0, 0), 0.35 / grid.pitch)
    behind = (along - CUFF_LENGTH) / np.float32(14)
    share = np.clip(behind, 0.12, 1) / np.maximum(1, behind / 2)
    folds: Array = 0.9 * share * wide / wide.std() + 0.03 * weave / weave.std()
    return folds
