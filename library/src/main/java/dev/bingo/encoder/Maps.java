package dev.bingo.encoder;

import org.bytedeco.pytorch.Tensor;

/**
 * What an encoder makes of images, as a whole and place by place.
 *
 * @param features {@code [B, D]}: the map's average, or a transformer's class token
 * @param map {@code [B, D, h, w]}: the last feature map, or a transformer's patches on their grid
 */
public record Maps(Tensor features, Tensor map) {}
