/**
 * Classifiers of a user's own classes behind an encoder: a linear head on cached features, or the
 * whole network trained; how sure they may be of what they say, and which labels look wrong.
 *
 * <p>Below: export, evaluate, train, method. Above: runs, commands.
 */
package dev.bingo.classify;
