/**
 * Learns image encoders without labels, and distils a large self-supervised teacher into a small
 * student by aggregating bags of instances (BINGO, arXiv 2107.01691).
 *
 * <p>What flows through, one package a word; imports go against the arrows only:
 *
 * <pre>
 * image ─► view ─► encoder ─► method ─► train ─► weights ─► evaluate
 *            ▲        │
 *            └─ bag ◄─┘                          torch: below all
 * </pre>
 *
 * Read first: {@link dev.bingo.method.Bingo}, then {@link dev.bingo.train.Trainer}, then {@link
 * dev.bingo.bag.Bags}.
 */
package dev.bingo;
