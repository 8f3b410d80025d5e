/**
 * Augmentations, the views a method asks for, and the loader that delivers them.
 *
 * <p>{@link dev.bingo.view.Loader} draws a {@link dev.bingo.render.ViewDraw} for each view, has the
 * image decoded no larger than its views need, and lets a {@link dev.bingo.render.Canvas} render
 * them in plain Java. Pixels equal those of torchvision on PIL images bit for bit, with one
 * exception: where every crop of an image is at least twice its view either way, a training image
 * is decoded at 1/2, 1/4 or 1/8, which low-passes it a little differently. {@link
 * dev.bingo.render.EvalTransform} always starts from the full image.
 *
 * <p>Below: render, image. Above: method, evaluate, train.
 */
package dev.bingo.view;
