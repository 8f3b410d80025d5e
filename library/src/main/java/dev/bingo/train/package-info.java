/**
 * The loop: {@link dev.bingo.train.Setup} is what is trained and how, {@link dev.bingo.train.Step}
 * one step of it, {@link dev.bingo.train.Trainer} all of them, with checkpoints and resume. Below:
 * method, view. Above: runs.
 */
package dev.bingo.train;
