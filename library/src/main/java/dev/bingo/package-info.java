/**
 * Learns image encoders without labels, and distils a large self-supervised teacher into a small
 * student by aggregating bags of instances (BINGO, arXiv 2107.01691).
 *
 * <p>The front door, which stands on all of them: {@link dev.bingo.Encoder} and {@link
 * dev.bingo.Training}. Below, one package a word; an import goes to the left, across a bar:
 *
 * <pre>
 * file · torch │ image · weights · encoder │ render · neighbour │ view
 *       │ pretrained │ bag · method (+ part) · evaluate │ train · export
 * </pre>
 *
 * Read first: {@link dev.bingo.method.Bingo}, then {@link dev.bingo.train.Trainer}, then {@link
 * dev.bingo.bag.Bags}.
 */
package dev.bingo;
