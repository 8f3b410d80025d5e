package dev.bingo.encoder;

import org.bytedeco.pytorch.Tensor;

/**
 * Finds the convolutions that a batch-norm follows and makes one of the two. What flows is the
 * convolution whose output it is, or null.
 */
final class Folding implements Operations<Conv2d> {
  @Override
  public Conv2d convolve(Conv2d images, Conv2d layer) {
    return layer;
  }

  @Override
  public Conv2d normalise(Conv2d x, BatchNorm layer) {
    if (x != null) {
      layer.foldInto(x::fold);
    }
    return null;
  }

  @Override
  public Conv2d normalise(Conv2d tokens, LayerNorm layer) {
    return null;
  }

  @Override
  public Conv2d linear(Conv2d x, Linear layer) {
    return null;
  }

  @Override
  public Conv2d activate(Conv2d x, Activation function) {
    return function == Activation.NONE ? x : null;
  }

  @Override
  public Conv2d add(Conv2d x, Conv2d other) {
    return null;
  }

  @Override
  public Conv2d scale(Conv2d images, Conv2d factors) {
    return null;
  }

  @Override
  public Conv2d scale(Conv2d tokens, LayerScale layer) {
    return null;
  }

  @Override
  public Conv2d maxPool(Conv2d images) {
    return null;
  }

  @Override
  public Conv2d average(Conv2d images) {
    return null;
  }

  @Override
  public Conv2d flatten(Conv2d images) {
    return null;
  }

  @Override
  public Conv2d channels(Conv2d images, int first, int count) {
    return null;
  }

  @Override
  public Conv2d concatenate(Conv2d images, Conv2d others) {
    return null;
  }

  @Override
  public Conv2d shuffle(Conv2d images, int groups) {
    return null;
  }

  @Override
  public Conv2d halve(Conv2d images, int side) {
    return null;
  }

  @Override
  public Conv2d tokens(Conv2d patches, Tensor first, Positions positions) {
    return null;
  }

  @Override
  public Conv2d attend(Conv2d queriesKeysValues, int heads) {
    return null;
  }

  @Override
  public Conv2d first(Conv2d tokens) {
    return null;
  }
}
