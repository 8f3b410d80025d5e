/**
 * What there is to know of a set of images before it is used: what can't be read, copies, sizes,
 * and, by an encoder's vectors, what resembles what, what resembles nothing, and labels to look at
 * again. Below: similar, neighbour, image. Above: commands.
 */
package dev.bingo.look;
