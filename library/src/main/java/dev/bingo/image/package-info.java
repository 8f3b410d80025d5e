/** Where images come from, and how a file becomes RGB pixels. */
package dev.bingo.image;
