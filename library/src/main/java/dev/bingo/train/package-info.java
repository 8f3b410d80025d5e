/** The loop: optimisers, schedules, run directory, checkpoints, resume. */
package dev.bingo.train;
