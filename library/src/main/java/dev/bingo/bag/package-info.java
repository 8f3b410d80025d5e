/**
 * From teacher embeddings to bags of instances: {@link dev.bingo.neighbour.NearestNeighbours} is
 * BINGO's rule, {@link dev.bingo.neighbour.KMeans} and labels those of its ablation; {@link
 * dev.bingo.bag.Bags} holds the outcome and ties it to the images it was made of.
 *
 * <p>Below: view, image, weights. Above: the front door, dev.bingo, and runs.
 */
package dev.bingo.bag;
