/**
 * Recipes: all that a run can be told, read from YAML and checked before anything runs. Below:
 * method, train, image. Above: run.
 */
package dev.bingo.recipe;
