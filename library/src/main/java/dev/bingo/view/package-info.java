/** Augmentations, the views a method asks for, and the loader that delivers them. */
package dev.bingo.view;
