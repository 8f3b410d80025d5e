/**
 * From a recipe to an encoder on disk, for any program: {@link dev.bingo.run.Run} trains and never
 * prints; what there is to tell goes to a {@link dev.bingo.run.Console}. Below: recipe, and all of
 * the library. Above: the command line.
 */
package dev.bingo.run;
