/**
 * Vectors as files that search engines and data bases take in. Below: neighbour, weights, file.
 * Above: commands.
 */
package dev.bingo.vectors;
