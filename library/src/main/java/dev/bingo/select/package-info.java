/** Which images to label next, by their features and by what is labelled already. */
package dev.bingo.select;
