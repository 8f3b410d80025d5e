/**
 * How a view's pixels are made of an image's, in plain Java and equal to torchvision on PIL images.
 * Below: image, torch. Above: view, which says what is drawn.
 */
package dev.bingo.render;
