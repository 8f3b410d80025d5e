/**
 * Files that somebody else may have made, or may come to read: opened only where they are plain,
 * held by one process at a time, printed without what steers a terminal. Stands on nothing; all
 * others may stand on it.
 */
package dev.bingo.file;
